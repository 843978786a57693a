package database

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// SQLiteTx is a Tx on SQLite; the job engine reaches through it. Its statements cannot
// be interrupted: see writer.
type SQLiteTx struct {
	*sql.Tx
	hooks *[]func()
}

// OnCommit implements Tx.
func (t SQLiteTx) OnCommit(f func()) { *t.hooks = append(*t.hooks, f) }

// Kind implements Tx.
func (SQLiteTx) Kind() Kind { return SQLite }

// Exec implements Tx.
func (t SQLiteTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.ExecContext(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Query implements Queryer.
func (t SQLiteTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.QueryContext(context.WithoutCancel(ctx), query, args...)
}

// QueryRow implements Queryer.
func (t SQLiteTx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return t.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}

// PostgresTx is a Tx on PostgreSQL; the job engine reaches through it.
type PostgresTx struct {
	pgx.Tx
	hooks *[]func()
}

// OnCommit implements Tx.
func (t PostgresTx) OnCommit(f func()) { *t.hooks = append(*t.hooks, f) }

// Kind implements Tx.
func (PostgresTx) Kind() Kind { return Postgres }

// Exec implements Tx.
func (t PostgresTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := t.Tx.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

// Query implements Queryer.
func (t PostgresTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := t.Tx.Query(ctx, query, args...)
	return pgxRows{rows}, err
}

// QueryRow implements Queryer.
func (t PostgresTx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return pgxRow{t.Tx.QueryRow(ctx, query, args...)}
}

type sqlQueryer struct{ db *sql.DB }

func (q sqlQueryer) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return q.db.QueryContext(ctx, query, args...)
}

func (q sqlQueryer) QueryRow(ctx context.Context, query string, args ...any) Row {
	return q.db.QueryRowContext(ctx, query, args...)
}

type poolQueryer struct{ pool *pgxpool.Pool }

func (q poolQueryer) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := q.pool.Query(ctx, query, args...)
	return pgxRows{rows}, err
}

func (q poolQueryer) QueryRow(ctx context.Context, query string, args ...any) Row {
	return pgxRow{q.pool.QueryRow(ctx, query, args...)}
}

// pgxRow makes "no rows" the same error on both databases.
type pgxRow struct{ pgx.Row }

func (r pgxRow) Scan(dest ...any) error {
	err := r.Row.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoRows
	}
	return err
}

// pgxRows gives Close the signature of database/sql.
type pgxRows struct{ pgx.Rows }

func (r pgxRows) Close() error {
	r.Rows.Close()
	return r.Err()
}
