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
	bareTime     = 300 * time.Millisecond
	shopTime     = time.Second
	eventsARound = 6000
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

// variants are the shops that a concurrency is measured on, by the end of the
// figure's name.
var variants = []struct {
	name string
	env  map[string]string
}{
	{"", map[string]string{"WORKERS": "0"}},                                 // the acknowledgement alone
	{".ungrouped", map[string]string{"WORKERS": "0", "WEBHOOK_BATCH": "1"}}, // a commit for each event
	{".busy", nil}, // while the orders are worked on, as always
}

// acks measures how fast paid events are acknowledged.
func (b *bench) acks(ctx context.Context, prefix string, database func(context.Context) (string, func(), error)) error {
	bareAddr, stop, err := serveBare(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for _, connections := range []int{1, 16, 64, 256} {
		shops := make([]outcome, len(variants))
		var bare, disk outcome
		for range rounds {
			for i, variant := range variants {
				if err := b.round(ctx, database, variant.env, bareAddr, connections, &shops[i], &bare); err != nil {
					return err
				}
			}
			got, err := b.syncing()
			if err != nil {
				return fmt.Errorf("sync a file: %w", err)
			}
			disk.add(got)
		}
		c := fmt.Sprintf("c%d", connections)
		figure(prefix+"acks."+c+".bare", bare.rate(), perSecond)
		spread(prefix+"ack."+c+".bare", bare.latency)
		figure(prefix+"acks."+c+".bare_fsync", disk.rate(), perSecond)
		for i, variant := range variants {
			shop := shops[i]
			figure(prefix+"acks."+c+variant.name, shop.rate(), perSecond)
			figure(prefix+"acks."+c+variant.name+".ratio_to_bare", shop.rate()/bare.rate(), ratio)
			figure(prefix+"acks."+c+variant.name+".refused", float64(shop.refused), count)
			figure(prefix+"acks."+c+variant.name+".commits_per_ack", shop.commits/float64(max(1, len(shop.latency))), ratio)
			spread(prefix+"ack."+c+variant.name, shop.latency)
			if shop.refused > 0 {
				fmt.Fprintf(os.Stderr, "bench: %sacks.%s%s: %d events were refused, one with %d\n", prefix, c, variant.name, shop.refused, shop.status)
			}
		}
		figure(prefix+"acks."+c+".ratio_to_ungrouped", shops[0].rate()/shops[1].rate(), ratio)
	}
	return nil
}

// round adds one round of the baseline and one of a new shop.
func (b *bench) round(ctx context.Context, database func(context.Context) (string, func(), error), env map[string]string, bareAddr string, connections int, shop, bare *outcome) error {
	url, drop, err := database(ctx)
	if err != nil {
		return err
	}
	defer drop()
	c, err := b.config(url, stack.DemoTarget, stack.Sandbox, stack.AuditEngine)
	if err != nil {
		return err
	}
	c.Env = env
	s, err := stack.Start(ctx, c)
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
	got, err = acknowledge(ctx, s, connections, events)
	shop.add(got)
	return err
}

// acknowledge posts events to a shop, and counts its commits.
func acknowledge(ctx context.Context, s *stack.Stack, connections int, events [][]byte) (outcome, error) {
	before, err := s.Metric(ctx, "storefront_commits_total")
	if err != nil {
		return outcome{}, err
	}
	l := load{addr: s.Addrs[stack.VarStorefront], connections: connections, requests: events, atMost: shopTime}
	got, err := l.run(ctx)
	if err != nil {
		return got, fmt.Errorf("post to the shop: %w", err)
	}
	after, err := s.Metric(ctx, "storefront_commits_total")
	got.commits = after - before
	return got, err
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
