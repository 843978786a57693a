package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/config"
	"doorstep.example/services/mailer/internal/transport/transporttest"
)

func newResend(t *testing.T, base string) *Resend {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return NewResend(config.Secret(transporttest.APIKey), config.URL{URL: *u})
}

func TestResendSend(t *testing.T) {
	// The library's own variable must not be able to move the key elsewhere.
	t.Setenv("RESEND_BASE_URL", "http://127.0.0.1:1/")
	fake := transporttest.NewResend(t)
	r, m := newResend(t, fake.URL), message()
	for range 2 {
		got, err := r.Send(t.Context(), m)
		if err != nil || got.ProviderID != "resend-1" {
			t.Fatalf("Send = %+v, %v", got, err)
		}
	}
	mails := fake.Mails()
	if len(mails) != 1 || mails[0].Key != m.Key || mails[0].Count != 2 {
		t.Fatalf("mails = %+v", mails)
	}
	var got resendMail
	if err := json.Unmarshal(mails[0].Body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(payloadOf(m), got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if got.Headers["X-Order-Id"] != "o1" || got.Headers["X-Template"] != "report" || got.Tags[0].Value != "report" {
		t.Errorf("headers %v, tags %v", got.Headers, got.Tags)
	}
	if len(mails[0].Body) > 6000 {
		t.Errorf("%d bytes for an attachment of 2500: not base64", len(mails[0].Body))
	}
}

func TestResendRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault transporttest.Fault
		want  Class
		after time.Duration
	}{
		"rate limit":           {transporttest.Fault{Status: 429, RetryAfter: "7"}, Retry, 7 * time.Second},
		"absurd wait":          {transporttest.Fault{Status: 429, RetryAfter: "1e99"}, Retry, maxRetryAfter},
		"quota":                {transporttest.Fault{Status: 429, Name: "daily_quota_exceeded"}, Retry, 0},
		"fault":                {transporttest.Fault{Status: 500}, Retry, 0},
		"away":                 {transporttest.Fault{Status: 503, RetryAfter: "30"}, Retry, 30 * time.Second},
		"gateway gave up":      {transporttest.Fault{Status: 504, Taken: true}, Unsure, 0},
		"bad address":          {transporttest.Fault{Status: 422, Name: "validation_error", Message: "Invalid `to`: ada@example.com"}, Permanent, 0},
		"bad sender":           {transporttest.Fault{Status: 422, Name: "invalid_from_address"}, Retry, 0},
		"domain not verified":  {transporttest.Fault{Status: 403, Name: "validation_error"}, Retry, 0},
		"still working on it":  {transporttest.Fault{Status: 409, Name: "concurrent_idempotent_requests"}, Unsure, 0},
		"wrong base":           {transporttest.Fault{Status: 404}, Retry, 0},
		"redirect":             {transporttest.Fault{Status: 307}, Retry, 0},
		"taken, then cut":      {transporttest.Fault{Taken: true, Cut: true}, Unsure, 0},
		"no answer at all":     {transporttest.Fault{Hang: true}, Unsure, 0},
		"longer than accepted": {transporttest.Fault{Status: 413}, Permanent, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := transporttest.NewResend(t)
			fake.Fail(test.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			_, err := newResend(t, fake.URL).Send(ctx, message())
			if classOf(t, err) != test.want {
				t.Errorf("%v, want class %d", err, test.want)
			}
			if e, _ := errors.AsType[*Error](err); e.RetryAfter != test.after {
				t.Errorf("retry after %v, want %v", e.RetryAfter, test.after)
			}
			if strings.Contains(err.Error(), transporttest.APIKey) {
				t.Error("the key is in the error")
			}
		})
	}
}

func TestResendWrongKey(t *testing.T) {
	t.Parallel()
	fake := transporttest.NewResend(t)
	u, err := url.Parse(fake.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewResend("re_wrong", config.URL{URL: *u}).Send(t.Context(), message())
	if classOf(t, err) != Retry || !strings.Contains(err.Error(), "RESEND_API_KEY") {
		t.Errorf("wrong key: %v, want a retry that names the variable", err)
	}
}

func TestResendIsDown(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := newResend(t, "http://"+addr).Send(t.Context(), message()); classOf(t, err) != Retry {
		t.Errorf("down: %v", err)
	}
}

func TestResendKeepsKeysForADay(t *testing.T) {
	t.Parallel()
	r := &Resend{}
	if !r.MayRepeat(9, t0, t0.Add(22*time.Hour+59*time.Minute)) || r.MayRepeat(1, t0, t0.Add(23*time.Hour)) {
		t.Error("a repeat is safe for 23 hours")
	}
}

func TestResendBodyIsStable(t *testing.T) {
	t.Parallel()
	first, err := json.Marshal(payloadOf(message()))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := json.Marshal(payloadOf(message()))
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("the same message gave another body (%v)", err)
		}
	}
}
