package checkout

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/screen"
	"doorstep.example/services/storefront/internal/store"
)

// stripe is as much of Stripe as opening a session needs: one session for one
// idempotency key.
type stripe struct {
	mu       sync.Mutex
	sessions map[string]url.Values // by idempotency key
	calls    int
	status   int // to answer instead, when set
}

func (s *stripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.status != 0 {
		w.WriteHeader(s.status)
		fmt.Fprint(w, `{"error":{"type":"api_error","message":"on fire"}}`)
		return
	}
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	s.sessions[key] = r.PostForm
	fmt.Fprintf(w, `{"id":"cs_test_%s","object":"checkout.session","url":"https://checkout.stripe.com/pay/%s"}`, key, key)
}

const catalogFile = "../../../../deploy/catalog.yaml"

func newDesk(t *testing.T, databaseURL string) (*Desk, *stripe) {
	t.Helper()
	fake := &stripe{sessions: map[string]url.Values{}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	kinds := kind.All(kind.Config{Folder: filepath.Dir(catalogFile), Live: true})
	goods, err := catalog.Load(catalogFile, kind.Checkers(kinds))
	if err != nil {
		t.Fatal(err)
	}
	screener, err := screen.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Desk{
		Screen: screener,
		DB:     databasetest.Open(t, databaseURL, store.Migrations()), Catalog: goods, Kinds: kinds, ShopURL: "https://shop.test",
		Payment: payment.New(payment.Config{Key: "sk_test_x", BaseURL: server.URL}), Now: time.Now,
	}, fake
}

func request() Request {
	return Request{Product: "security-audit", Values: map[string]string{
		"customer_email": "ada@example.com", "contact_name": "Ada", "target_url": "https://shop.example.com/", "target_name": "Shop", "price": "1", "amount": "1",
	}}
}

func TestBegin(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		desk, fake := newDesk(t, url)
		begun, err := desk.Begin(t.Context(), request())
		if err != nil {
			t.Fatal(err)
		}
		sent := fake.sessions[string(begun.OrderID)]
		for name, want := range map[string]string{
			"mode": "payment", "line_items[0][price_data][unit_amount]": "19900", "line_items[0][price_data][currency]": "usd",
			"success_url": "https://shop.test/thank-you?session_id={CHECKOUT_SESSION_ID}", "customer_email": "ada@example.com",
			"metadata[order_id]": string(begun.OrderID), "metadata[product]": "security-audit", "metadata[tier]": "automated",
			"metadata[target_url]": "https://shop.example.com/", "metadata[target_name]": "Shop", "metadata[customer_email]": "ada@example.com",
			"metadata[contact_name]": "Ada", "payment_intent_data[metadata][order_id]": string(begun.OrderID),
		} {
			if got := sent.Get(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		if sent.Has("metadata[price]") {
			t.Error("a field that the form does not have reached Stripe")
		}
		o, err := store.Order(t.Context(), desk.DB.Read(), begun.OrderID)
		if err != nil || o.State != order.AwaitingPayment || o.SessionID != begun.SessionID || o.Amount != 19900 {
			t.Errorf("order = %+v, %v", o, err)
		}
	})
}

func TestSameFormTwiceIsOneSession(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		desk, fake := newDesk(t, url)
		r := request()
		r.Token = string(order.NewID())
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if begun, err := desk.Begin(t.Context(), r); err != nil || string(begun.OrderID) != r.Token {
					t.Errorf("%+v, %v", begun, err)
				}
			})
		}
		group.Wait()
		if len(fake.sessions) != 1 {
			t.Errorf("%d sessions", len(fake.sessions))
		}
		r.Values["customer_email"] = "other@example.com" // came back and corrected it
		begun, err := desk.Begin(t.Context(), r)
		if err != nil || string(begun.OrderID) == r.Token || len(fake.sessions) != 2 {
			t.Errorf("changed form: %+v, %v, %d sessions", begun, err, len(fake.sessions))
		}
	})
}

