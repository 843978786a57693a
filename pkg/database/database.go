// Package database opens SQLite or PostgreSQL and hides the difference behind a
// small Tx. SQL is one text for both: `$1` parameters in order, ON CONFLICT,
// RETURNING, times as integer milliseconds UTC, JSON as text.
//
// On SQLite there is one write connection for everything that writes, so that
// nobody ever waits on SQLITE_BUSY, and a small pool that can only read. Never do
// network calls inside InTx: they would hold that one connection.
package database

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep.example/pkg/errs"
)

// ErrNoRows is returned by Row.Scan when there is no row, on both databases.
var ErrNoRows = sql.ErrNoRows

// Queryer reads.
type Queryer interface {
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) Row
}

// Tx is a transaction on either database.
type Tx interface {
	Queryer
	// Kind is for the few places where the databases cannot share one text.
	Kind() Kind
	// OnCommit has f called once this transaction is committed.
	OnCommit(f func())
	// Exec returns the number of rows that changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
}

// Row is the result of QueryRow.
type Row interface{ Scan(dest ...any) error }

// Rows is the result of Query; close it, and look at Err after the loop.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Kind is the database behind a DB.
type Kind string

// The databases.
const (
	SQLite   Kind = "sqlite"
	Postgres Kind = "postgres"
)

// DB is an open database.
type DB struct {
	Kind Kind
	// Writer and Reader are set on SQLite, Pool on PostgreSQL; the job engine's
	// driver needs them.
	Writer, Reader *sql.DB
	Pool           *pgxpool.Pool
	writer         *writer
	commits        atomic.Int64
	unlock         func()
}

// Migrations are the schema's steps: goose files that both databases understand, or
// folders sqlite/ and postgres/ where they do not.
type Migrations = fs.FS

// Open opens url, `sqlite:PATH` or `postgres://…`, refuses settings under which a
// committed transaction could be lost, and brings the schema up to date. A SQLite
// file belongs to one process: a second one is refused.
func Open(ctx context.Context, url string, migrations Migrations) (*DB, error) {
	var db *DB
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		db, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		db, err = openPostgres(ctx, url)
	default:
		return nil, errors.New("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
	}
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx, migrations); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// InTx runs f in a transaction that can write, and commits it when f returns nil. On
// SQLite transactions that meet share a commit; each stands or falls by itself.
func (db *DB) InTx(ctx context.Context, f func(Tx) error) error {
	if db.Kind == SQLite {
		return db.writer.inTx(ctx, f)
	}
	var hooks []func()
	err := pgx.BeginFunc(ctx, db.Pool, func(tx pgx.Tx) error { return f(PostgresTx{Tx: tx, hooks: &hooks}) })
	if err != nil {
		return err
	}
	db.commits.Add(1)
	run(hooks)
	return nil
}

// Commits is how many transactions of InTx were committed by this process; on SQLite
// those that shared a commit count once.
func (db *DB) Commits() int64 { return db.commits.Load() }

// tries of a transaction that lost a race.
const tries = 5

// InTxRetry is InTx, again when others changed the same rows at the same time: after a
// Conflict, a duplicate or a deadlock.
func (db *DB) InTxRetry(ctx context.Context, f func(Tx) error) error {
	var err error
	for range tries {
		err = db.InTx(ctx, f)
		if errs.KindOf(err) != errs.Conflict && !IsDuplicate(err) && !IsRetryable(err) {
			return err
		}
	}
	return err
}

// Read returns a Queryer outside any transaction, for pages and lists.
func (db *DB) Read() Queryer {
	if db.Kind == Postgres {
		return poolQueryer{db.Pool}
	}
	return sqlQueryer{db.Reader}
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if db.Kind == Postgres {
		return db.Pool.Ping(ctx)
	}
	return db.Reader.PingContext(ctx)
}

// Close closes all connections.
func (db *DB) Close() {
	if db.Pool != nil {
		db.Pool.Close()
	}
	if db.writer != nil {
		db.writer.close()
	}
	for _, pool := range []*sql.DB{db.Reader, db.Writer} {
		if pool != nil {
			_ = pool.Close() // nothing is in flight any more
		}
	}
	if db.unlock != nil {
		db.unlock()
	}
}

// IsDuplicate reports whether err is the violation of a unique key.
func IsDuplicate(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	return isSQLiteDuplicate(err)
}

// IsRetryable reports whether a transaction failed only because of others at the
// same time: a deadlock or a serialization failure of PostgreSQL, a shared commit of
// SQLite's that another one has spoilt.
func IsRetryable(err error) bool {
	if errors.Is(err, errNeighbour) {
		return true
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40P01" || pg.Code == "40001")
}
