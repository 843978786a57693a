package app

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
	"github.com/stripe/stripe-go/v76/webhook"

	"doorstep.example/pkg/config"
)

// secret signs the events of the tests.
const secret = "whsec_of_the_tests"

// patience is how long a test waits for what should take milliseconds.
const patience = 30 * time.Second

// sandbox is the whole program on a free port, and a shop that takes its events.
type sandbox struct {
	*client.API
	t    *testing.T
	URL  string
	shop *shop
}

// start runs a sandbox until the test ends. A second of Stripe's waits takes less
// than a millisecond.
func start(t *testing.T, change ...func(*Config)) *sandbox {
	t.Helper()
	shop := newShop(t)
	c := &Config{WebhookSecret: config.Secrets{secret}, RetryScale: maxScale, DebitDelay: 0}
	if err := c.WebhookURL.Decode(shop.server.URL); err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(c)
	}
	a := New(c, slog.New(slog.DiscardHandler))
	server := httptest.NewServer(a.Handler)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Work(ctx)
	}()
	t.Cleanup(func() {
		server.Close()
		stop()
		<-done
	})
	return &sandbox{API: stripeClient(server.URL, "sk_test_sandbox"), t: t, URL: server.URL, shop: shop}
}

// fresh makes a connection for each request: a kept one may belong to a server that
// has ended, and whose port another one has got meanwhile.
var fresh = &http.Transport{DisableKeepAlives: true}

// stripeClient is Stripe's own library, pointed at base.
func stripeClient(base, key string) *client.API {
	b := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: stripe.String(base), MaxNetworkRetries: stripe.Int64(0), EnableTelemetry: stripe.Bool(false),
		HTTPClient: &http.Client{Timeout: patience, Transport: fresh}, LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
	return client.New(key, &stripe.Backends{API: b, Connect: b, Uploads: b})
}

// params is a session as the shop opens it.
func params() *stripe.CheckoutSessionParams {
	return &stripe.CheckoutSessionParams{
		Mode:          stripe.String("payment"),
		SuccessURL:    stripe.String("http://127.0.0.1:1/thank-you?session_id={CHECKOUT_SESSION_ID}"),
		CancelURL:     stripe.String("http://127.0.0.1:1/"),
		CustomerEmail: stripe.String("ada@example.com"),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency: stripe.String("usd"), UnitAmount: stripe.Int64(19900),
				ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Security audit")},
			},
		}},
		Metadata:          map[string]string{"order_id": "01", "target_url": "https://example.com/?a=1&b=2"},
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: map[string]string{"order_id": "01"}},
	}
}

// open opens a session.
func (s *sandbox) open() *stripe.CheckoutSession {
	s.t.Helper()
	session, err := s.CheckoutSessions.New(params())
	if err != nil {
		s.t.Fatalf("open a session: %v", err)
	}
	return session
}

// paid opens a session, pays it by card and returns it as it is then.
func (s *sandbox) paid() *stripe.CheckoutSession {
	s.t.Helper()
	session := s.open()
	if status, _ := s.pay(session.ID, "card", "4242424242424242"); status != http.StatusSeeOther {
		s.t.Fatalf("pay: status %d", status)
	}
	session, err := s.CheckoutSessions.Get(session.ID, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// pay posts the hosted page's form and returns the status and where it leads.
func (s *sandbox) pay(session string, pairs ...string) (status int, location string) {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := noRedirect.PostForm(s.URL+"/pay/"+session, form)
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

var noRedirect = &http.Client{
	Transport:     fresh,
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// control posts JSON to the sandbox's own interface, or gets it when body is empty,
// and decodes the answer.
func (s *sandbox) control(path, body string, into any) int {
	s.t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := noRedirect.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			s.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return resp.StatusCode
}

// shop is the receiver of events. It verifies signatures with Stripe's library.
type shop struct {
	t      *testing.T
	server *httptest.Server
	got    chan received

	mu      sync.Mutex
	answers []int // the next answers; 200 when there are none
}

// received is one request to the shop's webhook.
type received struct {
	stripe.Event
	session stripe.CheckoutSession // of checkout.session.* events
	body    string
	err     error // of the signature
	status  int   // that the shop answered
}

func newShop(t *testing.T) *shop {
	s := &shop{t: t, got: make(chan received, 100)}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// answer sets the status of the next answers.
func (s *shop) answer(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = statuses
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	in := received{body: string(body), status: http.StatusOK}
	in.Event, in.err = webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)
	if in.err != nil {
		in.status = http.StatusBadRequest
	} else if strings.HasPrefix(string(in.Type), "checkout.session.") {
		if err := json.Unmarshal(in.Data.Raw, &in.session); err != nil {
			s.t.Error(err)
		}
	}
	s.mu.Lock()
	if len(s.answers) > 0 {
		in.status, s.answers = s.answers[0], s.answers[1:]
	}
	s.mu.Unlock()
	w.WriteHeader(in.status)
	s.got <- in
}

// next waits for the next request.
func (s *shop) next() received {
	s.t.Helper()
	select {
	case in := <-s.got:
		return in
	case <-time.After(patience):
		s.t.Fatal("no webhook came")
		return received{}
	}
}

// quiet waits until the sandbox has nothing left to deliver, and fails if
// something came that next did not take.
func (s *sandbox) quiet() {
	s.t.Helper()
	s.until(func() bool {
		var state struct{ Pending int }
		s.control("/sandbox/deliveries", "", &state)
		return state.Pending == 0
	})
	select {
	case in := <-s.shop.got:
		s.t.Errorf("a webhook too many: %s %s", in.Type, in.ID)
	default:
	}
}

// until polls for a state that has no signal a test could wait on.
func (s *sandbox) until(done func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatal("the state that was waited for never came")
		}
	}
}
