package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// Whoever knows the webhook's address and the shape of an event, but not the secret,
// gets nothing: not an answer of 200, and no trace in the database.
func TestForgedEventsChangeNothing(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	s.switches(map[string]any{"hold": true})
	hosted := s.begin("agent-playbook", fileForm())
	s.payAndLeave(hosted)
	id := s.session(hosted).Metadata["order_id"]
	_, body := s.event("checkout.session.completed")
	before := s.orders()
	now := time.Now()
	right := stack.Sign(body, now, stack.WebhookSecret)
	for name, c := range map[string]struct {
		body, signature string
		status          int
	}{
		"no signature":               {body, "", http.StatusBadRequest},
		"somebody else's secret":     {body, stack.Sign(body, now, "whsec_somebody_else"), http.StatusBadRequest},
		"the API key as secret":      {body, stack.Sign(body, now, stack.StripeKey), http.StatusBadRequest},
		"more than 300 s old":        {body, stack.Sign(body, now.Add(-310*time.Second), stack.WebhookSecret), http.StatusBadRequest},
		"more than 300 s ahead":      {body, stack.Sign(body, now.Add(320*time.Second), stack.WebhookSecret), http.StatusBadRequest},
		"one byte changed":           {strings.Replace(body, "2900", "2901", 1), right, http.StatusBadRequest},
		"a byte more":                {body + " ", right, http.StatusBadRequest},
		"a second time in front":     {body, "t=1," + right, http.StatusBadRequest},
		"only the old scheme":        {body, strings.Replace(right, "v1=", "v0=", 1), http.StatusBadRequest},
		"an empty signature":         {body, "t=" + fmt.Sprint(now.Unix()) + ",v1=", http.StatusBadRequest},
		"longer than 512 KiB":        {strings.Repeat(" ", 512<<10) + body, right, http.StatusRequestEntityTooLarge},
		"longer, and rightly signed": {body + strings.Repeat(" ", 512<<10), stack.Sign(body+strings.Repeat(" ", 512<<10), now, stack.WebhookSecret), http.StatusRequestEntityTooLarge},
	} {
		if c.body == body && c.signature == right {
			t.Fatalf("%s: the case forges nothing", name)
		}
		got, err := s.Deliver(t.Context(), c.body, c.signature)
		if err != nil || got != c.status {
			t.Errorf("%s: answered %d (%v), want %d", name, got, err, c.status)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		resp, _, err := s.Fetch(t.Context(), method, "/webhooks/stripe", nil, nil)
		if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s was answered %v (%v), want 405", method, resp.StatusCode, err)
		}
	}
	if after := s.orders(); !maps.Equal(before, after) || after[id] != "awaiting_payment" {
		t.Errorf("the orders were %v and are %v", before, after)
	}
	if mails := s.mails("", ""); len(mails) > 0 {
		t.Errorf("%d mails were sent", len(mails))
	}
	// A signature just inside the window is taken, so the refusals above have no other
	// reason; and one of several signatures suffices, as while a secret is rolled.
	fresh := stack.Sign(body, time.Now().Add(-280*time.Second), stack.WebhookSecret)
	s.deliverSigned(body, strings.Replace(fresh, "v1=", "v1="+strings.Repeat("0", 64)+",v1=", 1), http.StatusOK)
	s.settled(id, "sent")
}

// Rightly signed events that are none of our business are answered 200, so that
// Stripe does not send them for three days, and leave nothing.
func TestEventsOfOthersAreIgnored(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	const known = "0123456789abcdefghjkmnpqrs"
	metadata := map[string]string{
		"a session of another shop": `{}`,
		"no metadata at all":        `null`,
		"a product that is not sold": fmt.Sprintf(
			`{"order_id":%q,"product":"perpetual-motion","customer_email":%q}`, known, buyer),
		"an order id that is none": fmt.Sprintf(`{"order_id":"' OR 1=1 --","product":"agent-playbook","customer_email":%q}`, buyer),
	}
	for name, m := range metadata {
		body := fmt.Sprintf(`{"id":"evt_%d","object":"event","type":"checkout.session.completed","created":%d,"data":{"object":{
			"id":"cs_test_foreign","status":"complete","payment_status":"paid","payment_intent":"pi_foreign","amount_total":2900,
			"currency":"usd","created":1,"metadata":%s}}}`, len(name), time.Now().Unix(), m)
		s.deliver(body, http.StatusOK)
	}
	for _, body := range []string{
		`{"id":"evt_kind","object":"event","type":"invoice.paid","created":1,"data":{"object":{}}}`,
		`{"id":"evt_refund","object":"event","type":"charge.refunded","created":1,"data":{"object":{"refunded":true,"payment_intent":"pi_nobody"}}}`,
		`{"id":"evt_v2","object":"v2.core.event","type":"v2.core.account.updated"}`,
		`not JSON`,
		`[]`,
	} {
		s.deliver(body, http.StatusOK)
	}
	if all := s.orders(); len(all) != 0 {
		t.Errorf("orders were made: %v", all)
	}
	if mails := s.mails("", ""); len(mails) != 0 {
		t.Errorf("%d mails were sent", len(mails))
	}
}

// A bank debit takes days. Until the money is there the buyer gets nothing, and then
// everything.
func TestDelayedPaymentDeliversWhenTheMoneyArrives(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	hosted := s.begin("agent-playbook", fileForm())
	thankYou, err := s.PayAndLeave(t.Context(), hosted, "sepa_debit")
	if err != nil {
		t.Fatal(err)
	}
	id := s.session(hosted).Metadata["order_id"]
	if got, err := s.Return(t.Context(), thankYou); err != nil || got != id {
		t.Fatalf("the thank-you page led to %q (%v)", got, err)
	}
	event, _ := s.event("checkout.session.completed")
	s.delivered(event, 1)
	if o := s.order(id); o.State != "awaiting_payment" || len(o.Artefacts)+len(o.Messages)+len(o.Grants) > 0 {
		t.Errorf("before the money: %s, with %d artefacts, %d mails, %d links", o.State, len(o.Artefacts), len(o.Messages), len(o.Grants))
	}
	if html := s.page("/orders/"+id, http.StatusOK); !strings.Contains(html, `data-state="awaiting_payment"`) {
		t.Error("the order page does not wait for the payment")
	}
	if err := s.Control(t.Context(), "/sandbox/async/"+stack.SessionID(hosted), map[string]any{"outcome": "succeeded"}, nil); err != nil {
		t.Fatal(err)
	}
	s.eventually("the money is noticed", func() bool { return s.order(id).State != "awaiting_payment" })
	o := s.settled(id, "sent")
	s.wantStates(o, "awaiting_payment", "paid", "working", "ready", "sent")
	s.wantReceiptAnd(id, "download")
}

// A debit that bounces ends the order, and nothing is delivered.
func TestDelayedPaymentThatFailsDeliversNothing(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	hosted := s.begin("agent-playbook", fileForm())
	if _, err := s.PayAndLeave(t.Context(), hosted, "sepa_debit"); err != nil {
		t.Fatal(err)
	}
	id := s.session(hosted).Metadata["order_id"]
	if err := s.Control(t.Context(), "/sandbox/async/"+stack.SessionID(hosted), map[string]any{"outcome": "failed"}, nil); err != nil {
		t.Fatal(err)
	}
	o := s.settled(id, "failed")
	if len(o.Artefacts)+len(o.Grants) > 0 {
		t.Errorf("goods were made without money: %+v", o.Artefacts)
	}
	if mails := s.mails(id, "download"); len(mails) > 0 {
		t.Error("a link was sent without money")
	}
}
