package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
)

// Setting returns the value under name, which fresh provides the first time any
// process asks.
func Setting(ctx context.Context, tx database.Tx, name string, fresh func() string) (string, error) {
	if _, err := tx.Exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, fresh()); err != nil {
		return "", wrap(err, "write the setting")
	}
	var value string
	err := tx.QueryRow(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&value)
	return value, wrap(err, "read the setting")
}

// Claim reports whether the periodic task name is due, and takes it: of several
// processes that ask, one gets it.
func Claim(ctx context.Context, tx database.Tx, name string, every time.Duration, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO claims (name, at) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE claims.at <= $3`, name, now.UnixMilli(), now.Add(-every).UnixMilli())
	return n > 0, wrap(err, "claim the task")
}
