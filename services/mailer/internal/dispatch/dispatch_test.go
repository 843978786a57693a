package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/mailer/internal/store"
	"doorstep.example/services/mailer/internal/transport"
)

// fakeTransport takes mails, and fails with the errors of its script first.
type fakeTransport struct {
	name   string
	repeat func(unsure int, age time.Duration) bool
	gate   chan struct{} // when set, Send waits for it

	mu     sync.Mutex
	script []*transport.Error
	sent   []transport.Message
}

func (f *fakeTransport) Name() string { return f.name }
func (f *fakeTransport) Ready() error { return nil }
func (f *fakeTransport) MayRepeat(unsure int, since, now time.Time) bool {
	return f.repeat == nil || f.repeat(unsure, now.Sub(since))
}

func (f *fakeTransport) Send(_ context.Context, m *transport.Message) (transport.Accepted, error) {
	if f.gate != nil {
		<-f.gate
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, *m)
	if len(f.script) > 0 {
		err := f.script[0]
		f.script = f.script[1:]
		if err != nil {
			return transport.Accepted{}, err
		}
	}
	return transport.Accepted{ProviderID: f.name + "-1"}, nil
}

func (f *fakeTransport) fail(class transport.Class, n int) {
	for range n {
		f.script = append(f.script, &transport.Error{Class: class, Message: "it said no", RetryAfter: 7 * time.Second})
	}
}

type fixture struct {
	*Dispatcher
	primary, fallback *fakeTransport
	now               time.Time
}

func newFixture(t *testing.T, withFallback bool) *fixture {
	t.Helper()
	db := databasetest.Open(t, databasetest.SQLiteURL(t), store.Migrations())
	f := &fixture{
		primary: &fakeTransport{name: "first"}, fallback: &fakeTransport{name: "second"},
		now: time.Date(2026, 11, 22, 2, 13, 9, 0, time.UTC),
	}
	c := Config{
		Store: store.New(db), Primary: f.primary, From: "Shop <orders@shop.example>", ReplyTo: "help@shop.example",
		Confirms: func(provider string) bool { return provider == "first" },
		Log:      slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Now: func() time.Time { return f.now },
	}
	if withFallback {
		c.Fallback = f.fallback
	}
	f.Dispatcher = New(c)
	return f
}

func request(t *testing.T) mailapi.Send {
	t.Helper()
	data, err := os.ReadFile("../template/testdata/receipt.json")
	if err != nil {
		t.Fatal(err)
	}
	return mailapi.Send{To: "ada@example.com", Template: "receipt", OrderID: "o1", Data: data}
}

// sendState sends and returns the state, or the kind of the error.
func (f *fixture) sendState(t *testing.T, key string) (string, errs.Kind) {
	t.Helper()
	m, err := f.Send(t.Context(), key, request(t))
	if err != nil {
		e, ok := errors.AsType[*errs.Error](err)
		if !ok {
			t.Fatal(err)
		}
		if e.Kind == errs.Unavailable && e.RetryAfter == 0 {
			t.Errorf("unavailable without a time: %v", err)
		}
		return "", e.Kind
	}
	return m.State, 0
}

func TestSendOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	first, err := f.Send(t.Context(), "key", request(t))
	if err != nil {
		t.Fatal(err)
	}
	if first.State != mailapi.StateAccepted || first.Provider != "first" || first.ProviderID != "first-1" || !first.Confirms {
		t.Errorf("answer = %+v", first)
	}
	again, err := f.Send(t.Context(), "key", request(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the repeat's answer differs:\n%s", diff)
	}
	if len(f.primary.sent) != 1 {
		t.Errorf("%d sends", len(f.primary.sent))
	}
	for name, change := range map[string]func(*mailapi.Send){
		"to":            func(s *mailapi.Send) { s.To = "eve@example.com" },
		"reply address": func(s *mailapi.Send) { s.ReplyTo = "eve@example.com" },
		"language":      func(s *mailapi.Send) { s.Lang = "de" },
		"data":          func(s *mailapi.Send) { s.Data = []byte(`{}`) },
		"attachment": func(s *mailapi.Send) {
			s.Attachments = []mailapi.Attachment{{Filename: "a", ContentType: "a/b", Content: []byte("x")}}
		},
	} {
		other := request(t)
		change(&other)
		if _, err := f.Send(t.Context(), "key", other); errs.KindOf(err) != errs.Conflict {
			t.Errorf("another %s under the key: %v, want a conflict", name, err)
		}
	}
}

func TestLanguageAndReplyAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	plain, german := request(t), request(t)
	german.Lang, german.ReplyTo = "de", "Ada Lovelace <ada@exämple.com>"
	for key, req := range map[string]mailapi.Send{"plain": plain, "german": german} {
		if _, err := f.Send(t.Context(), key, req); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string][2]string{}
	for _, m := range f.primary.sent {
		got[m.Key] = [2]string{m.ReplyTo, m.Subject}
	}
	want := map[string][2]string{
		"plain":  {"help@shop.example", "Payment received: Automated Security Audit"},
		"german": {"ada@xn--exmple-cua.com", "Zahlung eingegangen: Automated Security Audit"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reply address and subject (-want +got):\n%s", diff)
	}
}

// TestConcurrentRequests holds the first send back until the others were answered.
func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.primary.gate = make(chan struct{})
	const n = 8
	results := make(chan errs.Kind, n)
	for range n {
		go func() {
			_, err := f.Send(t.Context(), "key", request(t))
			results <- errs.KindOf(err)
		}()
	}
	for range n - 1 {
		if kind := <-results; kind != errs.Unavailable {
			t.Errorf("a second request = %v, want unavailable", kind)
		}
	}
	close(f.primary.gate)
	<-results
	if len(f.primary.sent) != 1 {
		t.Errorf("%d sends", len(f.primary.sent))
	}
	if state, _ := f.sendState(t, "key"); state != mailapi.StateAccepted {
		t.Errorf("state = %s", state)
	}
}

