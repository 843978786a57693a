package app

import (
	"bufio"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/services/stripe-sandbox/internal/param"
)

const installMock = "go install github.com/stripe/stripe-mock@v0.183.0"

// request is what is sent to stripe-mock and to the sandbox alike.
type request struct {
	name, method, path string
	fields             url.Values
}

// TestSandboxRefusesWhatStripeMockRefuses sends Stripe's own mock and the sandbox
// the same requests: good ones, which both take, and for every parameter of every
// operation a bad value of every kind. What the mock refuses by Stripe's own
// description, the sandbox must refuse too, or a shop that works with the sandbox
// would fail at Stripe.
func TestSandboxRefusesWhatStripeMockRefuses(t *testing.T) {
	t.Parallel()
	mock := startMock(t)
	s := start(t)
	good := goodRequests(s)
	for _, r := range good {
		if status, body := r.send(t, mock); status != http.StatusOK {
			t.Errorf("%s: stripe-mock refuses it: %d %s", r.name, status, body)
		}
		if status, body := r.send(t, s.URL); status != http.StatusOK {
			t.Errorf("%s: the sandbox refuses it: %d %s", r.name, status, body)
		}
	}
	refused := 0
	for _, r := range badRequests(good) {
		theirs, reason := r.send(t, mock)
		if theirs < http.StatusBadRequest {
			continue
		}
		refused++
		if ours, _ := r.send(t, s.URL); ours < http.StatusBadRequest || ours >= http.StatusInternalServerError {
			t.Errorf("%s: the sandbox answers %d, stripe-mock %d: %s", r.name, ours, theirs, reason)
		}
	}
	// A mock that refuses little (another version, another address) would let the
	// comparison pass for nothing.
	if refused < 300 {
		t.Errorf("stripe-mock refused %d requests only", refused)
	}
	t.Logf("stripe-mock refused %d requests", refused)
}

