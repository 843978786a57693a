package store

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"doorstep.example/pkg/mailapi"
)

// TestReportsInAnyOrder sends every order of a provider's reports, before and
// after the provider's answer, each twice.
func TestReportsInAnyOrder(t *testing.T) {
	all := []string{"email.sent", "email.delivered", "email.bounced", "email.complained"}
	each(t, func(t *testing.T, s *Store) {
		for i, order := range permutations(all) {
			id := fmt.Sprintf("m%d", i)
			queue(t, s, id)
			a := start(t, s, id, t0)
			answerAt := i % (len(order) + 1)
			for j, kind := range append(order, "") {
				if j == answerAt {
					must(t, s.Accepted(t.Context(), a, t0, "p"+id, ""))
				}
				if kind == "" {
					continue
				}
				e := Event{SvixID: id + kind, Type: kind, ProviderID: "p" + id, ReceivedAt: t0}
				for k := range 2 {
					fresh, err := s.Report(t.Context(), e)
					if err != nil || fresh != (k == 0) {
						t.Fatalf("Report = %v, %v on delivery %d", fresh, err, k+1)
					}
				}
			}
			m := get(t, s, id)
			if m.State != mailapi.StateComplained {
				t.Errorf("order %v, answer at %d: state %s (%s)", order, answerAt, m.State, steps(m))
			}
			if n := strings.Count(steps(m), mailapi.StateComplained); n > 2 {
				t.Errorf("a repeated report was applied twice: %s", steps(m))
			}
		}
	})
}

// TestReportAndAnswerAtOnce races the two: whoever commits last finds the other.
func TestReportAndAnswerAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		for i := range 40 {
			id := fmt.Sprintf("m%d", i)
			queue(t, s, id)
			a := start(t, s, id, t0)
			var group sync.WaitGroup
			group.Go(func() {
				if err := s.Accepted(t.Context(), a, t0, "p"+id, ""); err != nil {
					t.Error(err)
				}
			})
			group.Go(func() {
				if _, err := s.Report(t.Context(), Event{SvixID: id, Type: "email.delivered", ProviderID: "p" + id, ReceivedAt: t0}); err != nil {
					t.Error(err)
				}
			})
			group.Wait()
			if m := get(t, s, id); m.State != mailapi.StateDelivered {
				t.Fatalf("round %d: state %s", i, m.State)
			}
		}
	})
}

func TestDelayIsAnEntryAndNoMove(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		queue(t, s, "a")
		must(t, s.Accepted(t.Context(), start(t, s, "a", t0), t0, "p1", ""))
		if _, err := s.Report(t.Context(), Event{SvixID: "1", Type: "email.delivery_delayed", ProviderID: "p1", Detail: "greylisted", ReceivedAt: t0}); err != nil {
			t.Fatal(err)
		}
		m := get(t, s, "a")
		if m.State != mailapi.StateAccepted || m.History[len(m.History)-1].Detail != "greylisted" {
			t.Errorf("%+v", m)
		}
	})
}

func permutations(list []string) [][]string {
	if len(list) <= 1 {
		return [][]string{slices.Clone(list)}
	}
	var all [][]string
	for i := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		for _, p := range permutations(rest) {
			all = append(all, append([]string{list[i]}, p...))
		}
	}
	return all
}

// TestReportFindsAnUnheardMail is a mail whose acceptance we never heard: our own
// id, returned by the provider, settles it.
func TestReportFindsAnUnheardMail(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		for _, end := range []string{mailapi.StateQueued, mailapi.StateAmbiguous} {
			id := "unheard-" + end
			queue(t, s, id)
			must(t, s.Unsure(t.Context(), start(t, s, id, t0), t0, "no answer"))
			if end == mailapi.StateAmbiguous {
				must(t, s.Ambiguous(t.Context(), id, t0, "too late"))
			}
			if _, err := s.Report(t.Context(), Event{SvixID: id, Type: "email.delivered", ProviderID: "p-" + id, MessageID: id, ReceivedAt: t0}); err != nil {
				t.Fatal(err)
			}
			if m := get(t, s, id); m.State != mailapi.StateDelivered || m.ProviderID != "p-"+id || m.Unsure != 0 {
				t.Errorf("%s: %+v", end, m)
			}
		}
	})
}
