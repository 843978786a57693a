package app

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v76"
	"golang.org/x/net/html"
)

// get fetches a page and parses it.
func (s *sandbox) get(path string) (int, http.Header, *html.Node) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := noRedirect.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	doc, err := html.Parse(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, doc
}

// find returns the elements of a name that have the attribute, with its value
// unless that is empty.
func find(doc *html.Node, name, attribute, value string) (out []*html.Node) {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			if got, ok := attr(n, attribute); ok && (value == "" || got == value) {
				out = append(out, n)
			}
		}
	}
	return out
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(doc *html.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestHostedPage(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := params()
	p.CustomerEmail = nil
	p.LineItems[0].PriceData.ProductData.Name = stripe.String("<script>alert(1)</script>")
	session, err := s.CheckoutSessions.New(p)
	if err != nil {
		t.Fatal(err)
	}
	status, header, doc := s.get("/pay/" + session.ID)
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	policy := header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "form-action 'self' http://127.0.0.1:1") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy: %s", policy)
	}
	if n := len(find(doc, "input", "name", "card")); n != 6 {
		t.Errorf("%d ways to pay, want 6", n)
	}
	if got := text(doc); !strings.Contains(got, "no real money") || !strings.Contains(got, "$199.00") || !strings.Contains(got, "<script>alert(1)</script>") {
		t.Errorf("page: %s", got)
	}
	for n := range doc.Descendants() {
		if n.Data == "script" && n.Type == html.ElementNode {
			t.Error("the product's name became a script")
		}
	}
	if len(find(doc, "a", "href", *p.CancelURL)) != 1 {
		t.Error("no way back to the shop")
	}
	for name, form := range map[string][]string{
		"no e-mail":  {"card", "4242424242424242"},
		"bad e-mail": {"card", "4242424242424242", "email", "ada"},
		"no card":    {"email", "ada@example.com"},
	} {
		if status, _ := s.pay(session.ID, form...); status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", name, status)
		}
	}
	if status, _ := s.pay(session.ID, "card", "4242424242424242", "email", "grace@example.com"); status != http.StatusSeeOther {
		t.Errorf("with an e-mail: status %d", status)
	}
	if in := s.shop.next(); in.session.CustomerDetails.Email != "grace@example.com" {
		t.Errorf("e-mail in the event: %s", in.session.CustomerDetails.Email)
	}
}

func TestClosedTab(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.open()
	if status, location := s.pay(session.ID, "card", "4242424242424242", "then", "close"); status != http.StatusOK || location != "" {
		t.Errorf("status %d, location %q; want a page that leads nowhere", status, location)
	}
	if in := s.shop.next(); in.session.PaymentStatus != "paid" {
		t.Errorf("event: %+v", in.Event)
	}
}

func TestShopsMethodsLimitThePage(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := params()
	p.PaymentMethodTypes = stripe.StringSlice([]string{"card"})
	session, err := s.CheckoutSessions.New(p)
	if err != nil {
		t.Fatal(err)
	}
	_, _, doc := s.get("/pay/" + session.ID)
	if n := len(find(doc, "input", "name", "card")); n != 3 {
		t.Errorf("%d ways to pay, want the 3 cards", n)
	}
	if status, _ := s.pay(session.ID, "card", "sepa_debit"); status != http.StatusBadRequest {
		t.Errorf("a debit all the same: status %d, want 400", status)
	}
}

func TestPagesOfNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	paid := s.paid()
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/pay/cs_none":      {404, "No such payment page"},
		"/pay/" + paid.ID:   {200, "This order is paid"},
		"/nowhere":          {404, "nothing at this address"},
		"/style.css":        {200, ".banner"},
		"/healthz":          {200, "ok"},
		"/readyz":           {200, "true"},
		"/metrics":          {200, "http_request_duration_seconds"},
		"/sandbox/anything": {404, "nothing at this address"},
	} {
		if status, _, doc := s.get(path); status != want.status || !strings.Contains(text(doc), want.text) {
			t.Errorf("%s: %d %.80q, want %d with %q", path, status, text(doc), want.status, want.text)
		}
	}
}

