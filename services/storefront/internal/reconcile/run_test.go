package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

// TestLostFailureOfADelayedPayment: the session does not show it, its payment does.
func TestLostFailureOfADelayedPayment(t *testing.T) {
	eachWorld(t, func(w *world) {
		failed, coming := w.session(2*time.Hour), w.session(3*time.Hour)
		for _, s := range []*payment.Session{&failed, &coming} {
			s.PaymentStatus = "unpaid"
			w.draft(*s)
			w.stripe.sell(*s)
		}
		w.stripe.intents[failed.PaymentIntent], w.stripe.intents[coming.PaymentIntent] = "requires_payment_method", "processing"
		w.run()
		w.wantState(idOf(w, failed), order.Failed)
		w.wantState(idOf(w, coming), order.AwaitingPayment)
		failed.PaymentStatus = "paid" // against all expectation
		w.stripe.sell(failed)
		w.run()
		w.wantState(idOf(w, failed), order.Paid)
	})
}

// TestWhatWasLostIsMadeGood loses one of everything, and wants one run to heal it and
// a second one to change nothing.
func TestWhatWasLostIsMadeGood(t *testing.T) {
	eachWorld(t, func(w *world) {
		known, lost, rebuilt, cheap, refunded, part, disputed, foreign := w.session(time.Hour), w.session(2*time.Hour), w.session(3*time.Hour), w.session(time.Hour),
			w.session(5*time.Hour), w.session(6*time.Hour), w.session(7*time.Hour), w.session(8*time.Hour)
		expired, open := w.session(30*time.Hour), w.session(time.Minute)
		cheap.Amount--
		foreign.Metadata = map[string]string{"cart": "7"}
		expired.Status, expired.PaymentStatus, expired.PaymentIntent = "expired", "unpaid", ""
		open.Status, open.PaymentStatus, open.PaymentIntent = "open", "unpaid", ""
		for _, s := range []payment.Session{lost, cheap, expired, open} {
			w.draft(s)
		}
		for _, s := range []payment.Session{known, refunded, part, disputed} {
			w.webhook(s)
		}
		for _, s := range []payment.Session{known, lost, rebuilt, cheap, refunded, part, disputed, foreign, expired, open} {
			w.stripe.sell(s)
		}
		w.stripe.refund(refunded.PaymentIntent, refunded.Amount, true, w.clock.Add(-time.Hour))
		w.stripe.refund(part.PaymentIntent, 100, false, w.clock.Add(-time.Hour))
		w.stripe.refund("pi_of_another_shop", 100, true, w.clock.Add(-time.Hour))
		w.stripe.dispute(disputed.PaymentIntent, "needs_response", w.clock.Add(-time.Hour))
		w.clock = w.clock.Add(settling + time.Second)

		result := w.run()
		if want := (Result{Paid: 7, Here: 7, Healed: 3}); result != want {
			t.Errorf("result %+v, want %+v", result, want)
		}
		if got := result.String(); got != "7 paid sessions at Stripe, 7 orders here, gap 0" {
			t.Error(got)
		}
		for s, want := range map[string]order.State{
			known.ID: order.Paid, lost.ID: order.Paid, rebuilt.ID: order.Paid, cheap.ID: order.Held, refunded.ID: order.Refunded, part.ID: order.Paid,
			disputed.ID: order.Held, expired.ID: order.Expired, open.ID: order.AwaitingPayment,
		} {
			w.wantState(order.ID(strings.TrimPrefix(s, "cs_test_")), want)
		}
		w.wantAlerts(idOf(w, cheap), map[string]string{"payment": "needs_person"})
		w.wantAlerts(idOf(w, disputed), map[string]string{"dispute": "needs_person"})
		w.wantAlerts("", map[string]string{})

		before := w.ledger()
		if again, want := w.run(), (Result{Paid: 7, Here: 7}); again != want {
			t.Errorf("the second run: %+v, want %+v", again, want)
		}
		if diff := cmp.Diff(before, w.ledger()); diff != "" {
			t.Errorf("the second run changed the ledger:\n%s", diff)
		}
	})
}

// TestClosedDisputeIsMadeGood loses the event that a dispute was won.
func TestClosedDisputeIsMadeGood(t *testing.T) {
	eachWorld(t, func(w *world) {
		s := w.session(time.Hour)
		id := w.webhook(s)
		w.stripe.sell(s)
		w.stripe.dispute(s.PaymentIntent, "needs_response", w.clock.Add(-time.Hour))
		w.run()
		w.wantState(id, order.Held)
		w.stripe.dispute(s.PaymentIntent, "won", w.clock.Add(-time.Hour))
		w.run()
		w.wantState(id, order.Paid)
		w.wantAlerts(id, map[string]string{"dispute": "resolved"})
	})
}

