package app

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v76"
)

func TestBuyByCard(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.open()
	if !strings.HasPrefix(session.ID, "cs_test_") || session.URL != s.URL+"/pay/"+session.ID || session.Status != "open" || session.PaymentStatus != "unpaid" {
		t.Fatalf("new session: %s %s %s %s", session.ID, session.URL, session.Status, session.PaymentStatus)
	}
	status, location := s.pay(session.ID, "card", "4242424242424242", "name", "Ada Lovelace")
	if want := "http://127.0.0.1:1/thank-you?session_id=" + session.ID; status != http.StatusSeeOther || location != want {
		t.Fatalf("pay = %d %q, want 303 %q", status, location, want)
	}
	event := s.shop.next()
	if event.err != nil || event.Type != "checkout.session.completed" || event.APIVersion != stripe.APIVersion || event.Livemode || event.PendingWebhooks != 1 {
		t.Fatalf("event: %+v, %v", event.Event, event.err)
	}
	paid := event.session
	got := fmt.Sprintf("%t %s %s %d %s %s %s", paid.ID == session.ID, paid.Status, paid.PaymentStatus, paid.AmountTotal, paid.Currency, paid.CustomerDetails.Email, paid.CustomerDetails.Name)
	if want := "true complete paid 19900 usd ada@example.com Ada Lovelace"; got != want {
		t.Errorf("session in the event: %s, want %s", got, want)
	}
	if diff := cmp.Diff(params().Metadata, paid.Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	intent, err := s.PaymentIntents.Get(paid.PaymentIntent.ID, nil)
	if err != nil || intent.Status != "succeeded" || intent.AmountReceived != 19900 || intent.Metadata["order_id"] != "01" {
		t.Fatalf("intent: %+v, %v", intent, err)
	}
	charge, err := s.Charges.Get(intent.LatestCharge.ID, nil)
	if err != nil || !charge.Paid || charge.PaymentMethodDetails.Card.Last4 != "4242" || charge.Metadata["order_id"] != "01" {
		t.Errorf("charge: %+v, %v", charge, err)
	}
	s.quiet()
	if e, err := s.Events.Get(event.ID, nil); err != nil || e.PendingWebhooks != 0 {
		t.Errorf("event after delivery: %+v, %v", e, err)
	}
}

func TestDeclinedCardLeavesTheSessionOpen(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.open()
	for card, code := range map[string]stripe.DeclineCode{"4000000000000002": "generic_decline", "4000000000009995": "insufficient_funds"} {
		if status, _ := s.pay(session.ID, "card", card); status != http.StatusPaymentRequired {
			t.Errorf("%s: status %d, want 402", card, status)
		}
		now, err := s.CheckoutSessions.Get(session.ID, &stripe.CheckoutSessionParams{Params: stripe.Params{Expand: []*string{stripe.String("payment_intent.latest_charge")}}})
		if err != nil {
			t.Fatal(err)
		}
		if now.Status != "open" || now.PaymentIntent.LastPaymentError.DeclineCode != code || now.PaymentIntent.LatestCharge.FailureCode != "card_declined" {
			t.Errorf("%s: %s %+v", card, now.Status, now.PaymentIntent.LastPaymentError)
		}
	}
	if status, _ := s.pay(session.ID, "card", "4242424242424242"); status != http.StatusSeeOther {
		t.Errorf("another card afterwards: status %d", status)
	}
	if status, _ := s.pay(session.ID, "card", "4242424242424242"); status != http.StatusConflict {
		t.Errorf("paying twice: status %d, want 409", status)
	}
	if event := s.shop.next(); event.session.PaymentStatus != "paid" {
		t.Errorf("event: %+v", event.Event)
	}
	s.quiet()
}

func TestDelayedDebit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, card, outcome, event, status string }{
		{"succeeds by itself", "DE89370400440532013000", "", "checkout.session.async_payment_succeeded", "paid"},
		{"fails by itself", "DE62370400440532013001", "", "checkout.session.async_payment_failed", "unpaid"},
		{"succeeds when told", "sepa_debit", "succeeded", "checkout.session.async_payment_succeeded", "paid"},
		{"fails when told", "sepa_debit", "failed", "checkout.session.async_payment_failed", "unpaid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			session := s.open()
			if status, _ := s.pay(session.ID, "card", test.card); status != http.StatusSeeOther {
				t.Fatalf("status %d", status)
			}
			if first := s.shop.next(); first.Type != "checkout.session.completed" || first.session.PaymentStatus != "unpaid" || first.session.Status != "complete" {
				t.Fatalf("first event: %s %s", first.Type, first.session.PaymentStatus)
			}
			if test.outcome != "" {
				s.quiet()
				if code := s.control("/sandbox/async/"+session.ID, `{"outcome":"`+test.outcome+`"}`, nil); code != http.StatusOK {
					t.Fatalf("outcome: status %d", code)
				}
			}
			if second := s.shop.next(); string(second.Type) != test.event || string(second.session.PaymentStatus) != test.status {
				t.Errorf("second event: %s %s, want %s %s", second.Type, second.session.PaymentStatus, test.event, test.status)
			}
			if code := s.control("/sandbox/async/"+session.ID, `{"outcome":"succeeded"}`, nil); code != http.StatusBadRequest {
				t.Errorf("a second outcome: status %d, want 400", code)
			}
			s.quiet()
		})
	}
}

