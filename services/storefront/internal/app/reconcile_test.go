package app

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
)

// TestReconcileArguments wants every wrong one to be a usage error, which ends the
// program with exit 78, before anything is asked or opened.
func TestReconcileArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-since"}, {"-since", "soon"}, {"-since", "0d"}, {"-since", "-3h"}, {"-since", "9999d"}, {"-until", "3d"}, {"now"}, {"-since", "3d", "now"}} {
		var out bytes.Buffer
		err := Reconcile(t.Context(), &Config{OpsAddr: closedAddr(t)}, slog.New(slog.DiscardHandler), args, &out)
		if _, ok := errors.AsType[service.UsageError](err); !ok || out.Len() > 0 {
			t.Errorf("%q: error %v, printed %q", args, err, out.String())
		}
	}
}

// closedAddr is an address at which nobody listens.
func closedAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestReconcileAsksTheRunningStorefront plays the operators' listener.
func TestReconcileAsksTheRunningStorefront(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status       int
		body, out    string
		failed       bool
		kind         errs.Kind
		wantInFailed string
	}{
		"gap 0":      {status: 200, body: `{"summary":"3 paid sessions at Stripe, 3 orders here, gap 0","gap":0}`, out: "3 paid sessions at Stripe, 3 orders here, gap 0\n"},
		"gap":        {status: 200, body: `{"summary":"3 paid sessions at Stripe, 1 orders here, gap 2","gap":2}`, out: "3 paid sessions at Stripe, 1 orders here, gap 2\n", failed: true, wantInFailed: "2 paid sessions"},
		"other key":  {status: 401, body: `{"message":"The token is wrong."}`, failed: true, kind: errs.Unauthorized},
		"no Stripe":  {status: 503, body: `{"message":"The payment provider does not answer."}`, failed: true, kind: errs.Unavailable},
		"not a shop": {status: 200, body: `<html>`, failed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan string, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.Method + " " + r.URL.String() + " " + r.Header.Get("Authorization")
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer server.Close()
			c := &Config{OpsAddr: strings.TrimPrefix(server.URL, "http://")}
			c.InternalToken = "a token of the tests"
			var out bytes.Buffer
			err := Reconcile(t.Context(), c, slog.New(slog.DiscardHandler), []string{"-since", "30d"}, &out)
			if got := <-asked; got != "POST /api/reconcile?since=720h0m0s Bearer a token of the tests" {
				t.Errorf("asked %s", got)
			}
			if (err != nil) != test.failed || out.String() != test.out || (test.kind != 0 && errs.KindOf(err) != test.kind) {
				t.Errorf("error %v, printed %q", err, out.String())
			}
			if err != nil && !strings.Contains(err.Error(), test.wantInFailed) {
				t.Errorf("error %v", err)
			}
		})
	}
}
