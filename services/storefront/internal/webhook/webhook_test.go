package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"
	"github.com/tidwall/gjson"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// applied counts what was applied, and fails as told.
type applied struct {
	mu     sync.Mutex
	n      int
	errs   []error
	poison string // this type of event can never be applied
}

func (a *applied) Event(_ context.Context, _ database.Tx, kind string, _ gjson.Result) (order.ID, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.poison != "" && kind == a.poison {
		return "", errors.New("cannot be applied")
	}
	a.n++
	if len(a.errs) > 0 {
		err := a.errs[0]
		a.errs = a.errs[1:]
		return "", err
	}
	return "", nil
}

// noJobs has nothing to insert: applied enqueues nothing.
type noJobs struct{}

func (noJobs) Flush(context.Context, *jobs.Gathering) error { return nil }

type endpoint struct {
	*testing.T
	db    *database.DB
	apply *applied
	http.Handler
}

func newEndpoint(t *testing.T, url string) *endpoint {
	t.Helper()
	db := databasetest.Open(t, url, store.Migrations())
	apply := &applied{}
	log := slog.New(slog.DiscardHandler)
	inbox := NewInbox(Config{DB: db, Apply: apply, Jobs: noJobs{}, Batch: 16, Log: log})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- inbox.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	receiver := &Receiver{
		Inbox: inbox, Secrets: config.Secrets{"whsec_current_secret", "whsec_previous_secret"},
		Log: log, Now: func() time.Time { return noon },
	}
	e := service.NewEcho(service.EchoConfig{Log: log, Metrics: service.NewMetrics()})
	e.POST("/webhooks/stripe", receiver.Handle)
	return &endpoint{T: t, db: db, apply: apply, Handler: e}
}

func (e *endpoint) post(body, signature string) int {
	r := httptest.NewRequest(http.MethodPost, "/webhooks/stripe", strings.NewReader(body))
	if signature != "" {
		r.Header.Set("Stripe-Signature", signature)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w.Code
}

func (e *endpoint) stored() int {
	e.Helper()
	var n int
	if err := e.db.Read().QueryRow(e.Context(), `SELECT count(*) FROM events`).Scan(&n); err != nil {
		e.Fatal(err)
	}
	return n
}

func sign(body, secret string, at time.Time) string {
	return fmt.Sprintf("t=%d,v1=%x", at.Unix(), webhook.ComputeSignature(at, []byte(body), secret))
}

const body = `{"id":"evt_1","type":"checkout.session.completed","created":1790000000,"data":{"object":{}}}`

func TestSignatures(t *testing.T) {
	good := sign(body, "whsec_current_secret", noon)
	v1 := strings.SplitN(good, ",", 2)[1]
	for name, test := range map[string]struct {
		signature string
		want      int
	}{
		"current secret":        {good, 200},
		"previous secret":       {sign(body, "whsec_previous_secret", noon), 200},
		"299 s old":             {sign(body, "whsec_current_secret", noon.Add(-299*time.Second)), 200},
		"299 s ahead":           {sign(body, "whsec_current_secret", noon.Add(299*time.Second)), 200},
		"two signatures":        {good + ",v1=00", 200},
		"unknown scheme beside": {good + ",v0=11", 200},
		"missing":               {"", 400},
		"garbage":               {"hello", 400},
		"wrong secret":          {sign(body, "whsec_other_secret", noon), 400},
		"empty secret":          {sign(body, "", noon), 400},
		"301 s old":             {sign(body, "whsec_current_secret", noon.Add(-301*time.Second)), 400},
		"301 s ahead":           {sign(body, "whsec_current_secret", noon.Add(301*time.Second)), 400},
		"other body":            {sign(body+" ", "whsec_current_secret", noon), 400},
		"two times":             {fmt.Sprintf("t=%d,", noon.Unix()) + good, 400},
		"old time, fresh first": {fmt.Sprintf("t=%d,", noon.Unix()) + sign(body, "whsec_current_secret", noon.Add(-time.Hour)), 400},
		"no time":               {v1, 400},
		"time is no number":     {"t=now," + v1, 400},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, databasetest.SQLiteURL(t))
			if got := e.post(body, test.signature); got != test.want {
				t.Errorf("status %d, want %d", got, test.want)
			}
			if want := map[int]int{200: 1, 400: 0}[test.want]; e.stored() != want || e.apply.n != want {
				t.Errorf("%d stored, %d applied, want %d", e.stored(), e.apply.n, want)
			}
		})
	}
}

func TestDuplicatesAreAppliedOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		e := newEndpoint(t, url)
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if got := e.post(body, sign(body, "whsec_current_secret", noon)); got != 200 {
					t.Errorf("status %d", got)
				}
			})
		}
		group.Wait()
		if e.stored() != 1 || e.apply.n != 1 {
			t.Errorf("%d stored, %d applied", e.stored(), e.apply.n)
		}
	})
}

func TestWhatCannotBeStoredIsSentAgain(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		e := newEndpoint(t, url)
		e.apply.errs = []error{errors.New("disk on fire")}
		signature := sign(body, "whsec_current_secret", noon)
		if got := e.post(body, signature); got != 503 || e.stored() != 0 {
			t.Errorf("status %d, %d stored; want 503 and nothing", got, e.stored())
		}
		conflict := errs.New(errs.Conflict, "somebody was faster")
		e.apply.errs = []error{conflict, conflict}
		if got := e.post(body, signature); got != 200 || e.stored() != 1 {
			t.Errorf("after two lost races: status %d, %d stored", got, e.stored())
		}
	})
}

func TestBodies(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want int
	}{
		"too long":          {`{"id":"evt_1","type":"x","pad":"` + strings.Repeat("x", MaxBody) + `"}`, 413},
		"signed, not JSON":  {"hello", 200}, // never a 4xx for something rightly signed
		"signed, not event": {`{"hello":1}`, 200},
		"unknown type":      {`{"id":"evt_9","type":"customer.created","created":1}`, 200},
		"no data at all":    {`{"id":"evt_8","type":"checkout.session.completed"}`, 200},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, databasetest.SQLiteURL(t))
			if got := e.post(test.body, sign(test.body, "whsec_current_secret", noon)); got != test.want {
				t.Errorf("status %d, want %d", got, test.want)
			}
		})
	}
}

func TestMethod(t *testing.T) {
	e := newEndpoint(t, databasetest.SQLiteURL(t))
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/webhooks/stripe", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET = %d, want 405", w.Code)
	}
}

// TestPoisonedEventFailsAlone sends many events at once of which some cannot be
// applied: all others are stored, whatever batch they were in.
func TestPoisonedEventFailsAlone(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, url string) {
		e := newEndpoint(t, url)
		e.apply.poison = "poison"
		var group sync.WaitGroup
		for n := range 60 {
			group.Go(func() {
				kind, want := "good", 200
				if n%7 == 0 {
					kind, want = "poison", 503
				}
				body := fmt.Sprintf(`{"id":"evt_%02d","type":%q,"created":1790000000,"data":{"object":{}}}`, n, kind)
				if got := e.post(body, sign(body, "whsec_current_secret", noon)); got != want {
					t.Errorf("%s event %d: status %d, want %d", kind, n, got, want)
				}
			})
		}
		group.Wait()
		if got := e.stored(); got != 51 {
			t.Errorf("%d stored, want 51", got)
		}
	})
}

func TestFullQueueIsBusy(t *testing.T) {
	inbox := NewInbox(Config{}) // nobody commits
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range maxWaiting {
		group.Go(func() { _ = inbox.Accept(ctx, store.Event{ID: "evt"}) })
	}
	for len(inbox.queue) < maxWaiting {
		time.Sleep(time.Millisecond)
	}
	if err := inbox.Accept(ctx, store.Event{ID: "one more"}); !errors.Is(err, ErrBusy) {
		t.Errorf("Accept = %v, want ErrBusy", err)
	}
	cancel()
	group.Wait()
}