// TestLateDebitIsMadeGood is of a session that was opened before the window and paid
// in it. What is asked for singly includes drafts that expired long ago.
func TestLateDebitIsMadeGood(t *testing.T) {
	eachWorld(t, func(w *world) {
		late, gone, unknown := w.session(6*24*time.Hour), w.session(5*24*time.Hour), w.session(4*24*time.Hour)
		gone.Status, gone.PaymentStatus = "expired", "unpaid"
		for _, s := range []payment.Session{late, gone, unknown} {
			w.draft(s)
		}
		w.stripe.sell(late)
		w.stripe.sell(gone)
		if result, want := w.run(), (Result{Paid: 1, Here: 1, Healed: 1}); result != want {
			t.Errorf("result %+v, want %+v", result, want)
		}
		w.wantState(idOf(w, late), order.Paid)
		w.wantState(idOf(w, gone), order.Expired)
		w.wantState(idOf(w, unknown), order.AwaitingPayment)
	})
}

// TestOnePoisonedOrder wants its neighbours to be healed, the gap to be told, and all
// to be well when the poison is gone.
func TestOnePoisonedOrder(t *testing.T) {
	eachWorld(t, func(w *world) {
		first, poisoned, last := w.session(time.Hour), w.session(2*time.Hour), w.session(3*time.Hour)
		for _, s := range []payment.Session{first, poisoned, last} {
			w.stripe.sell(s)
		}
		// Another order has the session already: the order cannot be rebuilt.
		blocker := poisoned
		blocker.Metadata = w.session(0).Metadata
		blocking := w.draft(blocker)
		result, err := w.Reconciler.Run(w.Context(), Window)
		if err == nil || result.Gap() != 1 || result.Healed != 2 {
			t.Fatalf("result %+v, %v; want gap 1, healed 2 and an error", result, err)
		}
		w.wantState(idOf(w, first), order.Paid)
		w.wantState(idOf(w, last), order.Paid)
		w.wantAlerts("", map[string]string{"reconcile": "needs_person"})
		w.inTransaction(func(tx database.Tx) error {
			if _, err := tx.Exec(w.Context(), `DELETE FROM timeline WHERE order_id = $1`, string(blocking)); err != nil {
				return err
			}
			_, err := tx.Exec(w.Context(), `DELETE FROM orders WHERE id = $1`, string(blocking))
			return err
		})
		if result := w.run(); result.Gap() != 0 || result.Healed != 1 {
			t.Errorf("result %+v, want gap 0, healed 1", result)
		}
		w.wantAlerts("", map[string]string{"reconcile": "resolved"})
	})
}

// TestOrderWithoutSessionAtStripe is the other way round.
func TestOrderWithoutSessionAtStripe(t *testing.T) {
	eachWorld(t, func(w *world) {
		missing, unpaid, fine := w.session(time.Hour), w.session(time.Hour), w.session(time.Hour)
		for _, s := range []payment.Session{missing, unpaid, fine} {
			w.webhook(s)
		}
		unpaid.PaymentStatus = "unpaid"
		w.stripe.sell(unpaid)
		w.stripe.sell(fine)
		if result := w.run(); result.Unknown != 0 {
			t.Errorf("orders that have only just been paid are told: %+v", result)
		}
		w.clock = w.clock.Add(settling + time.Second)
		for range 2 {
			if result := w.run(); result.Unknown != 2 || result.Gap() != 0 {
				t.Errorf("result %+v, want 2 unknown", result)
			}
		}
		for _, s := range []payment.Session{missing, unpaid} {
			w.wantState(idOf(w, s), order.Paid)
			w.wantAlerts(idOf(w, s), map[string]string{"reconcile": "needs_person"})
		}
		w.wantAlerts(idOf(w, fine), map[string]string{})
		unpaid.PaymentStatus = "paid"
		w.stripe.sell(unpaid)
		w.stripe.sell(missing)
		if result := w.run(); result.Unknown != 0 {
			t.Errorf("result %+v, want none unknown", result)
		}
		w.wantAlerts(idOf(w, missing), map[string]string{"reconcile": "resolved"})
		w.wantAlerts(idOf(w, unpaid), map[string]string{"reconcile": "resolved"})
	})
}

// TestKeyOfAnotherAccount wants one alert, and not one for every order.
func TestKeyOfAnotherAccount(t *testing.T) {
	eachWorld(t, func(w *world) {
		for range maxUnknown + 5 {
			w.webhook(w.session(time.Hour))
		}
		w.clock = w.clock.Add(settling + time.Second)
		for range 2 {
			w.run()
		}
		w.wantAlerts("", map[string]string{"reconcile": "needs_person"})
		if n := w.mails(); n != 1 {
			t.Errorf("%d mails", n)
		}
		if list, err := store.Alerts(w.Context(), w.DB.Read(), "", 100); err != nil || len(list) != 1 {
			t.Errorf("%d alerts, %v", len(list), err)
		}
	})
}

