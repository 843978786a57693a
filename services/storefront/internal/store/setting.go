package store

import (
	"context"

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
