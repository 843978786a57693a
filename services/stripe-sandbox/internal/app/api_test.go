package app

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stripe/stripe-go/v76"
)

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := start(t)
	keyed := func() *stripe.CheckoutSessionParams {
		p := params()
		p.SetIdempotencyKey("order-01")
		return p
	}
	first, err := s.CheckoutSessions.New(keyed())
	if err != nil {
		t.Fatal(err)
	}
	if first.LastResponse.Header.Get("Idempotent-Replayed") != "" || first.LastResponse.Header.Get("Idempotency-Key") != "order-01" {
		t.Errorf("first answer: %v", first.LastResponse.Header)
	}
	again, err := s.CheckoutSessions.New(keyed())
	if err != nil || again.ID != first.ID || again.LastResponse.Header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("same key, same parameters: %+v, %v", again, err)
	}
	if got, want := again.LastResponse.Header.Get("Original-Request"), first.LastResponse.RequestID; got != want || again.LastResponse.RequestID == want {
		t.Errorf("Original-Request %q, want %q; Request-Id %q", got, want, again.LastResponse.RequestID)
	}
	other := keyed()
	other.CustomerEmail = stripe.String("other@example.com")
	_, err = s.CheckoutSessions.New(other)
	var e *stripe.Error
	if !errors.As(err, &e) || e.HTTPStatusCode != http.StatusBadRequest || e.Type != stripe.ErrorTypeIdempotency {
		t.Errorf("same key, other parameters: %v", err)
	}
	bad := params()
	bad.SuccessURL = nil
	bad.SetIdempotencyKey("order-02")
	if _, err := s.CheckoutSessions.New(bad); statusOf(err) != http.StatusBadRequest {
		t.Fatalf("refused parameters: %v", err)
	}
	corrected := params()
	corrected.SetIdempotencyKey("order-02")
	if _, err := s.CheckoutSessions.New(corrected); err != nil {
		t.Errorf("a key whose parameters were refused is not free: %v", err)
	}
}

func TestConcurrentRequestsOfOneKeyMakeOneSession(t *testing.T) {
	t.Parallel()
	s := start(t)
	var group sync.WaitGroup
	for range 30 {
		group.Go(func() {
			p := params()
			p.SetIdempotencyKey("order-01")
			if _, err := s.CheckoutSessions.New(p); err != nil && statusOf(err) != http.StatusConflict {
				t.Errorf("neither an answer nor a conflict: %v", err)
			}
		})
	}
	group.Wait()
	if got := len(s.sessions(&stripe.CheckoutSessionListParams{})); got != 1 {
		t.Errorf("%d sessions, want 1", got)
	}
}

// sessions collects the ids of a list through as many pages as it has.
func (s *sandbox) sessions(p *stripe.CheckoutSessionListParams) []string {
	s.t.Helper()
	var ids []string
	it := s.CheckoutSessions.List(p)
	for it.Next() {
		ids = append(ids, it.CheckoutSession().ID)
	}
	if err := it.Err(); err != nil {
		s.t.Fatal(err)
	}
	return ids
}

func TestListSessions(t *testing.T) {
	t.Parallel()
	s := start(t)
	var all []string
	for range 13 {
		all = append(all, s.open().ID)
	}
	paid := s.paid()
	all = append(all, paid.ID)
	slices.Reverse(all) // newest first
	page := func(limit int64) *stripe.CheckoutSessionListParams {
		p := &stripe.CheckoutSessionListParams{}
		p.Limit = &limit
		return p
	}
	if got := s.sessions(page(5)); !slices.Equal(got, all) {
		t.Errorf("three pages: %d of %d sessions, or out of order", len(got), len(all))
	}
	before := page(4)
	before.EndingBefore = &all[6]
	before.Single = true
	want := slices.Clone(all[2:6])
	slices.Reverse(want) // Stripe's library turns such a page around
	if got := s.sessions(before); !slices.Equal(got, want) {
		t.Errorf("page before the seventh: %v, want %v", got, want)
	}
	for name, test := range map[string]struct {
		change func(*stripe.CheckoutSessionListParams)
		want   int
	}{
		"by status":         {func(p *stripe.CheckoutSessionListParams) { p.Status = stripe.String("complete") }, 1},
		"by PaymentIntent":  {func(p *stripe.CheckoutSessionListParams) { p.PaymentIntent = &paid.PaymentIntent.ID }, 1},
		"by another intent": {func(p *stripe.CheckoutSessionListParams) { p.PaymentIntent = stripe.String("pi_none") }, 0},
		"created since then": {func(p *stripe.CheckoutSessionListParams) {
			p.CreatedRange = &stripe.RangeQueryParams{GreaterThanOrEqual: paid.Created - 60}
		}, 14},
		"created in future": {func(p *stripe.CheckoutSessionListParams) {
			p.CreatedRange = &stripe.RangeQueryParams{GreaterThan: paid.Created + 60}
		}, 0},
		"by e-mail": {func(p *stripe.CheckoutSessionListParams) {
			p.CustomerDetails = &stripe.CheckoutSessionListCustomerDetailsParams{Email: stripe.String("nobody@example.com")}
		}, 0},
	} {
		p := page(100)
		test.change(p)
		if got := len(s.sessions(p)); got != test.want {
			t.Errorf("%s: %d sessions, want %d", name, got, test.want)
		}
	}
	for _, query := range []string{"limit=0", "limit=101", "starting_after=cs_none", "ending_before=cs_none", "starting_after=" + all[0] + "&ending_before=" + all[1]} {
		if status, _ := s.raw(http.MethodGet, "/v1/checkout/sessions?"+query, "", "sk_test_x"); status != http.StatusBadRequest {
			t.Errorf("?%s: status %d, want 400", query, status)
		}
	}
}

