package guard

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// begin makes one request without an answer.
func begin(t *testing.T, m *manners) time.Time {
	t.Helper()
	if err := m.request(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer m.release()
	return time.Now()
}

func TestAtMostTenWithinAnySecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		var begun []time.Time
		for range 35 {
			begun = append(begun, begin(t, m))
		}
		for i := maxPerSecond; i < len(begun); i++ {
			if gap := begun[i].Sub(begun[i-maxPerSecond]); gap < time.Second {
				t.Errorf("start %d comes %s after start %d", i, gap, i-maxPerSecond)
			}
		}
		if total := begun[len(begun)-1].Sub(begun[0]); total != 3*time.Second {
			t.Errorf("35 starts took %s, want 3s: the pace must not be slower than it has to", total)
		}
	})
}

func TestLoopbackKeepsNoPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		m.near.Store(true)
		first := begin(t, m)
		for range 100 {
			begin(t, m)
		}
		if took := begin(t, m).Sub(first); took != 0 {
			t.Errorf("it took %s", took)
		}
	})
}

func TestAHostThatAsksForLessGetsLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		start := begin(t, m)
		m.heard(http.StatusTooManyRequests, http.Header{"Retry-After": {"7"}})
		if waited := begin(t, m).Sub(start); waited != 7*time.Second {
			t.Errorf("asked again after %s, want the 7 s of Retry-After", waited)
		}
		m.heard(http.StatusOK, nil)
		if a, b := begin(t, m), begin(t, m); b.Sub(a) != time.Second/5 {
			t.Errorf("%s from one request to the next, want half the pace", b.Sub(a))
		}
		m.heard(http.StatusServiceUnavailable, nil)
		begin(t, m)
		if a, b := begin(t, m), begin(t, m); b.Sub(a) != 400*time.Millisecond {
			t.Errorf("%s from one request to the next, want a quarter of the pace", b.Sub(a))
		}
		for range maxRefusals - 1 {
			begin(t, m)
			m.heard(http.StatusServiceUnavailable, nil)
		}
		leftAlone(t, m)
	})
	m := newManners()
	m.heard(http.StatusServiceUnavailable, http.Header{"Retry-After": {"999999999999"}})
	leftAlone(t, m)
}

// leftAlone checks that no request is made any more, and that TLS may be looked at.
func leftAlone(t *testing.T, m *manners) {
	t.Helper()
	if err := m.request(t.Context()); err == nil || !strings.Contains(err.Error(), "left alone") {
		t.Errorf("error = %v", err)
	}
	if err := m.place(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"": pauseAfter, "soon": pauseAfter, "-3": pauseAfter, "0": 0, "3": 3 * time.Second, "86400": 24 * time.Hour,
		"Mon, 02 Jan 2006 15:04:05 GMT": 0, "99999999999999999999": math.MaxUint32 * time.Second,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestFiveTimeoutsInARowEndIt(t *testing.T) {
	t.Parallel()
	m := newManners()
	silent := fmt.Errorf("read: %w", os.ErrDeadlineExceeded)
	for range maxTimeouts - 1 {
		m.failed(silent)
	}
	m.heard(http.StatusOK, nil) // one answer, and the count begins anew
	for range maxTimeouts - 1 {
		m.failed(silent)
	}
	if err := m.over(&m.silent); err != nil {
		t.Errorf("given up early: %v", err)
	}
	m.failed(silent)
	if err := m.place(t.Context()); err == nil || !strings.Contains(err.Error(), "5 times in a row") {
		t.Errorf("error = %v", err)
	}
}

// A wait that the caller's deadline would cut short is not begun.
func TestNoWaitInVain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		m.heard(http.StatusTooManyRequests, http.Header{"Retry-After": {"10"}})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		started := time.Now()
		if err := m.request(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > 0 {
			t.Errorf("error = %v after %s", err, time.Since(started))
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		for range maxConnections {
			if err := m.place(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := m.place(ctx); err == nil {
			t.Error("a fifth connection was let through")
		}
		m.release()
		if err := m.request(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAtMostFourConnections(t *testing.T) {
	t.Parallel()
	var open, most atomic.Int32
	g, base := lab(t, func(w http.ResponseWriter, _ *http.Request) {
		n := open.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			continue
		}
		time.Sleep(30 * time.Millisecond)
		open.Add(-1)
		fmt.Fprint(w, "ok")
	})
	target, err := g.Admit(base)
	if err != nil {
		t.Fatal(err)
	}
	client := g.Client("test")
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, err := client.Do(t.Context(), Request{Target: target}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := most.Load(); n > maxConnections || n < 2 {
		t.Errorf("%d connections at once, want at most %d", n, maxConnections)
	}
}
