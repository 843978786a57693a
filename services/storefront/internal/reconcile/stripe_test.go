package reconcile

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/payment"
)

// pageOf is how many objects a page of the fake has, so that every list has several.
const pageOf = 2

// object is one of Stripe's, as JSON has it.
type object = map[string]any

// fakeStripe is what Stripe knows: lists by path, newest first.
type fakeStripe struct {
	*httptest.Server
	mu      sync.Mutex
	lists   map[string][]object
	status  int               // of every answer; 0: it works
	intents map[string]string // their statuses
	asked   []string          // paths, in order
}

func newFakeStripe(t *testing.T) *fakeStripe {
	f := &fakeStripe{lists: map[string][]object{}, intents: map[string]string{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	f.set("/v1/webhook_endpoints", endpointObject("enabled", webhookURL, fulfil.Events()...))
	return f
}

func (f *fakeStripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.URL.Path)
	answer := func(status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	if f.status != 0 {
		w.Header().Set("Stripe-Should-Retry", "false")
		answer(f.status, object{"error": object{"type": "api_error", "message": "switched off"}})
		return
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/v1/checkout/sessions/"); ok {
		for _, o := range f.lists["/v1/checkout/sessions"] {
			if o["id"] == id {
				answer(http.StatusOK, o)
				return
			}
		}
		answer(http.StatusNotFound, object{"error": object{"type": "invalid_request_error", "code": "resource_missing"}})
		return
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/v1/payment_intents/"); ok {
		answer(http.StatusOK, object{"id": id, "object": "payment_intent", "status": f.intents[id]})
		return
	}
	list, more := page(f.lists[r.URL.Path], r)
	answer(http.StatusOK, object{"object": "list", "data": list, "has_more": more, "url": r.URL.Path})
}

// page filters by created and cuts after starting_after, as Stripe does.
func page(all []object, r *http.Request) ([]object, bool) {
	list := []object{}
	from, _ := strconv.ParseInt(r.FormValue("created[gte]"), 10, 64) // absent: from the beginning
	to, err := strconv.ParseInt(r.FormValue("created[lt]"), 10, 64)
	for _, o := range all {
		at := o["created"].(int64) //nolint:forcetypeassert // the tests make them
		if at >= from && (err != nil || at < to) {
			list = append(list, o)
		}
	}
	if after := r.FormValue("starting_after"); after != "" {
		list = list[1+slices.IndexFunc(list, func(o object) bool { return o["id"] == after }):]
	}
	return list[:min(pageOf, len(list))], len(list) > pageOf
}

func (f *fakeStripe) set(path string, list ...object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists[path] = list
}

// add puts an object before the others, or in the place of the one with its id.
func (f *fakeStripe) add(path string, o object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rest := slices.DeleteFunc(f.lists[path], func(old object) bool { return old["id"] == o["id"] })
	f.lists[path] = append([]object{o}, rest...)
}

// answer makes every answer have a status; 0 mends it.
func (f *fakeStripe) answer(status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status = status
}

// sell adds a session as Stripe lists it.
func (f *fakeStripe) sell(s payment.Session) {
	f.add("/v1/checkout/sessions", object{
		"id": s.ID, "object": "checkout.session", "status": s.Status, "payment_status": s.PaymentStatus, "payment_intent": s.PaymentIntent,
		"amount_total": s.Amount, "currency": s.Currency, "metadata": s.Metadata, "created": s.CreatedAt.Unix(),
	})
}

func (f *fakeStripe) refund(intent string, amount int64, full bool, at time.Time) {
	f.add("/v1/refunds", object{
		"id": "re_" + intent, "object": "refund", "payment_intent": intent, "created": at.Unix(),
		"charge": object{"id": "ch_" + intent, "object": "charge", "amount_refunded": amount, "refunded": full},
	})
}

func (f *fakeStripe) dispute(intent, status string, at time.Time) {
	f.add("/v1/disputes", object{"id": "dp_" + intent, "object": "dispute", "payment_intent": intent, "status": status, "created": at.Unix()})
}

func (f *fakeStripe) undelivered(id string, at time.Time) {
	f.add("/v1/events", object{"id": id, "object": "event", "type": "checkout.session.completed", "created": at.Unix()})
}

func endpointObject(status, url string, events ...string) object {
	return object{"id": "we_" + url, "object": "webhook_endpoint", "status": status, "url": url, "enabled_events": events, "created": int64(1)}
}
