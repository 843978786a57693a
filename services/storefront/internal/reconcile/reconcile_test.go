package reconcile

import (
	"strings"
	"testing"
	"time"

	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

func TestParseSince(t *testing.T) {
	for text, want := range map[string]time.Duration{"": Window, "72h": 72 * time.Hour, "30d": 720 * time.Hour, "90m": 90 * time.Minute} {
		if got, err := ParseSince(text); err != nil || got != want {
			t.Errorf("ParseSince(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"x", "d", "-1h", "0", "0d", "366d", "1.5d", "30 d"} {
		if got, err := ParseSince(text); err == nil {
			t.Errorf("ParseSince(%q) = %v", text, got)
		}
	}
}

func TestResultIsOneLine(t *testing.T) {
	if got := (Result{Paid: 3, Here: 3}).String(); got != "3 paid sessions at Stripe, 3 orders here, gap 0" {
		t.Error(got)
	}
	if got := (Result{Paid: 3, Here: 1}).Gap(); got != 2 {
		t.Error(got)
	}
}

func TestWrongEndpoint(t *testing.T) {
	const url = "https://shop.example.com/webhooks/stripe"
	good := payment.Endpoint{URL: url, Enabled: true, Events: fulfil.Events()}
	other := payment.Endpoint{URL: "https://other.example.com/", Enabled: true, Events: []string{"*"}}
	disabled, few, all := good, good, good
	disabled.Enabled, few.Events, all.Events = false, fulfil.Events()[1:], []string{"*"}
	for name, test := range map[string]struct {
		list []payment.Endpoint
		want string
	}{
		"none":             {nil, "no webhook endpoint"},
		"another's":        {[]payment.Endpoint{other}, "no webhook endpoint"},
		"disabled":         {[]payment.Endpoint{other, disabled}, "disabled"},
		"too few events":   {[]payment.Endpoint{few}, "checkout.session.completed"},
		"good":             {[]payment.Endpoint{other, good}, ""},
		"all events":       {[]payment.Endpoint{all}, ""},
		"one of two works": {[]payment.Endpoint{disabled, good}, ""},
		"trailing slash":   {[]payment.Endpoint{{URL: url + "/", Enabled: true, Events: []string{"*"}}}, ""},
	} {
		got := wrong(test.list, url)
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestOutcome(t *testing.T) {
	for status, want := range map[string]string{
		"needs_response": store.DisputeOpen, "under_review": store.DisputeOpen, "warning_needs_response": store.DisputeOpen,
		"won": store.DisputeWon, "warning_closed": store.DisputeWon, "lost": store.DisputeLost,
	} {
		if got := outcome(status); got != want {
			t.Errorf("%s = %q, want %q", status, got, want)
		}
	}
}
