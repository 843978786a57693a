package main

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"io"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver

	"doorstep.example/deploy/e2e/stack"
)

// ledger is how many orders a large ledger holds.
const ledger = 1_000_000

//go:embed large.sql
var largeLedger string

// large measures acknowledgements with a million orders in the ledger, beside those
// with an empty one, in turn.
func (b *bench) large(ctx context.Context) error {
	const connections = 64
	path := filepath.Join(b.dir, "large.db")
	url := "sqlite:" + path
	if err := b.fill(ctx, url, path); err != nil {
		return fmt.Errorf("fill the ledger: %w", err)
	}
	var full, empty outcome
	for range rounds {
		for database, out := range map[string]*outcome{url: &full, "": &empty} {
			got, err := b.acked(ctx, database, connections)
			if err != nil {
				return err
			}
			out.add(got)
		}
	}
	figure("large.orders", ledger, count)
	figure("large.acks.c64", full.rate(), perSecond)
	spread("large.ack.c64", full.latency)
	figure("large.acks.c64.empty", empty.rate(), perSecond)
	spread("large.ack.c64.empty", empty.latency)
	figure("large.acks.c64.ratio_to_empty", full.rate()/empty.rate(), ratio)
	return nil
}

// fill makes a database with the shop's schema and many delivered orders.
func (b *bench) fill(ctx context.Context, url, path string) error {
	c, err := b.config(url)
	if err != nil {
		return err
	}
	migrate := stack.New(c).Command(ctx, stack.Storefront, nil, "migrate")
	migrate.Stdout, migrate.Stderr = io.Discard, io.Discard
	if err := migrate.Run(); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, largeLedger, ledger)
	return err
}

func (b *bench) acked(ctx context.Context, database string, connections int) (outcome, error) {
	c, err := b.config(database, stack.DemoTarget, stack.Sandbox, stack.AuditEngine)
	if err != nil {
		return outcome{}, err
	}
	c.Env = map[string]string{"WORKERS": "0"} // the acknowledgement alone
	s, err := stack.Start(ctx, c)
	if err != nil {
		return outcome{}, err
	}
	defer end(s)
	return acknowledge(ctx, s, connections, signed(s.Addrs[stack.VarStorefront]))
}
