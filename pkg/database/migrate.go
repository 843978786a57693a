package database

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	gooselock "github.com/pressly/goose/v3/lock"
)

// migrate brings the schema up to date. On PostgreSQL an advisory lock keeps
// several starting processes apart.
func (db *DB) migrate(ctx context.Context, migrations Migrations) error {
	folder := migrations
	if info, err := fs.Stat(migrations, string(db.Kind)); err == nil && info.IsDir() {
		if folder, err = fs.Sub(migrations, string(db.Kind)); err != nil {
			return fmt.Errorf("open the migrations: %w", err)
		}
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	dialect, handle := goose.DialectSQLite3, db.Writer
	if db.Kind == Postgres {
		locker, err := gooselock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("make the migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
		dialect, handle = goose.DialectPostgres, stdlib.OpenDBFromPool(db.Pool)
		defer func(handle *sql.DB) { _ = handle.Close() }(handle)
	}
	provider, err := goose.NewProvider(dialect, handle, folder, options...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	return nil
}