// TestDashboardButtons presses every kind of button that a dashboard with one
// session of each kind shows.
func TestDashboardButtons(t *testing.T) {
	t.Parallel()
	s := start(t)
	open, waiting, paid, disputed := s.open(), s.open(), s.paid(), s.paid()
	s.pay(waiting.ID, "card", "sepa_debit")
	charge := func(intent string) string {
		it := s.Charges.List(&stripe.ChargeListParams{PaymentIntent: &intent})
		if !it.Next() {
			t.Fatal("no charge", it.Err())
		}
		return it.Charge().ID
	}
	for range 3 {
		s.shop.next()
	}
	refundable, disputable := charge(paid.PaymentIntent.ID), charge(disputed.PaymentIntent.ID)
	for _, press := range []struct{ action, name, value, event string }{
		{"/dashboard/sessions/" + open.ID + "/expire", "", "", "checkout.session.expired"},
		{"/dashboard/sessions/" + waiting.ID + "/settle", "outcome", "succeeded", "checkout.session.async_payment_succeeded"},
		{"/dashboard/charges/" + refundable + "/refund", "", "", "charge.refunded"},
		{"/dashboard/charges/" + disputable + "/dispute", "", "", "charge.dispute.created"},
	} {
		s.press(press.action, press.name, press.value)
		if in := s.shop.next(); string(in.Type) != press.event || in.err != nil {
			t.Errorf("%s: event %s %v, want %s", press.action, in.Type, in.err, press.event)
		}
	}
	it := s.Disputes.List(&stripe.DisputeListParams{Charge: &disputable})
	if !it.Next() {
		t.Fatal("no dispute", it.Err())
	}
	s.press("/dashboard/disputes/"+it.Dispute().ID+"/close", "status", "lost")
	closed := s.shop.next()
	s.press("/dashboard/events/"+closed.ID+"/resend", "", "")
	if in := s.shop.next(); in.ID != closed.ID || in.Type != "charge.dispute.closed" {
		t.Errorf("sent again: %s %s", in.Type, in.ID)
	}
	s.press("/dashboard/switches", "duplicate", "2", "drop_next", "0", "fail_next", "0", "wrong_signature_next", "0", "old_timestamp_next", "0", "hold", "true")
	if _, _, doc := s.get("/"); len(find(doc, "input", "checked", "")) != 1 {
		t.Error("the dashboard does not show that webhooks are held")
	}
	if resp := s.postForm("/dashboard/switches", "duplicate", "many"); resp != http.StatusBadRequest {
		t.Errorf("a number that is none: status %d, want 400", resp)
	}
}

// press checks that the dashboard has a form for action, and posts it.
func (s *sandbox) press(action string, pairs ...string) {
	s.t.Helper()
	_, _, doc := s.get("/")
	if len(find(doc, "form", "action", action)) != 1 {
		s.t.Errorf("the dashboard has no button for %s", action)
	}
	if status := s.postForm(action, pairs...); status != http.StatusSeeOther {
		s.t.Errorf("%s: status %d, want 303", action, status)
	}
}

func (s *sandbox) postForm(path string, pairs ...string) int {
	s.t.Helper()
	form := make([]string, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		form = append(form, pairs[i]+"="+pairs[i+1])
	}
	status, _ := s.raw(http.MethodPost, path, strings.Join(form, "&"), "")
	return status
}

func TestOtherSitesCannotPressButtons(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.open()
	for _, path := range []string{"/pay/" + session.ID, "/dashboard/sessions/" + session.ID + "/expire", "/sandbox/switches"} {
		if status, _ := s.raw(http.MethodPost, path, "card=4242424242424242", "", "Sec-Fetch-Site", "cross-site", "Origin", "https://attacker.example"); status != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", path, status)
		}
	}
}