func TestRefusedThenTaken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.primary.fail(transport.Retry, 2)
	for range 2 {
		if _, kind := f.sendState(t, "key"); kind != errs.Unavailable {
			t.Errorf("kind = %v", kind)
		}
	}
	f.now = f.now.Add(48 * time.Hour) // refusals leave no doubt, however long it takes
	if state, _ := f.sendState(t, "key"); state != mailapi.StateAccepted {
		t.Errorf("state = %s", state)
	}
	if diff := cmp.Diff(f.primary.sent[0], f.primary.sent[2]); diff != "" {
		t.Errorf("the third try sent another mail:\n%s", diff)
	}
}

func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	f.primary.fail(transport.Permanent, 1)
	for range 2 {
		if _, kind := f.sendState(t, "key"); kind != errs.Unprocessable {
			t.Errorf("kind = %v", kind)
		}
	}
	if len(f.primary.sent) != 1 || len(f.fallback.sent) != 0 {
		t.Errorf("%d and %d sends, want one", len(f.primary.sent), len(f.fallback.sent))
	}
}

func TestFallback(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first, second transport.Class // -1 takes
		state         string
		kind          errs.Kind
		sends         [2]int
	}{
		"first refuses":         {transport.Retry, -1, mailapi.StateAccepted, 0, [2]int{1, 1}},
		"both refuse":           {transport.Retry, transport.Retry, "", errs.Unavailable, [2]int{1, 1}},
		"first may have it":     {transport.Unsure, -1, "", errs.Unavailable, [2]int{1, 0}},
		"second may have it":    {transport.Retry, transport.Unsure, "", errs.Unavailable, [2]int{1, 1}},
		"second refuses it all": {transport.Retry, transport.Permanent, "", errs.Unprocessable, [2]int{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, true)
			f.primary.fail(test.first, 1)
			if test.second >= 0 {
				f.fallback.fail(test.second, 1)
			}
			state, kind := f.sendState(t, "key")
			if state != test.state || kind != test.kind || len(f.primary.sent) != test.sends[0] || len(f.fallback.sent) != test.sends[1] {
				t.Errorf("state %q, kind %v, %d and %d sends", state, kind, len(f.primary.sent), len(f.fallback.sent))
			}
		})
	}
}

// TestUnsureStaysWithItsTransport: whoever may have the mail gets it again, and
// nobody else, even when it then refuses.
func TestUnsureStaysWithItsTransport(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	f.primary.fail(transport.Unsure, 1)
	f.primary.fail(transport.Retry, 1)
	for range 2 {
		if _, kind := f.sendState(t, "key"); kind != errs.Unavailable {
			t.Fatalf("kind = %v", kind)
		}
	}
	if state, _ := f.sendState(t, "key"); state != mailapi.StateAccepted {
		t.Errorf("state = %s", state)
	}
	if len(f.primary.sent) != 3 || len(f.fallback.sent) != 0 {
		t.Errorf("%d and %d sends, want 3 and 0", len(f.primary.sent), len(f.fallback.sent))
	}
}

func TestAmbiguous(t *testing.T) {
	t.Parallel()
	t.Run("the second send without an answer, as over SMTP", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, true)
		f.primary.repeat = func(unsure int, _ time.Duration) bool { return unsure < 2 }
		f.primary.fail(transport.Unsure, 5)
		if _, kind := f.sendState(t, "key"); kind != errs.Unavailable {
			t.Errorf("kind = %v", kind)
		}
		for range 2 {
			if state, _ := f.sendState(t, "key"); state != mailapi.StateAmbiguous {
				t.Errorf("state = %s", state)
			}
		}
		if len(f.primary.sent) != 2 || len(f.fallback.sent) != 0 {
			t.Errorf("%d and %d sends, want 2 and 0", len(f.primary.sent), len(f.fallback.sent))
		}
	})
	t.Run("a day later, as at Resend", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, true)
		f.primary.repeat = func(_ int, age time.Duration) bool { return age < 23*time.Hour }
		f.primary.fail(transport.Unsure, 5)
		for range 2 {
			if _, kind := f.sendState(t, "key"); kind != errs.Unavailable {
				t.Errorf("kind = %v", kind)
			}
			f.now = f.now.Add(12 * time.Hour)
		}
		if state, _ := f.sendState(t, "key"); state != mailapi.StateAmbiguous {
			t.Errorf("state = %s", state)
		}
		if len(f.primary.sent) != 2 || len(f.fallback.sent) != 0 {
			t.Errorf("%d and %d sends, want 2 and 0", len(f.primary.sent), len(f.fallback.sent))
		}
	})
	t.Run("its transport is no longer configured", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, false)
		f.primary.fail(transport.Unsure, 1)
		f.sendState(t, "key")
		f.primary.name = "another"
		if state, _ := f.sendState(t, "key"); state != mailapi.StateAmbiguous || len(f.primary.sent) != 1 {
			t.Errorf("state = %s after %d sends", state, len(f.primary.sent))
		}
	})
}

// TestCallerHangsUp: a send whose caller left still ends with its outcome kept.
func TestCallerHangsUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.primary.gate = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _, _ = f.Send(ctx, "key", request(t)) }() // its answer has no reader
	f.primary.gate <- struct{}{}
	cancel()
	<-done
	m, err := f.Store.ByKey(t.Context(), "key")
	if err != nil || m.State != mailapi.StateAccepted || m.Unsure != 0 {
		t.Errorf("message = %+v, %v", m, err)
	}
}
