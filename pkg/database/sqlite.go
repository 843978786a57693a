package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// readers is the size of the pool for pages; they are short.
const readers = 4

// synchronousFull is the value of PRAGMA synchronous under which every commit is
// followed by an fsync.
const synchronousFull = 2

// pragmas of every connection. They stand in the DSN because a pool opens
// connections whenever it likes; an Exec would reach only one. Times that the job
// engine writes must be UTC text, or its comparisons go wrong off UTC.
func dsn(path string, more ...string) string {
	q := url.Values{
		"_pragma":      {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock":      {"immediate"},
		"_time_format": {"sqlite"},
		"_timezone":    {"UTC"},
	}
	for _, pragma := range more {
		q.Add("_pragma", pragma)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, errors.New("the file is missing: write sqlite:PATH")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of %s: %w", path, err)
	}
	unlock, err := lock(path + ".lock")
	if err != nil {
		return nil, err
	}
	db := &DB{Kind: SQLite, unlock: unlock}
	db.Writer, db.Reader = openCached(dsn(path)), openCached(dsn(path, "query_only(1)"))
	db.Writer.SetMaxOpenConns(1)
	db.Reader.SetMaxOpenConns(readers)
	db.writer = newWriter(db.Writer, &db.commits)
	if err = checkDurable(ctx, db.Writer); err == nil {
		err = os.Chmod(path, 0o600) // it holds customers' addresses
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return db, nil
}

func checkDurable(ctx context.Context, db *sql.DB) error {
	var synchronous int
	if err := db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return err
	}
	if synchronous < synchronousFull {
		return fmt.Errorf("PRAGMA synchronous is %d; below FULL a power cut could lose an order", synchronous)
	}
	return nil
}

// lock takes path for this process until it ends, however it ends. That a process
// is alone is what allows it to take up the jobs that a killed one left running.
func lock(path string) (func(), error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s is held by another process; a SQLite file serves one process, use postgres:// for several", path)
	}
	return func() { _ = file.Close() }, nil
}

func isSQLiteDuplicate(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY)
}
