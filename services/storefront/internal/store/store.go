// Package store holds all of the storefront's SQL, one file a table. One text
// serves SQLite and PostgreSQL; what differs stands side by side with a comment.
//
// Functions that write take a database.Tx, so that the caller decides what belongs
// together; functions that read take a database.Queryer, which a Tx also is.
package store

import (
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
)

//go:embed migrations
var files embed.FS

// Migrations are the ledger's schema.
func Migrations() database.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic("store: the embedded migrations are gone: " + err.Error())
	}
	return sub
}

// newID returns an id that sorts by time, for rows that are not capabilities.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ms is the one form of a time in the database: Unix milliseconds; zero is null.
func ms(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}

func fromMS(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64).UTC()
}

// text is null when empty, for columns whose uniqueness must not see "".
func text(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// notFound gives "no row" the kind that the edge understands.
func notFound(err error, what string) error {
	if errors.Is(err, database.ErrNoRows) {
		return errs.New(errs.NotFound, "There is no such %s.", what)
	}
	return fmt.Errorf("read the %s: %w", what, err)
}

func encode(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode a column: %w", err)
	}
	return string(raw), nil
}
