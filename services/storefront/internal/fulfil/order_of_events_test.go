package fulfil

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

// happening is an event of Stripe's without its envelope.
type happening struct{ kind, object string }

// happenings are the events that one order can have, by short name.
func happenings(s payment.Session) map[string]happening {
	session := func(status, paymentStatus string) string {
		meta := ""
		for k, v := range s.Metadata {
			meta += fmt.Sprintf(",%q:%q", k, v)
		}
		return fmt.Sprintf(`{"id":%q,"status":%q,"payment_status":%q,"payment_intent":%q,"amount_total":%d,"currency":%q,"created":1790000000,"metadata":{%s}}`,
			s.ID, status, paymentStatus, s.PaymentIntent, s.Amount, s.Currency, strings.TrimPrefix(meta, ","))
	}
	charge := func(more string) string { return fmt.Sprintf(`{"payment_intent":%q,%s}`, s.PaymentIntent, more) }
	return map[string]happening{
		"paid":      {"checkout.session.completed", session("complete", "paid")},
		"unpaid":    {"checkout.session.completed", session("complete", "unpaid")},
		"succeeded": {"checkout.session.async_payment_succeeded", session("complete", "paid")},
		"failed":    {"checkout.session.async_payment_failed", session("complete", "unpaid")},
		"expired":   {"checkout.session.expired", session("expired", "unpaid")},
		"part":      {"charge.refunded", charge(`"refunded":false,"amount_refunded":100`)},
		"refunded":  {"charge.refunded", charge(`"refunded":true,"amount_refunded":2900`)},
		"disputed":  {"charge.dispute.created", charge(`"status":"needs_response"`)},
		"won":       {"charge.dispute.closed", charge(`"status":"won"`)},
		"lost":      {"charge.dispute.closed", charge(`"status":"lost"`)},
	}
}

// TestOrderOfEventsDoesNotMatter plays every order of up to four events of one
// purchase, some of them twice, and wants the same end each time.
func TestOrderOfEventsDoesNotMatter(t *testing.T) {
	for _, test := range []struct {
		events []string
		want   order.State
	}{
		{[]string{"paid"}, order.Sent},
		{[]string{"paid", "paid"}, order.Sent},
		{[]string{"unpaid", "succeeded"}, order.Sent},
		{[]string{"unpaid", "failed"}, order.Failed},
		{[]string{"expired"}, order.Expired},
		{[]string{"unpaid", "failed", "succeeded"}, order.Sent},
		{[]string{"paid", "expired"}, order.Sent},
		{[]string{"paid", "part"}, order.Sent},
		{[]string{"paid", "refunded"}, order.Refunded},
		{[]string{"paid", "part", "refunded"}, order.Refunded},
		{[]string{"unpaid", "succeeded", "refunded"}, order.Refunded},
		{[]string{"paid", "disputed"}, order.Held},
		{[]string{"paid", "disputed", "won"}, order.Sent},
		{[]string{"paid", "disputed", "lost"}, order.Refunded},
		{[]string{"unpaid", "succeeded", "disputed", "won"}, order.Sent},
		{[]string{"paid", "paid", "disputed", "won"}, order.Sent},
		{[]string{"paid", "disputed", "won", "refunded"}, order.Refunded},
		{[]string{"paid", "disputed", "part", "won"}, order.Sent},
	} {
		t.Run(strings.Join(test.events, "+"), func(t *testing.T) {
			eachWorld(t, func(w *world) {
				ids := map[order.ID][]string{}
				for _, events := range permutations(test.events) {
					s := w.session("agent-playbook")
					id, err := s.OrderID()
					if err != nil {
						t.Fatal(err)
					}
					ids[id] = events
					known := happenings(s)
					for _, name := range events {
						event(t, w, known[name].kind, known[name].object)
					}
				}
				for id, events := range ids {
					o := w.becomes(id, test.want)
					if t.Failed() {
						t.Fatalf("events %v", events)
					}
					if test.want == order.Sent {
						w.oneMailEach(id)
					}
					if o.State == order.Refunded {
						w.nothingLeft(id)
					}
				}
			})
		})
	}
}

// oneMailEach checks that an order had exactly one receipt and one delivery.
func (w *world) oneMailEach(id order.ID) {
	w.Helper()
	n := map[string]int{}
	for _, m := range w.mailer.Sent() {
		if m.Request.OrderID == string(id) {
			n[m.Request.Template]++
		}
	}
	if n["receipt"] > 1 || n["download"] != 1 {
		w.Errorf("mails of %s: %v", id, n)
	}
}

// nothingLeft checks that a refunded order has no link in force and no mail to come.
func (w *world) nothingLeft(id order.ID) {
	w.Helper()
	grants, err := store.Grants(w.Context(), w.DB.Read(), id)
	if err != nil {
		w.Fatal(err)
	}
	for _, g := range grants {
		if g.RevokedAt.IsZero() {
			w.Errorf("a link of %s is in force", id)
		}
	}
	messages, err := store.Messages(w.Context(), w.DB.Read(), id)
	if err != nil {
		w.Fatal(err)
	}
	for _, m := range messages {
		if m.State == "queued" && !strings.HasPrefix(m.Purpose, store.PurposeAlert) {
			w.Errorf("the mail %s of %s is still to come", m.Purpose, id)
		}
	}
}

// TestEventsAtOnce sends all events of a purchase at the same time.
func TestEventsAtOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		s := w.session("agent-playbook")
		id, err := s.OrderID()
		if err != nil {
			t.Fatal(err)
		}
		known := happenings(s)
		var group sync.WaitGroup
		for _, name := range []string{"paid", "succeeded", "disputed", "won", "refunded", "paid"} {
			group.Go(func() { event(t, w, known[name].kind, known[name].object) })
		}
		group.Wait()
		w.becomes(id, order.Refunded)
		time.Sleep(200 * time.Millisecond) // time for a mail that must not come
		w.nothingLeft(id)
	})
}

func permutations(events []string) [][]string {
	if len(events) < 2 {
		return [][]string{slices.Clone(events)}
	}
	var all [][]string
	for i, first := range events {
		rest := slices.Delete(slices.Clone(events), i, i+1)
		for _, tail := range permutations(rest) {
			all = append(all, append([]string{first}, tail...))
		}
	}
	return all
}
