package store

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
)

func (s suite) correct(id order.ID, email string) error {
	return s.write(func(tx database.Tx) error { return CorrectAddress(s.Context(), tx, id, email, noon) })
}

func (s suite) emailOf(id order.ID) string {
	s.Helper()
	o, err := Order(s.Context(), s.db.Read(), id)
	if err != nil {
		s.Fatal(err)
	}
	return o.CustomerEmail
}

func TestCorrectAddress(t *testing.T) {
	each(t, func(s suite) {
		o := s.sell(newOrder(1), noon)
		for n := range 3 {
			if err := s.correct(o.ID, fmt.Sprintf("right%d@example.org", n)); err != nil {
				s.Fatal(err)
			}
		}
		if err := s.correct(o.ID, "right2@example.org"); err != nil { // what it is already is no correction
			s.Error(err)
		}
		if err := s.correct(o.ID, "right3@example.org"); errs.KindOf(err) != errs.Forbidden {
			s.Errorf("fourth correction: %v", err)
		}
		if got := s.emailOf(o.ID); got != "right2@example.org" {
			s.Errorf("the address is %s", got)
		}
		if err := s.correct(order.NewID(), "a@example.org"); errs.KindOf(err) != errs.NotFound {
			s.Errorf("unknown order: %v", err)
		}
		entries, err := Timeline(s.Context(), s.db.Read(), o.ID)
		if err != nil {
			s.Fatal(err)
		}
		var notes []string
		for _, e := range entries {
			if e.Kind == order.EntryNote {
				notes = append(notes, e.Detail)
			}
		}
		want := "the address was corrected from B•••@example.com to r•••@example.org\n" +
			strings.Repeat("the address was corrected from r•••@example.org to r•••@example.org\n", 2)
		if got := strings.Join(notes, "\n") + "\n"; got != want {
			s.Errorf("timeline:\n%s", got)
		}
	})
}

func TestCorrectAddressAtOnce(t *testing.T) {
	each(t, func(s suite) {
		o := s.sell(newOrder(1), noon)
		var group sync.WaitGroup
		var mu sync.Mutex
		done := 0
		for n := range 8 {
			group.Go(func() {
				err := s.correct(o.ID, fmt.Sprintf("right%d@example.org", n))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				} else if kind := errs.KindOf(err); kind != errs.Conflict && kind != errs.Forbidden {
					s.Error(err)
				}
			})
		}
		group.Wait()
		var changes int
		err := s.db.Read().QueryRow(s.Context(), `SELECT address_changes FROM orders WHERE id = $1`, string(o.ID)).Scan(&changes)
		if err != nil || changes != done || done < 1 || done > 3 {
			s.Errorf("%d corrections, %d counted, %v", done, changes, err)
		}
	})
}

// TestCorrectAddressOfAnyScript masks an address whose first letter is more than a
// byte: half a letter is refused by PostgreSQL.
func TestCorrectAddressOfAnyScript(t *testing.T) {
	each(t, func(s suite) {
		o := newOrder(1)
		o.CustomerEmail = "ünal@example.com"
		s.sell(o, noon.Add(time.Minute))
		if err := s.correct(o.ID, "unal@example.com"); err != nil {
			s.Error(err)
		}
	})
}
