package store

import (
	"context"

	"doorstep.example/pkg/database"
)

// BeginRun notes that a step begins its work on subject, and returns how often it
// has begun without an end that we know of, this time included.
func BeginRun(ctx context.Context, tx database.Tx, step, subject string) (int, error) {
	var starts int
	err := tx.QueryRow(ctx, `INSERT INTO runs (step, subject, starts) VALUES ($1, $2, 1)
		ON CONFLICT (step, subject) DO UPDATE SET starts = runs.starts + 1 RETURNING starts`, step, subject).Scan(&starts)
	return starts, wrap(err, "begin the run")
}

// EndRun notes that the step came to an end, whether well or not.
func EndRun(ctx context.Context, tx database.Tx, step, subject string) error {
	_, err := tx.Exec(ctx, `DELETE FROM runs WHERE step = $1 AND subject = $2`, step, subject)
	return wrap(err, "end the run")
}
