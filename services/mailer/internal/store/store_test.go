package store

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
)

var t0 = time.UnixMilli(1_800_000_000_000).UTC()

// each runs f over a store on every database.
func each(t *testing.T, f func(t *testing.T, s *Store)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, url string) {
		f(t, New(databasetest.Open(t, url, Migrations())))
	})
}

func queue(t *testing.T, s *Store, id string) *Message {
	t.Helper()
	m, err := s.Queue(t.Context(), Message{ID: id, Key: "key-" + id, Hash: "hash", Template: "receipt", OrderID: "o1",
		Content: []byte("rendered mail"), CreatedAt: t0})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func start(t *testing.T, s *Store, id string, at time.Time) Attempt {
	t.Helper()
	a, err := s.Start(t.Context(), id, "smtp", at, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, s *Store, id string) *Message {
	t.Helper()
	m, err := s.ByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// must fails the test for an error of a write.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func steps(m *Message) string {
	var list []string
	for _, e := range m.History {
		list = append(list, e.State)
	}
	return strings.Join(list, " ")
}

func TestQueueKeepsTheFirst(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		first := queue(t, s, "a")
		again, err := s.Queue(t.Context(), Message{ID: "b", Key: first.Key, Hash: "other", Content: []byte("other"), CreatedAt: t0})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("the second request under a key changed the message:\n%s", diff)
		}
		if _, err := s.ByID(t.Context(), "b"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("ByID(b) = %v", err)
		}
	})
}

func TestAcceptedForgetsTheContent(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		queue(t, s, "a")
		must(t, s.Accepted(t.Context(), start(t, s, "a", t0), t0.Add(time.Second), "p1", "250 ok"))
		got := get(t, s, "a")
		want := &Message{ID: "a", Key: "key-a", Hash: "hash", Template: "receipt", OrderID: "o1", State: mailapi.StateAccepted,
			Provider: "smtp", ProviderID: "p1", CreatedAt: t0, History: []mailapi.Entry{
				{At: t0, State: mailapi.StateQueued}, {At: t0.Add(time.Second), State: mailapi.StateAccepted, Detail: "250 ok"}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("message (-want +got):\n%s", diff)
		}
	})
}

// TestOneSenderAtATime lets many take one message.
func TestOneSenderAtATime(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		queue(t, s, "a")
		var taken atomic.Int32
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				_, err := s.Start(t.Context(), "a", "smtp", t0, time.Minute)
				switch {
				case err == nil:
					taken.Add(1)
				case !errors.Is(err, ErrBusy):
					t.Error(err)
				}
			})
		}
		group.Wait()
		if taken.Load() != 1 {
			t.Errorf("%d took the message", taken.Load())
		}
	})
}

// TestKilledWhileSending is what a restart finds after a SIGKILL between the start
// of a send and its answer.
func TestKilledWhileSending(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		queue(t, s, "a")
		stale := start(t, s, "a", t0)
		m := get(t, s, "a")
		if m.State != mailapi.StateQueued || m.Unsure != 1 || !m.UnsureSince.Equal(t0) || string(m.Content) != "rendered mail" {
			t.Fatalf("after the kill: %+v", m)
		}
		// The lease keeps others away until it ends, or until a process that is
		// alone on its file frees it.
		if _, err := s.Start(t.Context(), "a", "smtp", t0.Add(59*time.Second), time.Minute); !errors.Is(err, ErrBusy) {
			t.Errorf("within the lease: %v", err)
		}
		later := t0.Add(2 * time.Minute)
		if s.db.Kind == database.SQLite {
			must(t, s.Release(t.Context()))
			later = t0.Add(time.Second)
		}
		if _, err := s.Start(t.Context(), "a", "resend", later, time.Minute); !errors.Is(err, ErrBusy) {
			t.Errorf("a mail that may be out went to another transport: %v", err)
		}
		fresh := start(t, s, "a", later)
		if m := get(t, s, "a"); m.Unsure != 2 || !m.UnsureSince.Equal(t0) {
			t.Errorf("the second try: unsure %d since %v", m.Unsure, m.UnsureSince)
		}
		// The first process was only slow: its refusal says nothing of the second try.
		must(t, s.Refused(t.Context(), stale, later, "451 later"))
		if m := get(t, s, "a"); m.Unsure != 2 {
			t.Errorf("a stale refusal counted: unsure %d", m.Unsure)
		}
		must(t, s.Accepted(t.Context(), fresh, later, "p1", ""))
	})
}

