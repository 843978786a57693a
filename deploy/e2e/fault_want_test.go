package e2e_test

import (
	"context"
	"time"
)

// ledger is what the operators see of all orders: their states, and whose alerts need
// a person.
type ledger struct {
	states      map[string]string
	needsPerson map[string]bool
}

// ended reports whether a sale is done with: sent, or a person knows of it.
func (l ledger) ended(sold sale) bool {
	return l.states[sold.id] == "sent" || l.needsPerson[sold.id]
}

func (s *shop) ledger() (ledger, error) {
	l := ledger{states: map[string]string{}, needsPerson: map[string]bool{}}
	var list struct {
		Orders []struct{ ID, State string }
	}
	if err := s.Ops(s.Context(), "/api/orders?limit=1000", &list); err != nil {
		return l, err
	}
	for _, o := range list.Orders {
		l.states[o.ID] = o.State
	}
	var raised struct {
		Alerts []struct {
			OrderID string `json:"order_id"`
			Reason  string `json:"reason"`
			State   string `json:"state"`
		}
	}
	if err := s.Ops(s.Context(), "/api/alerts", &raised); err != nil {
		return l, err
	}
	for _, a := range raised.Alerts {
		if a.State == "needs_person" && a.Reason != "deadline" { // one that is only late must still be sent
			l.needsPerson[a.OrderID] = true
		}
	}
	return l, nil
}

// wantAllSentOnce waits until every sale has ended and wants that none is lost and
// that no customer got a mail twice.
func (s *shop) wantAllSentOnce(sales []sale) {
	s.Helper()
	l := s.untilEnded(sales)
	if len(l.states) != len(sales) {
		s.Errorf("%d orders of %d sales", len(l.states), len(sales))
	}
	s.eventually("every receipt is in the outbox", func() bool { // a receipt may come after the goods
		count := s.countMails()
		for _, sold := range sales {
			if l.states[sold.id] == "sent" && count[sold.id]["receipt"] == 0 {
				return false
			}
		}
		return true
	})
	count := s.countMails()
	alerted := 0
	for _, sold := range sales {
		got := count[sold.id]
		if got["receipt"] > 1 || got["download"] > 1 {
			s.Errorf("order %s: %d receipts and %d mails with the link, want one of each", sold.id, got["receipt"], got["download"])
		}
		if l.states[sold.id] != "sent" {
			alerted++
			s.Logf("with a person: %+v", s.order(sold.id).Alerts)
			continue
		}
		if got["download"] == 0 {
			s.Errorf("order %s is sent, and no mail with the link is in the outbox", sold.id)
		}
		o := s.order(sold.id)
		s.wantStates(o, "awaiting_payment", "paid", "working", "ready", "sent")
	}
	s.Logf("%d sales: %d sent, %d with a person", len(sales), len(sales)-alerted, alerted)
}

// untilEnded waits until every sale has ended.
func (s *shop) untilEnded(sales []sale) ledger {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), s.settleWithin())
	defer cancel()
	began := time.Now()
	for {
		l, err := s.ledger()
		waiting := map[string]string{}
		for _, sold := range sales {
			if !l.ended(sold) {
				waiting[sold.id] = l.states[sold.id]
			}
		}
		if err == nil && len(waiting) == 0 {
			s.Logf("the last order had ended %s after the faults", time.Since(began).Round(time.Millisecond))
			return l
		}
		select {
		case <-ctx.Done():
			for id, state := range waiting {
				if state != "" {
					s.Logf("order %s:\n%s", id, story(s.order(id)))
				}
			}
			s.Fatalf("after %s, %d of %d sales have not ended (%v): %v", s.settleWithin(), len(waiting), len(sales), err, waiting)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// countMails counts what lies in the outbox by order and template.
func (s *shop) countMails() map[string]map[string]int {
	s.Helper()
	count := map[string]map[string]int{}
	for _, m := range s.mails("", "") {
		if count[m.OrderID] == nil {
			count[m.OrderID] = map[string]int{}
		}
		count[m.OrderID][m.Template]++
	}
	return count
}
