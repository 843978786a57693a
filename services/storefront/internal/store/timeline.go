package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// Note adds an entry of kind to the order's timeline that is not a move.
func Note(ctx context.Context, tx database.Tx, id order.ID, at time.Time, kind, detail string) error {
	return appendEntry(ctx, tx, id, order.Entry{At: at, Kind: kind, Detail: detail})
}

func appendEntry(ctx context.Context, tx database.Tx, id order.ID, e order.Entry) error {
	_, err := tx.Exec(ctx, `INSERT INTO timeline (id, order_id, at, kind, from_state, to_state, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		newID(), string(id), e.At.UnixMilli(), e.Kind, string(e.From), string(e.To), e.Detail)
	return wrap(err, "append to the timeline")
}

// Timeline reads an order's entries, oldest first.
func Timeline(ctx context.Context, q database.Queryer, id order.ID) ([]order.Entry, error) {
	rows, err := q.Query(ctx, `SELECT at, kind, from_state, to_state, detail FROM timeline WHERE order_id = $1 ORDER BY at, id`, string(id))
	if err != nil {
		return nil, wrap(err, "read the timeline")
	}
	defer rows.Close()
	var list []order.Entry
	for rows.Next() {
		var e order.Entry
		var at int64
		var from, to string
		if err := rows.Scan(&at, &e.Kind, &from, &to, &e.Detail); err != nil {
			return nil, wrap(err, "read the timeline")
		}
		e.At, e.From, e.To = time.UnixMilli(at).UTC(), order.State(from), order.State(to)
		list = append(list, e)
	}
	return list, wrap(rows.Err(), "read the timeline")
}
