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
	CreatedAt  time.Time
	ReceivedAt time.Time
	Body       []byte
}

// InsertEvent stores an event and reports false for one that was stored before.
func InsertEvent(ctx context.Context, tx database.Tx, e Event) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO events (id, type, created_at, received_at, body)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
		e.ID, e.Type, e.CreatedAt.UnixMilli(), e.ReceivedAt.UnixMilli(), string(e.Body))
	return n > 0, wrap(err, "insert the event")
}

// TieEvent notes which order an event was about; an empty id leaves it without one.
func TieEvent(ctx context.Context, tx database.Tx, eventID string, id order.ID) error {
	if id == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE events SET order_id = $1 WHERE id = $2`, string(id), eventID)
	return wrap(err, "tie the event to its order")
}
