package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"
	stripe "github.com/stripe/stripe-go/v76/webhook"

	"doorstep.example/deploy/e2e/stack"
)

// A concurrency is measured in rounds of the baseline and a new, empty shop in turn,
// so that both see the same moments of a machine that others use, too.
const (
	rounds       = 2
	bareTime     = 700 * time.Millisecond
	shopTime     = 2 * time.Second
	eventsARound = 2500
	maxBody      = 512 << 10
	syncs        = 100
	syncSize     = 4 << 10
)

func (b *bench) acksOnSQLite(ctx context.Context) error {
	return b.acks(ctx, "webhook.", func(context.Context) (string, func(), error) { return "", func() {}, nil })
}

func (b *bench) acksOnPostgres(ctx context.Context) error {
	server, err := findPostgres(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: no figures for PostgreSQL:", err)
		return nil
	}
	return b.acks(ctx, "webhook.postgres.", server.scratch)
}

// acks measures how fast paid events are acknowledged. The shop works on the orders
// meanwhile, as it always does.
func (b *bench) acks(ctx context.Context, prefix string, database func(context.Context) (string, func(), error)) error {
	bareAddr, stop, err := serveBare(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for _, connections := range []int{1, 16, 64} {
		var shop, bare, disk outcome
		for range rounds {
			if err := b.round(ctx, database, bareAddr, connections, &shop, &bare); err != nil {
				return err
			}
			got, err := b.syncing()
			if err != nil {
				return fmt.Errorf("sync a file: %w", err)
			}
			disk.add(got)
		}
		c := fmt.Sprintf("c%d", connections)
		figure(prefix+"acks."+c, shop.rate(), perSecond)
		figure(prefix+"acks."+c+".bare", bare.rate(), perSecond)
		figure(prefix+"acks."+c+".ratio_to_bare", shop.rate()/bare.rate(), ratio)
		figure(prefix+"acks."+c+".bare_fsync", disk.rate(), perSecond)
		figure(prefix+"acks."+c+".refused", float64(shop.refused), count)
		spread(prefix+"ack."+c, shop.latency)
		spread(prefix+"ack."+c+".bare", bare.latency)
		if shop.refused > 0 {
			fmt.Fprintf(os.Stderr, "bench: %sacks.%s: %d events were refused, one with %d\n", prefix, c, shop.refused, shop.status)
		}
	}
	return nil
}

// round adds one round of the baseline and one of a new shop.
func (b *bench) round(ctx context.Context, database func(context.Context) (string, func(), error), bareAddr string, connections int, shop, bare *outcome) error {
	url, drop, err := database(ctx)
	if err != nil {
		return err
	}
	defer drop()
	s, err := b.start(ctx, url, stack.DemoTarget, stack.Sandbox, stack.AuditEngine)
	if err != nil {
		return err
	}
	defer end(s)
	events := signed(s.Addrs[stack.VarStorefront])
	l := load{addr: bareAddr, connections: connections, requests: events, again: true, atMost: bareTime}
	got, err := l.run(ctx)
	if err != nil {
		return fmt.Errorf("post to the baseline: %w", err)
	}
	bare.add(got)
	l = load{addr: s.Addrs[stack.VarStorefront], connections: connections, requests: events, atMost: shopTime}
	if got, err = l.run(ctx); err != nil {
		return fmt.Errorf("post to the shop: %w", err)
	}
	shop.add(got)
	return nil
}

// syncing appends to a file and waits for the disk each time: no more than so many
// commits a second can follow each other.
func (b *bench) syncing() (outcome, error) {
	file, err := os.CreateTemp(b.dir, "sync-")
	if err != nil {
		return outcome{}, err
	}
	defer file.Close()
	page := make([]byte, syncSize)
	var o outcome
	start := time.Now()
	for range syncs {
		begun := time.Now()
		if _, err := file.Write(page); err != nil {
			return o, err
		}
		if err := file.Sync(); err != nil {
			return o, err
		}
		o.latency = append(o.latency, time.Since(begun))
	}
	o.took = time.Since(start)
	return o, nil
}

// signed are different events, ready to be sent.
func signed(host string) [][]byte {
	list := make([][]byte, eventsARound)
	for i := range list {
		now := time.Now()
		_, body := playbook.event(now)
		list[i] = request(host, body, stack.Sign(body, now, stack.WebhookSecret))
	}
	return list
}

// serveBare serves the least that a webhook may do: check the signature, keep
// nothing, and answer.
func serveBare(ctx context.Context) (addr string, stop func(), err error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	e := echo.New()
	e.POST("/webhooks/stripe", func(c echo.Context) error {
		body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody))
		if err != nil {
			return err
		}
		if err := stripe.ValidatePayload(body, c.Request().Header.Get("Stripe-Signature"), stack.WebhookSecret); err != nil {
			return c.NoContent(http.StatusBadRequest)
		}
		return c.JSON(http.StatusOK, map[string]bool{"received": true})
	})
	server := &http.Server{Handler: e, ReadHeaderTimeout: answerTimeout}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "bench: serve the baseline:", err)
		}
	}()
	return ln.Addr().String(), func() {
		_ = server.Close() // nobody asks it any more
		<-done
	}, nil
}
