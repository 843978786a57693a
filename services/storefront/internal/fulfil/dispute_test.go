package fulfil

import (
	"testing"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/mailapi/mailapitest"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

// TestNewsOfAMailWhileADisputeIsOpen: what became of the mail is not lost, and the
// order stays held until the dispute is closed.
func TestNewsOfAMailWhileADisputeIsOpen(t *testing.T) {
	for state, want := range map[string]order.State{mailapi.StateDelivered: order.Delivered, mailapi.StateBounced: order.Undeliverable} {
		t.Run(state, func(t *testing.T) {
			eachWorld(t, func(w *world) {
				s := w.session("agent-playbook")
				id := w.apply(s)
				w.becomes(id, order.Sent)
				event(w.T, w, "charge.dispute.created", disputed(s, "needs_response"))
				w.becomes(id, order.Held)
				w.mailer.SetState(w.T, w.mails(2)[mailapi.TemplateDownload][0].Message.ID, state, "")
				limit := time.Now().Add(patience)
				for w.becomes(id, order.Held).HeldFrom != want {
					if time.Now().After(limit) {
						w.Fatalf("the mail's news did not come through:\n%s", w.story(id))
					}
					time.Sleep(10 * time.Millisecond)
				}
				event(w.T, w, "charge.dispute.closed", disputed(s, "won"))
				w.becomes(id, want)
			})
		})
	}
}

// TestAMailAndItsDisputeAtOnce lets one of the two decide on what the other has just
// changed: it must notice, whichever comes first. An order that is ready with its mail
// gone would wait for ever.
func TestAMailAndItsDisputeAtOnce(t *testing.T) {
	for name, mailFirst := range map[string]bool{"the mail first": true, "the dispute first": false} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(w *world) {
				if w.DB.Kind == database.SQLite {
					return // one transaction at a time
				}
				w.mailer.Fail(50, mailapitest.Fault{Status: 503, RetryAfter: time.Hour})
				s := w.session("agent-playbook")
				id := w.apply(s)
				w.becomes(id, order.Ready)
				event(w.T, w, "charge.dispute.created", disputed(s, "needs_response"))
				stale := w.becomes(id, order.Held)
				m := w.delivery(id)

				mail := func(o order.Order) error {
					return w.DB.InTx(w.Context(), func(tx database.Tx) error {
						return w.outcome(w.Context(), tx, m, o, &mailapi.Message{ID: "message-1", State: mailapi.StateAccepted, Provider: "resend"})
					})
				}
				won := func(o order.Order) error {
					return w.DB.InTx(w.Context(), func(tx database.Tx) error { return w.release(w.Context(), tx, o) })
				}
				first, second := won, mail
				if mailFirst {
					first, second = mail, won
				}
				if err := first(stale); err != nil {
					t.Fatal(err)
				}
				if err := second(stale); errs.KindOf(err) != errs.Conflict {
					t.Fatalf("the second with the order as it was before the first: %v, want a Conflict", err)
				}
				now, err := store.Order(w.Context(), w.DB.Read(), id)
				if err != nil {
					t.Fatal(err)
				}
				if err := second(now); err != nil {
					t.Fatal(err)
				}
				w.becomes(id, order.Sent)
			})
		})
	}
}

func disputed(s payment.Session, status string) string {
	return `{"payment_intent":"` + s.PaymentIntent + `","status":"` + status + `"}`
}

// delivery returns the message with the order's goods.
func (w *world) delivery(id order.ID) store.Message {
	w.Helper()
	messages, err := store.Messages(w.Context(), w.DB.Read(), id)
	if err != nil {
		w.Fatal(err)
	}
	for _, m := range messages {
		if m.Purpose == store.PurposeDelivery {
			return m
		}
	}
	w.Fatalf("order %s has no delivery mail", id)
	return store.Message{}
}