func TestExpire(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.open()
	if expired, err := s.CheckoutSessions.Expire(session.ID, nil); err != nil || expired.Status != "expired" || expired.URL != "" {
		t.Fatalf("Expire = %+v, %v", expired, err)
	}
	event := s.shop.next()
	if event.Type != "checkout.session.expired" || event.session.Metadata["order_id"] != "01" || event.Request.ID == "" {
		t.Errorf("event: %+v", event.Event)
	}
	if _, err := s.CheckoutSessions.Expire(session.ID, nil); statusOf(err) != http.StatusBadRequest {
		t.Errorf("expire twice: %v", err)
	}
	if status, _ := s.pay(session.ID, "card", "4242424242424242"); status != http.StatusConflict {
		t.Errorf("pay an expired session: status %d, want 409", status)
	}
	s.quiet()
}

func TestTimeExpiresSessions(t *testing.T) {
	t.Parallel()
	s := start(t)
	short := params()
	short.ExpiresAt = stripe.Int64(time.Now().Add(time.Hour).Unix())
	first, err := s.CheckoutSessions.New(short)
	if err != nil {
		t.Fatal(err)
	}
	s.open()
	if code := s.control("/sandbox/clock", `{"advance":"2h"}`, nil); code != http.StatusOK {
		t.Fatalf("clock: status %d", code)
	}
	if event := s.shop.next(); event.err != nil || event.Type != "checkout.session.expired" || event.session.ID != first.ID {
		t.Errorf("event: %+v, %v", event.Event, event.err)
	}
	s.quiet()
}

func TestLineItems(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := params()
	second := *p.LineItems[0]
	second.Quantity = stripe.Int64(3)
	p.LineItems = append(p.LineItems, &second)
	p.AddExpand("line_items")
	session, err := s.CheckoutSessions.New(p)
	if err != nil {
		t.Fatal(err)
	}
	if session.AmountTotal != 4*19900 || len(session.LineItems.Data) != 2 {
		t.Errorf("total %d, %d items", session.AmountTotal, len(session.LineItems.Data))
	}
	list := &stripe.CheckoutSessionListLineItemsParams{Session: &session.ID}
	list.Limit = stripe.Int64(1)
	var names []string
	for it := s.CheckoutSessions.ListLineItems(list); it.Next(); {
		names = append(names, fmt.Sprintf("%s × %d", it.LineItem().Description, it.LineItem().Quantity))
	}
	if want := []string{"Security audit × 1", "Security audit × 3"}; !slices.Equal(names, want) {
		t.Errorf("line items %q, want %q", names, want)
	}
}

