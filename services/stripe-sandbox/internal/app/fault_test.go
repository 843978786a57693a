package app

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stripe/stripe-go/v76/webhook"

	"doorstep.example/pkg/config"
)

func (s *sandbox) set(switches string) {
	s.t.Helper()
	if code := s.control("/sandbox/switches", switches, nil); code != http.StatusOK {
		s.t.Fatalf("switches %s: status %d", switches, code)
	}
}

func TestRetriesUntilTheShopTakesIt(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.shop.answer(500, 302, 503)
	s.paid()
	var first received
	for try := range 4 {
		in := s.shop.next()
		if in.err != nil {
			t.Errorf("try %d: signature: %v", try+1, in.err)
		}
		if try == 0 {
			first = in
		}
		if in.ID != first.ID || in.body != first.body {
			t.Errorf("try %d differs from the first", try+1)
		}
	}
	s.quiet()
	var log struct {
		Deliveries []struct {
			Try, Status int
			Outcome     string
			Next        string `json:"next_try_at"`
		}
	}
	s.control("/sandbox/deliveries?event="+first.ID, "", &log)
	var got []string
	for _, d := range log.Deliveries {
		got = append(got, fmt.Sprintf("%d %d %s %t", d.Try, d.Status, d.Outcome, d.Next != ""))
	}
	want := []string{"4 200 delivered false", "3 503 failed true", "2 302 failed true", "1 500 failed true"}
	if !slices.Equal(got, want) {
		t.Errorf("log, newest first: %q, want %q", got, want)
	}
}

func TestDuplicatesAndResend(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.set(`{"duplicate":2}`)
	s.paid()
	first := s.shop.next()
	for range 2 {
		if in := s.shop.next(); in.ID != first.ID || in.err != nil {
			t.Errorf("duplicate: %s %v, want %s", in.ID, in.err, first.ID)
		}
	}
	s.quiet()
	if code := s.control("/sandbox/events/"+first.ID+"/resend?times=3", "{}", nil); code != http.StatusAccepted {
		t.Fatalf("resend: status %d", code)
	}
	for range 3 {
		if in := s.shop.next(); in.ID != first.ID || in.err != nil {
			t.Errorf("resent: %s %v, want %s", in.ID, in.err, first.ID)
		}
	}
	s.quiet()
}

func TestLostEventIsListedButNeverSent(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.set(`{"drop_next":1}`)
	s.paid()
	s.quiet()
	second := s.paid()
	if in := s.shop.next(); in.session.ID != second.ID {
		t.Errorf("the second event was not delivered")
	}
	s.quiet()
}

func TestFailNextIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.set(`{"fail_next":2}`)
	s.paid()
	s.shop.next()
	s.quiet()
	var log struct {
		Deliveries []struct{ Outcome, Fault string }
	}
	s.control("/sandbox/deliveries", "", &log)
	if len(log.Deliveries) != 3 || log.Deliveries[0].Outcome != "delivered" || log.Deliveries[1].Fault != "not_sent" {
		t.Errorf("log: %+v", log.Deliveries)
	}
}

func TestSpoiltSignatures(t *testing.T) {
	t.Parallel()
	for switches, want := range map[string]error{
		`{"wrong_signature_next":1}`: webhook.ErrNoValidSignature,
		`{"old_timestamp_next":1}`:   webhook.ErrTooOld,
	} {
		t.Run(switches, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			s.set(switches)
			s.paid()
			if in := s.shop.next(); !errors.Is(in.err, want) {
				t.Errorf("first try: %v, want %v", in.err, want)
			}
			if in := s.shop.next(); in.err != nil {
				t.Errorf("second try: %v", in.err)
			}
			s.quiet()
		})
	}
}

func TestHoldReleasesInReverse(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.set(`{"hold":true}`)
	var opened []string
	for range 4 {
		opened = append(opened, s.paid().ID)
	}
	s.quiet()
	s.set(`{"hold":false}`)
	var got []string
	for range opened {
		got = append(got, s.shop.next().session.ID)
	}
	slices.Reverse(got)
	if !slices.Equal(got, opened) {
		t.Error("the held events did not come newest first")
	}
	s.quiet()
}

func TestOtherAPIVersion(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.set(`{"api_version":"2025-01-27.acacia","duplicate":0}`)
	s.shop.answer(200)
	s.paid()
	in := s.shop.next()
	if in.err == nil || in.APIVersion != "2025-01-27.acacia" {
		t.Errorf("event of version %q, ConstructEvent: %v", in.APIVersion, in.err)
	}
	s.quiet()
}

func TestAPIFailure(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.set(`{"api_fail_next":1}`)
	if _, err := s.CheckoutSessions.New(params()); statusOf(err) != http.StatusInternalServerError {
		t.Errorf("first request: %v, want a 500", err)
	}
	if _, err := s.CheckoutSessions.New(params()); err != nil {
		t.Errorf("second request: %v", err)
	}
}

func TestTwoSecretsSignBoth(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *Config) { c.WebhookSecret = config.Secrets{"whsec_the_new_one", secret} })
	s.paid()
	if in := s.shop.next(); in.err != nil {
		t.Errorf("the older secret no longer verifies: %v", in.err)
	}
}

func TestBadSwitchesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, body := range []string{`{"dupliacte":1}`, `{"duplicate":-1}`, `{"drop_next":"many"}`, `{"hold":1}`, `[]`, `{`, " "} {
		if code := s.control("/sandbox/switches", body, nil); code != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", body, code)
		}
	}
	var now struct {
		Hold       bool
		Duplicate  int
		APIVersion string `json:"api_version"`
	}
	s.control("/sandbox/switches", "", &now)
	if now.Hold || now.Duplicate != 0 || now.APIVersion != "2023-10-16" {
		t.Errorf("a refused change left a trace: %+v", now)
	}
}

func TestControlRefuses(t *testing.T) {
	t.Parallel()
	s := start(t)
	session := s.open()
	for _, test := range []struct {
		path, body string
		want       int
	}{
		{"/sandbox/pay/cs_none", `{"card":"4242424242424242"}`, 404},
		{"/sandbox/pay/" + session.ID, `{"card":"1"}`, 400},
		{"/sandbox/pay/" + session.ID, `{"card":"4000000000000002"}`, 402},
		{"/sandbox/pay/" + session.ID, `{"card":"4242424242424242"}`, 200},
		{"/sandbox/async/" + session.ID, `{"outcome":"maybe"}`, 400},
		{"/sandbox/async/cs_none", `{"outcome":"failed"}`, 404},
		{"/sandbox/events/evt_none/resend", `{}`, 404},
		{"/sandbox/events/evt_none/resend?times=0", `{}`, 400},
		{"/sandbox/disputes", `{"charge":"ch_none"}`, 404},
		{"/sandbox/clock", `{"advance":"-1h"}`, 400},
	} {
		if code := s.control(test.path, test.body, nil); code != test.want {
			t.Errorf("%s %s: status %d, want %d", test.path, test.body, code, test.want)
		}
	}
}
