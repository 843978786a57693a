package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// connectTimeout bounds the first connection, so that a wrong address is told
// and not waited for.
const connectTimeout = 10 * time.Second

// maxConns is the pool's size unless the address says pool_max_conns. pgx's own default
// is four on a small machine, fewer than the storefront has workers and writers.
const maxConns = 16

func openPostgres(ctx context.Context, url string) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("cannot be read as a postgres:// address") // pgx's text repeats the password
	}
	if !strings.Contains(url, "pool_max_conns=") {
		config.MaxConns = maxConns
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL at %s: %w", config.ConnConfig.Host, err)
	}
	db := &DB{Kind: Postgres, Pool: pool}
	limited, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	for _, setting := range []string{"fsync", "synchronous_commit"} {
		var value string
		if err := pool.QueryRow(limited, "SHOW "+setting).Scan(&value); err != nil {
			db.Close()
			return nil, fmt.Errorf("ask PostgreSQL at %s: %w", config.ConnConfig.Host, err)
		}
		if value == "off" || (setting == "synchronous_commit" && strings.HasPrefix(value, "remote_write")) {
			db.Close()
			return nil, fmt.Errorf("PostgreSQL's %s is %s; a crash could lose an order", setting, value)
		}
	}
	return db, nil
}