// TestStripesLibraryTalksToBoth opens a session with every parameter that a shop
// has a use for, through stripe-go.
func TestStripesLibraryTalksToBoth(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, base := range map[string]func() string{
		"stripe-mock": func() string { return startMock(t) },
		"sandbox":     func() string { return s.URL },
	} {
		p := params()
		p.ClientReferenceID = stripe.String("01")
		p.CustomerCreation = stripe.String("if_required")
		p.ExpiresAt = in(time.Hour)
		p.AllowPromotionCodes = stripe.Bool(false)
		p.AutomaticTax = &stripe.CheckoutSessionAutomaticTaxParams{Enabled: stripe.Bool(false)}
		p.InvoiceCreation = &stripe.CheckoutSessionInvoiceCreationParams{Enabled: stripe.Bool(false)}
		p.BillingAddressCollection = stripe.String("auto")
		p.Locale = stripe.String("auto")
		p.SubmitType = stripe.String("pay")
		p.PaymentMethodTypes = stripe.StringSlice([]string{"card"})
		p.PaymentIntentData.Description = stripe.String("Order 01")
		p.PaymentIntentData.StatementDescriptorSuffix = stripe.String("DOORSTEP")
		p.LineItems[0].PriceData.ProductData.Description = stripe.String("A report as PDF")
		p.LineItems[0].PriceData.TaxBehavior = stripe.String("exclusive")
		var err error
		for range 5 { // on a busy machine a stripe-mock ends now and then without a word; only answers count
			_, err = stripeClient(base(), "sk_test_contract").CheckoutSessions.New(p)
			if _, answered := errors.AsType[*stripe.Error](err); err == nil || answered {
				break
			}
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (r request) send(t *testing.T, base string) (int, string) {
	t.Helper()
	path, body := r.path, r.fields.Encode()
	if r.method == http.MethodGet {
		path, body = path+"?"+body, ""
	}
	return rawTo(t, base, r.method, path, body, "sk_test_contract", "Stripe-Version", stripe.APIVersion)
}

// startMock runs stripe-mock on a free port and returns its address. It refuses
// requests for another version than its own, so a wrong one is noticed.
func startMock(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("stripe-mock")
	if err != nil {
		gopath, _ := exec.CommandContext(t.Context(), "go", "env", "GOPATH").Output() // without go there is no GOPATH either
		path, err = exec.LookPath(filepath.Join(strings.TrimSpace(string(gopath)), "bin", "stripe-mock"))
	}
	if err != nil {
		databasetest.Missing(t, "stripe-mock ("+installMock+")")
	}
	cmd := exec.CommandContext(t.Context(), path, "-http-addr", "127.0.0.1:", "-strict-version-check")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		listening := regexp.MustCompile(`Listening for HTTP at address: (\S+)`)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil {
				address <- found[1]
			}
		}
	}()
	t.Cleanup(func() {
		<-read         // ends when the test's context has killed the mock
		_ = cmd.Wait() // it was killed, and says so
	})
	select {
	case a := <-address:
		return "http://" + a
	case <-time.After(patience):
		t.Fatal("stripe-mock did not start")
		return ""
	}
}

// goodRequests is one request for each operation that the sandbox serves, and some
// more for its alternatives. Its ids exist at the sandbox; the mock takes any.
func goodRequests(s *sandbox) []request {
	session := s.paid()
	event := s.shop.next()
	charges := s.Charges.List(&stripe.ChargeListParams{PaymentIntent: &session.PaymentIntent.ID})
	if !charges.Next() {
		s.t.Fatal("no charge", charges.Err())
	}
	charge := charges.Charge().ID
	refund, err := s.Refunds.New(&stripe.RefundParams{Charge: &charge, Amount: stripe.Int64(1)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.control("/sandbox/disputes", `{"charge":"`+charge+`"}`, nil)
	disputes := s.Disputes.List(&stripe.DisputeListParams{})
	if !disputes.Next() {
		s.t.Fatal("no dispute", disputes.Err())
	}
	create := url.Values{
		"mode": {"payment"}, "success_url": {"http://127.0.0.1/?s={CHECKOUT_SESSION_ID}"}, "cancel_url": {"http://127.0.0.1/"},
		"line_items[0][quantity]": {"1"}, "line_items[0][price_data][currency]": {"usd"}, "line_items[0][price_data][unit_amount]": {"19900"},
		"line_items[0][price_data][product_data][name]": {"Security audit"}, "metadata[order_id]": {"01"},
	}
	second := s.paid()
	return []request{
		{"POST /v1/checkout/sessions", http.MethodPost, "/v1/checkout/sessions", create},
		{"GET /v1/checkout/sessions", http.MethodGet, "/v1/checkout/sessions", url.Values{"limit": {"3"}, "created[gte]": {"1"}, "status": {"complete"}}},
		{"GET /v1/checkout/sessions/{session}", http.MethodGet, "/v1/checkout/sessions/" + session.ID, url.Values{"expand[]": {"line_items"}}},
		{"POST /v1/checkout/sessions/{session}/expire", http.MethodPost, "/v1/checkout/sessions/" + s.open().ID + "/expire", url.Values{}},
		{"GET /v1/checkout/sessions/{session}/line_items", http.MethodGet, "/v1/checkout/sessions/" + session.ID + "/line_items", url.Values{"limit": {"1"}}},
		{"GET /v1/events", http.MethodGet, "/v1/events", url.Values{"types[]": {"charge.refunded"}, "delivery_success": {"false"}, "created": {"1"}}},
		{"GET /v1/events/{id}", http.MethodGet, "/v1/events/" + event.ID, url.Values{}},
		{"GET /v1/payment_intents/{intent}", http.MethodGet, "/v1/payment_intents/" + session.PaymentIntent.ID, url.Values{"expand[0]": {"latest_charge"}}},
		{"GET /v1/charges", http.MethodGet, "/v1/charges", url.Values{"payment_intent": {session.PaymentIntent.ID}}},
		{"GET /v1/charges/{charge}", http.MethodGet, "/v1/charges/" + charge, url.Values{}},
		{"POST /v1/refunds", http.MethodPost, "/v1/refunds", url.Values{"payment_intent": {second.PaymentIntent.ID}, "amount": {"100"}, "reason": {"requested_by_customer"}, "metadata": {""}}},
		{"GET /v1/refunds", http.MethodGet, "/v1/refunds", url.Values{"charge": {charge}}},
		{"GET /v1/refunds/{refund}", http.MethodGet, "/v1/refunds/" + refund.ID, url.Values{}},
		{"GET /v1/disputes", http.MethodGet, "/v1/disputes", url.Values{"charge": {charge}}},
		{"GET /v1/disputes/{dispute}", http.MethodGet, "/v1/disputes/" + disputes.Dispute().ID, url.Values{}},
		{"GET /v1/webhook_endpoints", http.MethodGet, "/v1/webhook_endpoints", url.Values{}},
	}
}

// badRequests spoils each good request in every way that its parameters allow.
func badRequests(good []request) []request {
	var bad []request
	for _, r := range good {
		spoil(param.Operation(r.name), "", func(name, value string) {
			fields := maps.Clone(r.fields)
			maps.DeleteFunc(fields, func(have string, _ []string) bool {
				return strings.HasPrefix(have, name+"[") || strings.HasPrefix(name, have+"[") // one name cannot be both
			})
			fields.Set(name, value)
			bad = append(bad, request{r.name + " with " + name + "=" + value[:min(20, len(value))], r.method, r.path, fields})
		})
		for name := range r.fields {
			fields := maps.Clone(r.fields)
			fields.Del(name)
			bad = append(bad, request{r.name + " without " + name, r.method, r.path, fields})
		}
	}
	return bad
}

// spoil calls emit with wrong values for the parameter at and all below it.
func spoil(s *param.Schema, at string, emit func(name, value string)) {
	below := func(name string) string {
		if at == "" {
			return name
		}
		return at + "[" + name + "]"
	}
	for _, alternative := range s.AnyOf {
		spoil(alternative, at, emit)
	}
	switch s.Type {
	case "object":
		emit(below("no_such_parameter"), "x")
		if at != "" {
			emit(at, "x")
		}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			spoil(s.Properties[name], below(name), emit)
		}
		if s.Additional != nil {
			emit(below("key")+"[nested]", "x")
		}
	case "array":
		emit(at, "x")
		emit(at+"[name]", "x")
		spoil(s.Items, at+"[0]", emit)
	case "integer", "boolean", "number":
		emit(at, "x")
		emit(at, "1.5.1")
		emit(at, "")
		emit(at+"[nested]", "1")
	case "string":
		emit(at+"[nested]", "x")
		if len(s.Enum) > 0 {
			emit(at, "no_such_value")
		}
		if s.MaxLength > 0 {
			emit(at, strings.Repeat("x", s.MaxLength+1))
		}
	}
}
