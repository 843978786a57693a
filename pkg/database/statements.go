package database

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"modernc.org/sqlite"
)

// maxStatements bounds the prepared statements of one connection. The storefront and
// its job engine use about 150 texts.
const maxStatements = 256

// openCached opens a pool whose connections keep their prepared statements by text.
// Preparing costs SQLite about as much as running the short statements of the
// ledger; a plain sql.Open is as correct, and measured a third slower.
func openCached(dsn string) *sql.DB { return sql.OpenDB(connector{dsn: dsn}) }

type connector struct{ dsn string }

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &conn{sqliteConn: inner.(sqliteConn), statements: map[string]*statement{}}, nil
}

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return &sqlite.Driver{} }

// sqliteConn is what modernc's connection can do, and database/sql asks for.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is one connection with its statements. database/sql uses a connection from
// one goroutine at a time, so it needs no lock.
type conn struct {
	sqliteConn
	statements map[string]*statement
}

// statement is busy while rows of it are being read; until then the same text runs
// without the cache.
type statement struct {
	driver.Stmt
	busy bool
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s := c.statement(ctx, query)
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s := c.statement(ctx, query)
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &cachedRows{Rows: rows, statement: s}, nil
}

// Close finalizes the statements first; SQLite would keep the file open otherwise.
func (c *conn) Close() error {
	for _, s := range c.statements {
		_ = s.Close() // the connection's own Close tells what is wrong
	}
	return c.sqliteConn.Close()
}

// statement returns the prepared statement for query, or nil when the query has to
// run without: its statement is busy, the cache is full, or it cannot be prepared, of
// which running it will tell.
func (c *conn) statement(ctx context.Context, query string) *statement {
	s := c.statements[query]
	if s == nil && len(c.statements) < maxStatements {
		prepared, err := c.PrepareContext(ctx, query)
		if err != nil {
			return nil
		}
		s = &statement{Stmt: prepared}
		c.statements[query] = s
	}
	if s == nil || s.busy {
		return nil
	}
	return s
}

// cachedRows gives its statement back when it is closed.
type cachedRows struct {
	driver.Rows
	statement *statement
}

// Close implements driver.Rows.
func (r *cachedRows) Close() error {
	r.statement.busy = false
	return r.Rows.Close()
}
