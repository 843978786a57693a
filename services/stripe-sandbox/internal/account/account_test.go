package account

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newAccount returns an account that stands at a fixed time and collects events.
func newAccount(limit int) (a *Account, events func() []string) {
	var got []string
	now := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	a = New(Config{
		Now: func() time.Time { return now }, Deliver: func(e Event) { got = append(got, e.Type) },
		Subscribed: func(string) bool { return true }, SettleIn: 5 * time.Second, Limit: limit,
	})
	return a, func() []string {
		defer func() { got = nil }()
		return got
	}
}

func sessionParams() SessionParams {
	one, amount := int64(1), int64(19900)
	return SessionParams{
		Mode: "payment", SuccessURL: "http://shop.example/?s={CHECKOUT_SESSION_ID}", CustomerEmail: "ada@example.com",
		Metadata:  map[string]string{"order_id": "01", "contact_name": ""},
		LineItems: []ItemParams{{Quantity: &one, PriceData: &PriceData{Currency: "usd", UnitAmount: &amount, ProductData: &ProductData{Name: "Audit"}}}},
	}
}

func create(t *testing.T, a *Account) Session {
	t.Helper()
	s, err := a.CreateSession(sessionParams(), "http://pay.example")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEmptyMetadataIsLeftOut(t *testing.T) {
	t.Parallel()
	a, _ := newAccount(0)
	if diff := cmp.Diff(map[string]string{"order_id": "01"}, create(t, a).Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

func TestOldestAreForgotten(t *testing.T) {
	t.Parallel()
	a, _ := newAccount(3)
	var ids []string
	for range 5 {
		ids = append(ids, create(t, a).ID)
	}
	for i, id := range ids {
		if _, err := a.Session(id); (err == nil) != (i >= 2) {
			t.Errorf("session %d of 5: %v", i+1, err)
		}
	}
	if n := len(a.Sessions(func(*Session) bool { return true })); n != 3 {
		t.Errorf("%d sessions, want 3", n)
	}
}

func TestOrderOfEvents(t *testing.T) {
	t.Parallel()
	card, _ := FindInstrument("4242424242424242")
	declined, _ := FindInstrument("4000000000000002")
	debit, _ := FindInstrument("DE89370400440532013000")
	for name, test := range map[string]struct {
		instrument Instrument
		want       []string
	}{
		"card":     {card, []string{ChargeSucceeded, IntentSucceeded, SessionCompleted}},
		"declined": {declined, []string{ChargeFailed, IntentFailed}},
		"debit":    {debit, []string{ChargePending, IntentProcessing, SessionCompleted, ChargeSucceeded, IntentSucceeded, SessionAsyncSucceeded}},
	} {
		a, events := newAccount(0)
		s := create(t, a)
		if _, err := a.Pay(s.ID, Payment{Instrument: test.instrument}); (err != nil) != (test.instrument.Decline != nil) {
			t.Errorf("%s: %v", name, err)
		}
		a.Advance(4 * time.Second) // the debit is still under way
		a.Advance(1 * time.Second)
		if diff := cmp.Diff(test.want, events()); diff != "" {
			t.Errorf("%s: events (-want +got):\n%s", name, diff)
		}
	}
}

func TestDebitTakesItsTime(t *testing.T) {
	t.Parallel()
	debit, _ := FindInstrument("DE62370400440532013001")
	a, events := newAccount(0)
	s := create(t, a)
	if _, err := a.Pay(s.ID, Payment{Instrument: debit}); err != nil {
		t.Fatal(err)
	}
	events()
	a.Advance(4999 * time.Millisecond)
	if got := events(); len(got) != 0 || !a.Waits(s.ID) {
		t.Errorf("too early: %v", got)
	}
	a.Advance(time.Millisecond)
	if got := events(); len(got) != 3 || got[2] != SessionAsyncFailed || a.Waits(s.ID) {
		t.Errorf("when due: %v", got)
	}
}

func TestTimeIsOverBetweenTicks(t *testing.T) {
	t.Parallel()
	card, _ := FindInstrument("4242424242424242")
	a, events := newAccount(0)
	s := create(t, a)
	a.mu.Lock()
	a.ahead = maxLife // the clock has moved, nobody has looked yet
	a.mu.Unlock()
	if _, err := a.Pay(s.ID, Payment{Instrument: card}); err == nil {
		t.Error("a session was paid after its time")
	}
	if diff := cmp.Diff([]string{SessionExpired}, events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestValidEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"ada@example.com": true, "a+b@sub.example.co": true, "ada": false, "ada@host": false, "Ada <ada@example.com>": false,
		"a@b.example, c@d.example": false, "ada@example.com\r\nBcc: x@y.example": false, "": false, "ada@.": false,
	} {
		if got := ValidEmail(in); got != want {
			t.Errorf("ValidEmail(%q) = %t, want %t", in, got, want)
		}
	}
}
