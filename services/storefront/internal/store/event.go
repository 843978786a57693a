package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// Event is one event from Stripe as it was signed.
type Event struct {
	ID         string
	Type       string
	OrderID    order.ID // empty: of no order of ours, as far as the event itself tells
	CreatedAt  time.Time
	ReceivedAt time.Time
	Body       []byte
}

// InsertEvent stores an event and reports false for one that was stored before.
func InsertEvent(ctx context.Context, tx database.Tx, e Event) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO events (id, type, order_id, created_at, received_at, body)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
		e.ID, e.Type, text(string(e.OrderID)), e.CreatedAt.UnixMilli(), e.ReceivedAt.UnixMilli(), string(e.Body))
	return n > 0, wrap(err, "insert the event")
}

// TieEvent notes which order an event was about, for events that name it indirectly.
func TieEvent(ctx context.Context, tx database.Tx, eventID string, id order.ID) error {
	_, err := tx.Exec(ctx, `UPDATE events SET order_id = $1 WHERE id = $2`, string(id), eventID)
	return wrap(err, "tie the event to its order")
}

// HasEvent reports whether an event has reached us.
func HasEvent(ctx context.Context, q database.Queryer, id string) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM events WHERE id = $1`, id).Scan(&n)
	return n > 0, wrap(err, "look for the event")
}
