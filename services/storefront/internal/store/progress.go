package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// Progress is how far the making of an artefact is.
type Progress struct {
	Check       string // the id of what is being done; may be empty
	Title       string
	Done, Total int
	UpdatedAt   time.Time
}

// SetProgress overwrites an order's progress.
func SetProgress(ctx context.Context, tx database.Tx, id order.ID, p Progress) error {
	_, err := tx.Exec(ctx, `INSERT INTO progress (order_id, check_id, title, done, total, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (order_id) DO UPDATE SET check_id = excluded.check_id, title = excluded.title, done = excluded.done, total = excluded.total, updated_at = excluded.updated_at`,
		string(id), p.Check, p.Title, p.Done, p.Total, p.UpdatedAt.UnixMilli())
	return wrap(err, "set the progress")
}

// ProgressOf reads an order's progress. NotFound before there is any.
func ProgressOf(ctx context.Context, q database.Queryer, id order.ID) (Progress, error) {
	var p Progress
	var at int64
	err := q.QueryRow(ctx, `SELECT check_id, title, done, total, updated_at FROM progress WHERE order_id = $1`, string(id)).Scan(&p.Check, &p.Title, &p.Done, &p.Total, &at)
	if err != nil {
		return Progress{}, notFound(err, "progress")
	}
	p.UpdatedAt = time.UnixMilli(at).UTC()
	return p, nil
}
