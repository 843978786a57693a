package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorstep.example/pkg/database"
)

// TestTake plays the table of package limit's test: both must decide alike.
func TestTake(t *testing.T) {
	each(t, func(s suite) {
		now := noon
		for _, step := range []struct {
			pass time.Duration
			of   string
			wait time.Duration
		}{
			{0, "a", 0},
			{0, "a", 0},
			{0, "a", 0},
			{0, "a", 0},
			{time.Minute, "a", 0},
			{0, "a", 11 * time.Minute},
			{0, "b", 0},
			{time.Minute, "a", 10 * time.Minute},
			{10*time.Minute - time.Millisecond, "a", time.Millisecond},
			{time.Millisecond, "a", 0},
			{0, "a", 12 * time.Minute},
			{2 * time.Hour, "a", 0},
			{0, "a", 0},
			{0, "a", 0},
			{0, "a", 0},
			{0, "a", 0},
			{0, "a", 12 * time.Minute},
		} {
			now = now.Add(step.pass)
			s.must(func(tx database.Tx) error {
				wait, err := Take(s.Context(), tx, "login", step.of, 5, time.Hour, now)
				if wait != step.wait {
					s.Fatalf("at %s Take(%s) = %s, want %s", now.Format(time.TimeOnly), step.of, wait, step.wait)
				}
				return err
			})
		}
	})
}

func TestTakeAtOnce(t *testing.T) {
	each(t, func(s suite) {
		var group sync.WaitGroup
		var taken atomic.Int32
		for range 20 {
			group.Go(func() {
				err := s.write(func(tx database.Tx) error {
					wait, err := Take(s.Context(), tx, "login", "ada@example.com", 5, time.Hour, noon)
					if wait == 0 && err == nil {
						taken.Add(1)
					}
					return err
				})
				if err != nil {
					s.Error(err)
				}
			})
		}
		group.Wait()
		if taken.Load() != 5 {
			s.Errorf("%d of 20 passed, want 5", taken.Load())
		}
	})
}

func TestLimitsHoldNoAddressAndGo(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		s.must(func(tx database.Tx) error {
			if _, err := Take(ctx, tx, "login", "ada@example.com", 5, time.Hour, noon); err != nil {
				return err
			}
			var n int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM limits WHERE key LIKE '%ada%'`).Scan(&n); err != nil || n != 0 {
				s.Errorf("%d keys name their owner, %v", n, err)
			}
			for at, want := range map[time.Time]int{noon.Add(11 * time.Minute): 0} {
				if n, err := PurgeLimits(ctx, tx, at, 10); err != nil || n != want {
					s.Errorf("purged %d at %s, %v; want %d", n, at, err, want)
				}
			}
			n, err := PurgeLimits(ctx, tx, noon.Add(12*time.Minute), 10)
			if n != 1 {
				s.Errorf("purged %d, want 1", n)
			}
			return err
		})
	})
}