// TestEndpoint spoils the endpoint in every way, and wants each told once, and its end.
func TestEndpoint(t *testing.T) {
	good := endpointObject("enabled", webhookURL, fulfil.Events()...)
	for name, test := range map[string]struct {
		list []object
		want string
	}{
		"missing":    {nil, "no webhook endpoint"},
		"other URL":  {[]object{endpointObject("enabled", "https://elsewhere.example.com/", "*")}, "no webhook endpoint"},
		"disabled":   {[]object{endpointObject("disabled", webhookURL, "*")}, "is disabled"},
		"few events": {[]object{endpointObject("enabled", webhookURL, fulfil.Events()[1:]...)}, "checkout.session.completed"},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(w *world) {
				w.stripe.set("/v1/webhook_endpoints", test.list...)
				for range 3 {
					w.run()
				}
				w.wantAlerts("", map[string]string{"endpoint": "needs_person"})
				list, err := store.Messages(w.Context(), w.DB.Read(), "")
				if err != nil || len(list) != 1 {
					t.Fatalf("%d mails, %v; want 1", len(list), err)
				}
				var told mailapi.Alert
				if err := json.Unmarshal([]byte(list[0].Data), &told); err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(told.Reason, test.want) || !strings.Contains(told.ToDo, webhookURL) || told.OrderID != "" {
					t.Errorf("told %+v", told)
				}
				w.stripe.set("/v1/webhook_endpoints", good)
				for range 2 {
					w.run()
				}
				w.wantAlerts("", map[string]string{"endpoint": "resolved"})
				if n := w.mails(); n != 2 {
					t.Errorf("%d mails, want 2", n)
				}
			})
		})
	}
}

// TestFailedDeliveries wants events that never came to be named: not those that are on
// their way, and not those that only another endpoint has missed.
func TestFailedDeliveries(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.inTransaction(func(tx database.Tx) error {
			_, err := store.InsertEvent(w.Context(), tx, store.Event{ID: "evt_here", Type: "checkout.session.completed", CreatedAt: w.clock, ReceivedAt: w.clock, Body: []byte("{}")})
			return err
		})
		w.stripe.undelivered("evt_here", w.clock.Add(-time.Hour))
		w.stripe.undelivered("evt_on_its_way", w.clock.Add(-time.Minute))
		w.run()
		w.wantAlerts("", map[string]string{})
		for _, id := range []string{"evt_1", "evt_2", "evt_3", "evt_4"} {
			w.stripe.undelivered(id, w.clock.Add(-time.Hour))
		}
		for range 2 {
			w.run()
		}
		list, err := store.Alerts(w.Context(), w.DB.Read(), "", 10)
		if err != nil || len(list) != 1 || w.mails() != 1 {
			t.Fatalf("alerts %+v, %v, %d mails; want one of each", list, err, w.mails())
		}
		if text := list[0].Detail; list[0].Reason != "events" || !strings.Contains(text, "4 events") || !strings.Contains(text, "evt_4 (checkout.session.completed, ") || strings.Contains(text, "evt_here") {
			t.Errorf("%s: %s", list[0].Reason, text)
		}
		w.clock = w.clock.Add(Window)
		w.stripe.undelivered("evt_on_its_way", w.clock)
		w.run()
		w.wantAlerts("", map[string]string{"events": "resolved"})
	})
}

// TestStripeDoesNotAnswer wants one failure to be forgiven, a second one told, and the
// end of it too.
func TestStripeDoesNotAnswer(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.stripe.answer(http.StatusUnauthorized)
		for n := range 4 {
			if _, err := w.Reconciler.Run(w.Context(), Window); errs.KindOf(err) != errs.Unavailable {
				t.Fatalf("error %v, want unavailable", err)
			}
			if n == 0 {
				w.wantAlerts("", map[string]string{})
			}
		}
		w.wantAlerts("", map[string]string{"reconcile": "retrying"})
		w.stripe.answer(0)
		w.run()
		w.wantAlerts("", map[string]string{"reconcile": "resolved"})
		if n := w.mails(); n != 2 {
			t.Errorf("%d mails, want 2", n)
		}
		w.stripe.answer(http.StatusForbidden) // a restricted key
		if _, err := w.Reconciler.Run(w.Context(), Window); err == nil {
			t.Error("no error")
		}
		w.wantAlerts("", map[string]string{"reconcile": "needs_person"})
	})
}

// TestStopIsNoFault wants a storefront that is stopped in the middle to accuse nobody.
func TestStopIsNoFault(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, stop := context.WithCancel(w.Context())
		stop()
		for range patient {
			if _, err := w.Reconciler.Run(ctx, Window); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		}
		w.wantAlerts("", map[string]string{})
	})
}
