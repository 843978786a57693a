package app

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stripe/stripe-go/v76"
)

// chargeOf reads the charge out of an event.
func chargeOf(t *testing.T, event received) stripe.Charge {
	t.Helper()
	var charge stripe.Charge
	if err := json.Unmarshal(event.Data.Raw, &charge); err != nil {
		t.Fatal(err)
	}
	return charge
}

func TestRefund(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.paid()
	s.shop.next()
	refund := func(amount *int64) (*stripe.Refund, error) {
		return s.Refunds.New(&stripe.RefundParams{PaymentIntent: &session.PaymentIntent.ID, Amount: amount, Reason: stripe.String("requested_by_customer")})
	}
	if _, err := refund(stripe.Int64(19901)); statusOf(err) != http.StatusBadRequest {
		t.Errorf("more than was paid: %v", err)
	}
	if r, err := refund(stripe.Int64(5000)); err != nil || r.Status != "succeeded" || r.Amount != 5000 {
		t.Fatalf("part: %+v, %v", r, err)
	}
	event := s.shop.next()
	if c := chargeOf(t, event); event.Type != "charge.refunded" || c.Refunded || c.AmountRefunded != 5000 || c.PaymentIntent.ID != session.PaymentIntent.ID || c.Metadata["order_id"] != "01" {
		t.Errorf("after a part: %s %+v", event.Type, c)
	}
	if r, err := refund(nil); err != nil || r.Amount != 14900 {
		t.Fatalf("the rest: %+v, %v", r, err)
	}
	event = s.shop.next()
	if c := chargeOf(t, event); !c.Refunded || c.AmountRefunded != 19900 || event.Data.PreviousAttributes["refunded"] != false {
		t.Errorf("after the rest: %+v %v", c, event.Data.PreviousAttributes)
	}
	_, err := refund(nil)
	if e, ok := errors.AsType[*stripe.Error](err); !ok || e.Code != stripe.ErrorCodeChargeAlreadyRefunded {
		t.Errorf("once more: %v", err)
	}
	n := 0
	for it := s.Refunds.List(&stripe.RefundListParams{PaymentIntent: &session.PaymentIntent.ID}); it.Next(); n++ {
		if r, err := s.Refunds.Get(it.Refund().ID, nil); err != nil || r.PaymentIntent.ID != session.PaymentIntent.ID {
			t.Errorf("one refund: %+v, %v", r, err)
		}
	}
	if n != 2 {
		t.Errorf("%d refunds listed, want 2", n)
	}
	s.quiet()
}

func TestRefundOfAnUnpaidDebitIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.open()
	s.pay(session.ID, "card", "sepa_debit")
	paid := s.shop.next().session
	if _, err := s.Refunds.New(&stripe.RefundParams{PaymentIntent: &paid.PaymentIntent.ID}); statusOf(err) != http.StatusBadRequest {
		t.Errorf("refund before the money came: %v", err)
	}
}

func TestDispute(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"won", "lost"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			session := s.paid()
			s.shop.next()
			it := s.Charges.List(&stripe.ChargeListParams{PaymentIntent: &session.PaymentIntent.ID})
			if !it.Next() {
				t.Fatal("no charge", it.Err())
			}
			charge := it.Charge().ID
			var dispute stripe.Dispute
			if code := s.control("/sandbox/disputes", `{"charge":"`+charge+`"}`, &dispute); code != http.StatusOK {
				t.Fatalf("open: status %d", code)
			}
			if event := s.shop.next(); event.Type != "charge.dispute.created" || event.Data.Object["payment_intent"] != session.PaymentIntent.ID || event.Data.Object["charge"] != charge {
				t.Errorf("event: %s %v", event.Type, event.Data.Object)
			}
			if _, err := s.Refunds.New(&stripe.RefundParams{Charge: &charge}); statusOf(err) != http.StatusBadRequest {
				t.Errorf("refund of a disputed charge: %v", err)
			}
			if code := s.control("/sandbox/disputes", `{"charge":"`+charge+`"}`, nil); code != http.StatusBadRequest {
				t.Errorf("a second dispute: status %d", code)
			}
			if code := s.control("/sandbox/disputes/"+dispute.ID+"/close", `{"status":"`+end+`"}`, nil); code != http.StatusOK {
				t.Fatalf("close: status %d", code)
			}
			if event := s.shop.next(); event.Type != "charge.dispute.closed" || event.Data.Object["status"] != end {
				t.Errorf("event: %s %v", event.Type, event.Data.Object)
			}
			if d, err := s.Disputes.Get(dispute.ID, nil); err != nil || string(d.Status) != end {
				t.Errorf("dispute: %+v, %v", d, err)
			}
			if code := s.control("/sandbox/disputes/"+dispute.ID+"/close", `{"status":"`+end+`"}`, nil); code != http.StatusBadRequest {
				t.Errorf("close twice: status %d", code)
			}
			s.quiet()
		})
	}
}