// TestRefusals walks through what Stripe refuses and stripe-mock does not notice.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	long := strings.Repeat("ü", 501)
	for name, test := range map[string]struct {
		change      func(*stripe.CheckoutSessionParams)
		code, param string
	}{
		"no success URL":    {func(p *stripe.CheckoutSessionParams) { p.SuccessURL = nil }, "parameter_missing", "success_url"},
		"relative URL":      {func(p *stripe.CheckoutSessionParams) { p.SuccessURL = stripe.String("/thank-you") }, "url_invalid", "success_url"},
		"other scheme":      {func(p *stripe.CheckoutSessionParams) { p.CancelURL = stripe.String("javascript:alert(1)") }, "url_invalid", "cancel_url"},
		"no line items":     {func(p *stripe.CheckoutSessionParams) { p.LineItems = nil }, "parameter_missing", "line_items"},
		"no mode":           {func(p *stripe.CheckoutSessionParams) { p.Mode = nil }, "parameter_missing", "mode"},
		"subscription":      {func(p *stripe.CheckoutSessionParams) { p.Mode = stripe.String("subscription") }, "", "mode"},
		"bad e-mail":        {func(p *stripe.CheckoutSessionParams) { p.CustomerEmail = stripe.String("ada") }, "email_invalid", "customer_email"},
		"two e-mails":       {func(p *stripe.CheckoutSessionParams) { p.CustomerEmail = stripe.String("a@b.example, c@d.example") }, "email_invalid", "customer_email"},
		"unknown customer":  {func(p *stripe.CheckoutSessionParams) { p.Customer = stripe.String("cus_1") }, "resource_missing", "customer"},
		"expires too soon":  {func(p *stripe.CheckoutSessionParams) { p.ExpiresAt = in(29 * time.Minute) }, "", "expires_at"},
		"expires too late":  {func(p *stripe.CheckoutSessionParams) { p.ExpiresAt = in(25 * time.Hour) }, "", "expires_at"},
		"too cheap":         {func(p *stripe.CheckoutSessionParams) { price(p).UnitAmount = stripe.Int64(49) }, "amount_too_small", ""},
		"negative":          {func(p *stripe.CheckoutSessionParams) { price(p).UnitAmount = stripe.Int64(-1) }, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"},
		"too dear":          {func(p *stripe.CheckoutSessionParams) { p.LineItems[0].Quantity = stripe.Int64(9999) }, "amount_too_large", "line_items"},
		"no price":          {func(p *stripe.CheckoutSessionParams) { price(p).UnitAmount = nil }, "parameter_missing", "line_items[0][price_data][unit_amount]"},
		"no such currency":  {func(p *stripe.CheckoutSessionParams) { price(p).Currency = stripe.String("xyz") }, "", "line_items[0][price_data][currency]"},
		"price id":          {func(p *stripe.CheckoutSessionParams) { p.LineItems[0].Price = stripe.String("price_1") }, "resource_missing", "line_items[0][price]"},
		"no quantity":       {func(p *stripe.CheckoutSessionParams) { p.LineItems[0].Quantity = nil }, "", "line_items[0][quantity]"},
		"51 metadata keys":  {func(p *stripe.CheckoutSessionParams) { p.Metadata = keys(51) }, "", "metadata"},
		"long metadata key": {func(p *stripe.CheckoutSessionParams) { p.Metadata = map[string]string{long[:82]: "x"} }, "", "metadata"},
		"long metadata":     {func(p *stripe.CheckoutSessionParams) { p.Metadata = map[string]string{"k": long} }, "", "metadata[k]"},
		"intent's metadata": {func(p *stripe.CheckoutSessionParams) { p.PaymentIntentData.Metadata = keys(51) }, "", "payment_intent_data[metadata]"},
		"no such expansion": {func(p *stripe.CheckoutSessionParams) { p.AddExpand("status") }, "", "expand"},
	} {
		p := params()
		test.change(p)
		_, err := s.CheckoutSessions.New(p)
		var e *stripe.Error
		if !errors.As(err, &e) || e.HTTPStatusCode != http.StatusBadRequest || e.Type != stripe.ErrorTypeInvalidRequest || string(e.Code) != test.code || e.Param != test.param || e.RequestID == "" {
			t.Errorf("%s: %v, want code %q for %q", name, err, test.code, test.param)
		}
	}
	fits := params()
	fits.Metadata = keys(50)
	fits.Metadata["k00"] = long[:1000]
	fits.ExpiresAt = in(30*time.Minute + 2*time.Second)
	if session, err := s.CheckoutSessions.New(fits); err != nil || !maps.Equal(session.Metadata, fits.Metadata) {
		t.Errorf("what just fits: %v", err)
	}
}

func in(d time.Duration) *int64 { return stripe.Int64(time.Now().Add(d).Unix()) }

func price(p *stripe.CheckoutSessionParams) *stripe.CheckoutSessionLineItemPriceDataParams {
	return p.LineItems[0].PriceData
}

func keys(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		out[fmt.Sprintf("k%02d", i)] = "v"
	}
	return out
}

// statusOf is the HTTP status of Stripe's error, 0 for another.
func statusOf(err error) int {
	if e, ok := errors.AsType[*stripe.Error](err); ok {
		return e.HTTPStatusCode
	}
	return 0
}
