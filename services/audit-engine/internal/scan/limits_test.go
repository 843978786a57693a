package scan

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/check"
)

// held is a site whose page waits until release, and tells that it was asked.
func held(t *testing.T) (address string, asked <-chan struct{}, release func()) {
	t.Helper()
	arrived, gate := make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case arrived <- struct{}{}:
		default: // it was told
		}
		select {
		case <-gate:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.Listener.Addr().String(), arrived, func() { close(gate) }
}

func TestBusy(t *testing.T) {
	t.Parallel()
	slow, asked, release := held(t)
	other := httptest.NewServer(weakSite(nil))
	t.Cleanup(other.Close)
	s := newScanner(t, func(c *Config) { c.Concurrency = 1 }, slow, other.Listener.Addr().String())
	done := make(chan error, 1)
	go func() {
		_, err := s.Run(t.Context(), request("http://"+slow), nil)
		done <- err
	}()
	<-asked
	_, err := s.Run(t.Context(), request(other.URL), nil)
	if e := errs.From(err); e.Kind != errs.Unavailable || e.Code != auditapi.CodeBusy || e.RetryAfter <= 0 {
		t.Errorf("second audit: %v, want busy with a time to come back", err)
	}
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := s.Run(t.Context(), request(other.URL), nil); err != nil {
		t.Errorf("the place was not given back: %v", err)
	}
}

func TestOneAuditAtATimeForAHost(t *testing.T) {
	t.Parallel()
	var open, most atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && r.Method == http.MethodGet && r.Header.Get("Origin") == "" {
			if n := open.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(20 * time.Millisecond)
			open.Add(-1)
		}
		weakSite(nil)(w, r)
	}))
	t.Cleanup(server.Close)
	s := newScanner(t, nil, server.Listener.Addr().String())
	results := make(chan error, 3)
	for range 3 {
		go func() {
			_, err := s.Run(t.Context(), request(server.URL), nil)
			results <- err
		}()
	}
	for range 3 {
		if err := <-results; err != nil {
			t.Errorf("an audit of the same host did not wait its turn: %v", err)
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d audits at once at one host", most.Load())
	}
}

func TestTheWaitForAHostHasALimit(t *testing.T) {
	t.Parallel()
	slow, asked, release := held(t)
	s := newScanner(t, func(c *Config) { c.HostWait = 20 * time.Millisecond }, slow)
	done := make(chan error, 1)
	go func() {
		_, err := s.Run(t.Context(), request("http://"+slow), nil)
		done <- err
	}()
	<-asked
	if _, err := s.Run(t.Context(), request("http://"+slow), nil); errs.From(err).Code != auditapi.CodeBusy {
		t.Errorf("error = %v, want busy", err)
	}
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestTheAuditsOwnDeadline(t *testing.T) {
	t.Parallel()
	slow, _, _ := held(t)
	s := newScanner(t, func(c *Config) { c.Timeout = 100 * time.Millisecond }, slow)
	started := time.Now()
	_, err := s.Run(t.Context(), request("http://"+slow), nil)
	if e := errs.From(err); e.Kind != errs.Unprocessable || e.Code != auditapi.CodeUnreachable || time.Since(started) > 5*time.Second {
		t.Errorf("error = %v after %s, want unreachable", err, time.Since(started))
	}
}

func TestChecksThatComeTooLateAreSkipped(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(weakSite(nil))
	t.Cleanup(server.Close)
	slow := check.Check{ID: "slow", Title: "Slow", Run: func(ctx context.Context, _ *check.Site) check.Result {
		<-ctx.Done()
		return check.Result{Skipped: "slow"}
	}}
	s := newScanner(t, func(c *Config) {
		c.Timeout = 2 * time.Second
		c.Checks = func(tier string) []check.Check {
			return append(slices.Repeat([]check.Check{slow}, abreast), check.ForTier(tier)...)
		}
	}, server.Listener.Addr().String())
	report, err := s.Run(t.Context(), request(server.URL), nil)
	if err != nil || len(report.Skipped) != len(check.ForTier(auditapi.TierAutomated))+abreast {
		t.Fatalf("%d skipped, %v", len(report.Skipped), err)
	}
	if !strings.Contains(report.Skipped[abreast].Reason, "ran out") {
		t.Errorf("reason = %q", report.Skipped[abreast].Reason)
	}
}

func TestACallerWhoLeavesEndsTheAudit(t *testing.T) {
	t.Parallel()
	slow, asked, _ := held(t)
	s := newScanner(t, func(c *Config) { c.Concurrency = 1 }, slow)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := s.Run(ctx, request("http://"+slow), nil)
		done <- err
	}()
	<-asked
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the audit goes on without its caller")
	}
	if n := len(s.slots); n != 0 {
		t.Errorf("%d places are still taken", n)
	}
}