func TestListEvents(t *testing.T) {
	t.Parallel()
	s := start(t)
	first := s.paid()
	delivered := s.shop.next()
	s.quiet()
	s.control("/sandbox/switches", `{"hold":true}`, nil)
	s.paid()
	count := func(p *stripe.EventListParams) (ids []string) {
		it := s.Events.List(p)
		for it.Next() {
			ids = append(ids, it.Event().ID)
		}
		if err := it.Err(); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := count(&stripe.EventListParams{}); len(got) != 6 {
		t.Errorf("%d events, want charge, intent and session twice", len(got))
	}
	if got := count(&stripe.EventListParams{Types: stripe.StringSlice([]string{"checkout.session.completed", "charge.refunded"})}); len(got) != 2 {
		t.Errorf("by types: %d, want 2", len(got))
	}
	if got := count(&stripe.EventListParams{Type: stripe.String("charge.*")}); len(got) != 2 {
		t.Errorf("by type with a star: %d, want 2", len(got))
	}
	if got := count(&stripe.EventListParams{DeliverySuccess: stripe.Bool(false)}); len(got) != 1 || got[0] == delivered.ID {
		t.Errorf("not delivered: %v", got)
	}
	event, err := s.Events.Get(delivered.ID, nil)
	if err != nil || event.Type != "checkout.session.completed" || event.Data.Object["id"] != first.ID {
		t.Errorf("one event: %+v, %v", event, err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	s := start(t)
	for key, want := range map[string]int{
		"sk_test_anything": 200, "rk_test_anything": 200, "sk_live_anything": 401, "rk_live_anything": 401,
		"pk_test_anything": 401, "sk_test_": 401, "sk_test_a_b": 401, "": 401,
	} {
		status, body := s.raw(http.MethodGet, "/v1/events", "", key)
		if status != want || (want == 401) != strings.Contains(body, `"invalid_request_error"`) {
			t.Errorf("key %q: %d %s, want %d", key, status, body, want)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("sk_test_curl", "")
	resp, err := noRedirect.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("key as user name: %d", resp.StatusCode)
	}
}

func TestErrorsAreStripes(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, test := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", "/v1/checkout/sessions/cs_none", "", 404, "resource_missing"},
		{"POST", "/v1/checkout/sessions/cs_none/expire", "expand[]=url", 404, "resource_missing"},
		{"GET", "/v1/payment_intents/pi_none", "", 404, "resource_missing"},
		{"GET", "/v1/charges/ch_none", "", 404, "resource_missing"},
		{"GET", "/v1/refunds/re_none", "", 404, "resource_missing"},
		{"GET", "/v1/disputes/dp_none", "", 404, "resource_missing"},
		{"GET", "/v1/events/evt_none", "", 404, "resource_missing"},
		{"POST", "/v1/refunds", "charge=ch_none", 400, "resource_missing"},
		{"POST", "/v1/refunds", "payment_intent=pi_none", 400, "resource_missing"},
		{"POST", "/v1/refunds", "reason=duplicate", 400, "parameter_missing"},
		{"GET", "/v1/events?colour=red", "", 400, "parameter_unknown"},
		{"GET", "/v1/customers", "", 404, ""},
		{"DELETE", "/v1/events", "", 404, ""},
		{"POST", "/v1/refunds", strings.Repeat("a", 1<<20+1), 413, ""},
	} {
		status, body := s.raw(test.method, test.path, test.body, "sk_test_x")
		var answer struct {
			Error struct{ Type, Code, Message string }
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Errorf("%s %s: no JSON: %s", test.method, test.path, body)
			continue
		}
		if status != test.status || answer.Error.Code != test.code || answer.Error.Type != "invalid_request_error" || answer.Error.Message == "" {
			t.Errorf("%s %s = %d %+v, want %d %q", test.method, test.path, status, answer.Error, test.status, test.code)
		}
	}
}

func TestOtherVersionIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	if status, _ := s.raw(http.MethodGet, "/v1/events", "", "sk_test_x", "Stripe-Version", "2024-06-20"); status != http.StatusBadRequest {
		t.Errorf("another API version: %d, want 400", status)
	}
}

// raw sends a request as curl would.
func (s *sandbox) raw(method, path, body, key string, header ...string) (int, string) {
	s.t.Helper()
	return rawTo(s.t, s.URL, method, path, body, key, header...)
}

func rawTo(t *testing.T, base, method, path, body, key string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := noRedirect.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestWebhookEndpoint(t *testing.T) {
	t.Parallel()
	s := start(t)
	it := s.WebhookEndpoints.List(&stripe.WebhookEndpointListParams{})
	if !it.Next() {
		t.Fatal("no endpoint", it.Err())
	}
	e := it.WebhookEndpoint()
	if e.URL != s.shop.server.URL || e.Status != "enabled" || e.APIVersion != stripe.APIVersion || !slices.Contains(e.EnabledEvents, "charge.refunded") {
		t.Errorf("endpoint: %+v", e)
	}
	if it.Next() {
		t.Error("a second endpoint")
	}
}