func TestRefusalTakesTheDoubtBack(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		queue(t, s, "a")
		must(t, s.Refused(t.Context(), start(t, s, "a", t0), t0, "451 later"))
		if m := get(t, s, "a"); m.Unsure != 0 || !m.UnsureSince.IsZero() {
			t.Errorf("refused: unsure %d since %v", m.Unsure, m.UnsureSince)
		}
		must(t, s.Unsure(t.Context(), start(t, s, "a", t0.Add(time.Hour)), t0, "line broke"))
		must(t, s.Refused(t.Context(), start(t, s, "a", t0.Add(2*time.Hour)), t0, "451 later"))
		m := get(t, s, "a")
		if m.Unsure != 1 || !m.UnsureSince.Equal(t0.Add(time.Hour)) {
			t.Errorf("an older doubt was lost: unsure %d since %v", m.Unsure, m.UnsureSince)
		}
		must(t, s.Ambiguous(t.Context(), "a", t0, "no more"))
		if m := get(t, s, "a"); m.State != mailapi.StateAmbiguous || m.Content != nil {
			t.Errorf("ambiguous: %+v", m)
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		queue(t, s, "a")
		for range maxHistory + 5 {
			must(t, s.Refused(t.Context(), start(t, s, "a", t0), t0, "451 later"))
		}
		must(t, s.Failed(t.Context(), start(t, s, "a", t0), t0, "550 never"))
		m := get(t, s, "a")
		if n := len(m.History); n != maxHistory+1 || m.History[n-1].State != mailapi.StateFailed {
			t.Errorf("%d entries, last %v; want %d and the move", n, m.History[n-1], maxHistory+1)
		}
	})
}

func TestForget(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		now := t0.Add(40 * 24 * time.Hour)
		queue(t, s, "refused")
		queue(t, s, "unsure")
		must(t, s.Unsure(t.Context(), start(t, s, "unsure", t0), t0, "no answer"))
		queue(t, s, "recent")
		must(t, s.Refused(t.Context(), start(t, s, "recent", now), now, "451"))
		if _, err := s.Report(t.Context(), Event{SvixID: "old", Type: "email.sent", ProviderID: "x", ReceivedAt: t0}); err != nil {
			t.Fatal(err)
		}
		must(t, s.Forget(t.Context(), now.Add(-35*24*time.Hour), now))
		for id, want := range map[string]string{"refused": mailapi.StateFailed, "unsure": mailapi.StateAmbiguous, "recent": mailapi.StateQueued} {
			if m := get(t, s, id); m.State != want || (m.Content == nil) != (want != mailapi.StateQueued) {
				t.Errorf("%s: state %s, content %q", id, m.State, m.Content)
			}
		}
		if fresh, err := s.Report(t.Context(), Event{SvixID: "old", Type: "email.sent", ProviderID: "x", ReceivedAt: now}); err != nil || !fresh {
			t.Errorf("the old report is still there: %v, %v", fresh, err)
		}
	})
}

// TestMovesOnlyGoForward walks the table: no state can be reached from itself.
func TestMovesOnlyGoForward(t *testing.T) {
	t.Parallel()
	var walk func(from, at string, depth int)
	walk = func(from, at string, depth int) {
		if depth > len(moves) {
			t.Fatalf("a circle through %s", from)
		}
		for _, to := range moves[at] {
			if _, ok := moves[to]; !ok {
				t.Errorf("%s is no state", to)
			}
			if to == from {
				t.Errorf("%s comes back to itself", from)
			}
			walk(from, to, depth+1)
		}
	}
	for state := range moves {
		walk(state, state, 0)
	}
}
