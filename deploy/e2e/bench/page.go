package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

const (
	pageRate = 100 // requests a second
	pageTime = 3 * time.Second
)

// pages measures how long a page takes while it is asked for at a steady rate, beside
// a handler that only says that the shop is alive.
func (b *bench) pages(ctx context.Context) error {
	s, err := b.start(ctx, "", stack.Sandbox, stack.AuditEngine, stack.DemoTarget)
	if err != nil {
		return err
	}
	defer end(s)
	id, err := deliver(ctx, s, playbook)
	if err != nil {
		return err
	}
	if _, err := s.Follow(ctx, id, nil, "sent"); err != nil {
		return err
	}
	for _, page := range []struct{ name, path string }{
		{"page.bare", "/healthz"}, {"page.home", "/"}, {"page.product", "/products/security-audit"}, {"page.order", "/orders/" + id}, {"page.portal", "/portal"},
	} {
		took, err := steadily(ctx, s.ShopURL()+page.path)
		if err != nil {
			return err
		}
		spread(page.name, took)
	}
	return nil
}

// steadily asks for an address at the rate, each time whether or not the last answer
// is there, as buyers do.
func steadily(ctx context.Context, address string) ([]time.Duration, error) {
	n := int(pageRate * pageTime / time.Second)
	took := make([]time.Duration, n)
	tick := time.NewTicker(time.Second / pageRate)
	defer tick.Stop()
	failures := make(chan error, n)
	for i := range n {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
		go func() { failures <- timed(ctx, address, &took[i]) }()
	}
	for range n {
		if err := <-failures; err != nil {
			return nil, err
		}
	}
	return took, nil
}

func timed(ctx context.Context, address string, took *time.Duration) error {
	begun := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s was answered %d", address, resp.StatusCode)
	}
	*took = time.Since(begun)
	return nil
}
