package guard

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAtMostTenWithinAnySecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		var begun []time.Time
		for range 35 {
			if err := m.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			begun = append(begun, time.Now())
			m.release()
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

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		for range maxConnections {
			if err := m.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := m.wait(ctx); err == nil {
			t.Error("a fifth connection was let through")
		}
		m.release()
		if err := m.wait(t.Context()); err != nil {
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
