// Command bench measures the shop with its real programs, on free ports of loopback
// and in a folder of its own, and prints a line `name value unit` for each figure.
// Beside each stands a baseline that was measured in the same run, because a figure
// alone says more of the machine than of the shop. It judges nothing.
//
//	webhook.acks.c64            orders acknowledged a second over 64 connections
//	webhook.acks.c64.bare       the same by a handler that only checks the signature
//	webhook.acks.c64.bare_fsync writes a second that reach the disk one after another
//	webhook.postgres.…          on PostgreSQL; names without it are SQLite
//	large.…                     acknowledgements with a million orders in the ledger
//	order.…                     from the paid order to the sent mail, by the ledger's times
//	burst.…                     many orders at once, until the last mail is sent
//	start.…, idle.…             the three programs, started and left alone
//	page.…                      a page at 100 requests a second, beside /healthz
//	pdf.…                       a report as PDF, beside deflating as many bytes
//	audit.tls.…                 taking stock of the TLS of a stock nginx, beside sslscan
//	audit.whole.…               a whole automated audit of it, beside testssl.sh
//
// It runs at the root of the checkout; BIN is the folder with the binaries (bin),
// TEST_DATABASE_URL a PostgreSQL server on which it may make a database. ONLY=audits
// measures one part alone.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// limit bounds the whole run; it takes about four minutes, and two more with testssl.sh.
const limit = 12 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not done within %s", limit))
	err := run(ctx)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what every measurement needs.
type bench struct {
	root, bin string
	dir       string // removed at the end
	shops     int    // started so far; each has its own folder
}

func run(ctx context.Context) (err error) {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	bin := cmp.Or(os.Getenv("BIN"), "bin")
	if !filepath.IsAbs(bin) {
		bin = filepath.Join(root, bin)
	}
	dir, err := os.MkdirTemp("", "doorstep-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{root: root, bin: bin, dir: dir}
	var failures []error
	only := os.Getenv("ONLY")
	for _, part := range []struct {
		what    string
		measure func(context.Context) error
	}{
		{"idle programs", b.idle},
		{"webhooks on SQLite", b.acksOnSQLite},
		{"webhooks on PostgreSQL", b.acksOnPostgres},
		{"a large ledger", b.large},
		{"orders", b.orders},
		{"pages", b.pages},
		{"PDF", b.pdf},
		{"audits", b.audits},
	} {
		if only != "" && only != part.what {
			continue
		}
		if err := part.measure(ctx); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", part.what, err))
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return errors.Join(failures...)
}

// config is a shop on free ports and in a new folder.
func (b *bench) config(database string, without ...string) (stack.Config, error) {
	addrs, err := stack.Free()
	b.shops++
	return stack.Config{
		Bin: b.bin, Root: b.root, Dir: filepath.Join(b.dir, strconv.Itoa(b.shops)),
		Addrs: addrs, Database: database, Without: without,
	}, err
}

// start starts the programs of a shop.
func (b *bench) start(ctx context.Context, database string, without ...string) (*stack.Stack, error) {
	c, err := b.config(database, without...)
	if err != nil {
		return nil, err
	}
	return stack.Start(ctx, c)
}

// end kills a shop. There may be a thousand mails waiting in it that nobody wants.
func end(s *stack.Stack) {
	for _, name := range stack.Programs() {
		if p := s.Process(name); p != nil {
			p.Kill()
		}
	}
}