func TestTierStandsForProduct(t *testing.T) {
	desk, _ := newDesk(t, databasetest.SQLiteURL(t))
	for tier, want := range map[string]string{"automated": "security-audit", "compliance": "compliance-audit", "redteam": "redteam-audit"} {
		r := request()
		r.Product, r.Tier = "", tier
		begun, err := desk.Begin(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := store.Order(t.Context(), desk.DB.Read(), begun.OrderID); err != nil || o.Product != want {
			t.Errorf("tier %s sold %s, %v", tier, o.Product, err)
		}
	}
}

func TestBadForms(t *testing.T) {
	desk, fake := newDesk(t, databasetest.SQLiteURL(t))
	for name, test := range map[string]struct{ field, value string }{
		"no address":          {"customer_email", ""},
		"no at":               {"customer_email", "ada.example.com"},
		"no domain":           {"customer_email", "ada@localhost"},
		"two addresses":       {"customer_email", "ada@example.com, eve@example.com"},
		"display name":        {"customer_email", "Ada <ada@example.com>"},
		"header injection":    {"customer_email", "ada@example.com\r\nBcc: eve@example.com"},
		"umlaut":              {"customer_email", "äda@example.com"},
		"long address":        {"customer_email", strings.Repeat("a", 250) + "@example.com"},
		"address literal":     {"customer_email", "ada@[127.0.0.1]"},
		"no target":           {"target_url", " "},
		"other scheme":        {"target_url", "ftp://example.com/"},
		"javascript":          {"target_url", "javascript://example.com/%0aalert(1)"},
		"credentials":         {"target_url", "https://user:pass@example.com/"},
		"zone":                {"target_url", "http://[fe80::1%25eth0]/"},
		"no host":             {"target_url", "https:///path"},
		"one label":           {"target_url", "https://localhost/"},
		"spaces":              {"target_url", "https://example.com/ a"},
		"too long for Stripe": {"target_url", "https://example.com/" + strings.Repeat("x", 500)},
		"grows beyond limit":  {"target_url", "https://example.com/" + strings.Repeat("ü", 470)},
		"long name":           {"contact_name", strings.Repeat("n", 121)},
		"line break in name":  {"contact_name", "Ada\nEve"},
		"damaged text":        {"contact_name", "Ada\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			r := request()
			r.Values[test.field] = test.value
			_, err := desk.Begin(t.Context(), r)
			if e := errs.From(err); e.Kind != errs.Invalid || e.Fields[test.field] == "" || len(e.Fields) != 1 {
				t.Errorf("Begin = %v, fields %v; want a reason for %s", err, e.Fields, test.field)
			}
		})
	}
	if fake.calls != 0 {
		t.Errorf("Stripe was asked %d times for forms that are wrong", fake.calls)
	}
}

func TestGoodForms(t *testing.T) {
	desk, _ := newDesk(t, databasetest.SQLiteURL(t))
	for _, test := range []struct{ field, value, kept string }{
		{"contact_name", "O'Brien", "O'Brien"}, {"contact_name", "Null", "Null"}, {"contact_name", "李", "李"}, {"contact_name", "X Æ A-12", "X Æ A-12"},
		{"contact_name", "", ""}, {"contact_name", "Tom & Jerry <3", "Tom & Jerry <3"},
		{"target_url", "shop.example.com", "https://shop.example.com"}, {"target_url", "HTTP://Example.com:8080/a?b=c#d", "http://example.com:8080/a?b=c"},
		{"customer_email", " ada+audit@sub.example.co.uk ", "ada+audit@sub.example.co.uk"},
	} {
		r := request()
		r.Values[test.field] = test.value
		begun, err := desk.Begin(t.Context(), r)
		if err != nil {
			t.Errorf("%s %q: %v", test.field, test.value, err)
			continue
		}
		o, err := store.Order(t.Context(), desk.DB.Read(), begun.OrderID)
		got := map[string]string{"contact_name": o.ContactName, "customer_email": o.CustomerEmail, "target_url": o.Fields["target_url"]}[test.field]
		if err != nil || got != test.kept {
			t.Errorf("%s %q was kept as %q, %v", test.field, test.value, got, err)
		}
	}
}

