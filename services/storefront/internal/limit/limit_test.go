package limit

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

func TestAllow(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	l := New(Rate{N: 5, Per: time.Hour}, c.now)
	for _, step := range []struct {
		pass time.Duration
		key  string
		ok   bool
		wait time.Duration
	}{
		{0, "a", true, 0},
		{0, "a", true, 0},
		{0, "a", true, 0},
		{0, "a", true, 0},
		{time.Minute, "a", true, 0},
		{0, "a", false, 11 * time.Minute},
		{0, "b", true, 0}, // another's limit is another's
		{time.Minute, "a", false, 10 * time.Minute},
		{10*time.Minute - 1, "a", false, 1},
		{1, "a", true, 0}, // a refused request costs nothing
		{0, "a", false, 12 * time.Minute},
		{time.Hour, "a", true, 0},
		{time.Hour, "a", true, 0}, // more than the rest does not fill a bucket
		{0, "a", true, 0},
		{0, "a", true, 0},
		{0, "a", true, 0},
		{0, "a", true, 0},
		{0, "a", false, 12 * time.Minute},
	} {
		c.pass(step.pass)
		if ok, wait := l.Allow(step.key); ok != step.ok || wait != step.wait {
			t.Fatalf("at %s Allow(%s) = %v, %s; want %v, %s", c.now().Format(time.TimeOnly), step.key, ok, wait, step.ok, step.wait)
		}
	}
}

func TestAllowAtOnce(t *testing.T) {
	t.Parallel()
	l := New(Checkout, (&clock{at: noon}).now)
	var group sync.WaitGroup
	allowed := make(chan bool, 200)
	for range cap(allowed) {
		group.Go(func() {
			if ok, _ := l.Allow("203.0.113.7"); ok {
				allowed <- true
			}
		})
	}
	group.Wait()
	if len(allowed) != Checkout.N {
		t.Errorf("%d of 200 passed, want %d", len(allowed), Checkout.N)
	}
}

// TestFloodOfKeys wants the memory bounded, whoever still asks remembered, and the
// one who asked longest ago forgotten.
func TestFloodOfKeys(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	l := New(Rate{N: 1, Per: time.Hour}, c.now)
	l.most = 100
	l.Allow("early")
	l.Allow("loud")
	for n := range 1000 {
		c.pass(time.Millisecond)
		l.Allow(fmt.Sprint("flood ", n))
		if ok, _ := l.Allow("loud"); ok {
			t.Fatalf("after %d others, one who keeps asking was let in", n)
		}
		if len(l.keys) > l.most || l.order.Len() != len(l.keys) {
			t.Fatalf("%d keys, %d in order", len(l.keys), l.order.Len())
		}
	}
	if ok, _ := l.Allow("early"); !ok {
		t.Error("the oldest key was not the one that was forgotten")
	}
}

// TestIdleKeysGo wants a limiter to shrink by itself when a flood is over.
func TestIdleKeysGo(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	l := New(Checkout, c.now)
	for n := range 1000 {
		l.Allow(fmt.Sprint(n))
	}
	for n := range 1000 {
		c.pass(time.Minute)
		l.Allow(fmt.Sprint("later ", n))
	}
	if len(l.keys) > 2 {
		t.Errorf("%d keys are kept, of which at most two mean anything", len(l.keys))
	}
}