func TestStripeIsDown(t *testing.T) {
	desk, fake := newDesk(t, databasetest.SQLiteURL(t))
	r := request()
	r.Token = string(order.NewID())
	for status, want := range map[int]errs.Kind{500: errs.Unavailable, 401: errs.Unavailable, 429: errs.Unavailable, 400: errs.Invalid} {
		fake.status = status
		if _, err := desk.Begin(t.Context(), r); errs.KindOf(err) != want {
			t.Errorf("Stripe answers %d: %v", status, err)
		}
	}
	fake.status = 0
	begun, err := desk.Begin(t.Context(), r) // posting again is safe
	if err != nil || string(begun.OrderID) != r.Token {
		t.Errorf("Stripe is back: %+v, %v", begun, err)
	}
}

func TestUnknownProduct(t *testing.T) {
	desk, _ := newDesk(t, databasetest.SQLiteURL(t))
	for _, r := range []Request{{}, {Product: "pony"}, {Tier: "platinum"}, {Product: "pony", Tier: "automated"}} {
		if _, err := desk.Begin(t.Context(), r); errs.KindOf(err) != errs.NotFound {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestOrdersAreWrittenBeforeStripeIsAsked(t *testing.T) {
	desk, fake := newDesk(t, databasetest.SQLiteURL(t))
	fake.status = 500
	if _, err := desk.Begin(t.Context(), request()); err == nil {
		t.Fatal("no error")
	}
	var n int
	err := desk.DB.InTx(t.Context(), func(tx database.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM orders`).Scan(&n)
	})
	if err != nil || n != 1 {
		t.Errorf("%d orders, %v; the lead is lost", n, err)
	}
}

func TestScreening(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		desk, fake := newDesk(t, url)
		with := func(change func(r *Request)) Request {
			r := request()
			change(&r)
			return r
		}
		for name, test := range map[string]struct {
			request  Request
			sold     bool
			field    string // with a reason
			warnings int
		}{
			"a buyer":             {with(func(r *Request) { r.Values["customer_email"] = "ada@lovelace.dev" }), true, "", 0},
			"an attack":           {with(func(r *Request) { r.Values["contact_name"] = "<script>alert(1)</script>" }), false, "contact_name", 0},
			"a filled trap":       {with(func(r *Request) { r.Trap = "https://spam.example" }), false, "", 0},
			"a role, not asked":   {with(func(r *Request) { r.Values["customer_email"], r.Asks = "info@lovelace.dev", true }), false, "", 1},
			"a role, confirmed":   {with(func(r *Request) { r.Values["customer_email"], r.Asks, r.Sure = "info@lovelace.dev", true, true }), true, "", 1},
			"a role, by program":  {with(func(r *Request) { r.Values["customer_email"] = "info@lovelace.dev" }), true, "", 1},
			"an address for test": {request(), true, "", 0},
		} {
			fake.mu.Lock()
			before := len(fake.sessions)
			fake.mu.Unlock()
			begun, err := desk.Begin(t.Context(), test.request)
			sold := begun.URL != ""
			refused := !test.sold && test.warnings == 0
			if sold != test.sold || len(begun.Warnings) != test.warnings || (err != nil) != refused || (refused && errs.KindOf(err) != errs.Invalid) {
				t.Errorf("%s: %+v, %v", name, begun, err)
			}
			if test.field != "" && errs.From(err).Fields[test.field] == "" {
				t.Errorf("%s: fields %v", name, errs.From(err).Fields)
			}
			if (len(fake.sessions) > before) != test.sold {
				t.Errorf("%s: %d sessions, before %d", name, len(fake.sessions), before)
			}
		}
		verdicts, err := store.Verdicts(t.Context(), desk.DB.Read(), time.Now().Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		counted := map[string]int{}
		for _, v := range verdicts {
			counted[v.Verdict] += v.Count
		}
		if want := map[string]int{"legitimate": 4, "attack": 1, "spam": 1, "test": 1}; !maps.Equal(counted, want) {
			t.Errorf("counted %v, want %v", counted, want)
		}
	})
}
