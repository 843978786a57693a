package check_test

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/guard"
)

// A sender refuses a policy whose certificate is not valid for the name, whatever the
// file says. httptest's certificate is for example.com and the names below it.
func TestPolicyCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n"))
	}))
	t.Cleanup(server.Close)
	answer, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	run, _ := check.ByID("mail-mta-sts")
	for name, test := range map[string]struct {
		domain string
		roots  *x509.CertPool
		at     time.Time
		want   bool
	}{
		"valid":     {"example.com", trusted, fixtureNow, true},
		"no roots":  {"example.com", nil, fixtureNow, true},
		"untrusted": {"example.com", x509.NewCertPool(), fixtureNow, false},
		"expired":   {"example.com", trusted, server.Certificate().NotAfter.Add(time.Hour), false},
		"other":     {"example.org", trusted, fixtureNow, false},
	} {
		site := &check.Site{
			Now: test.at, Roots: test.roots,
			DNS: &dnsprobe.Facts{
				Host: "www." + test.domain, Domain: test.domain,
				MX:     dnsprobe.Fact[dnsprobe.MX]{Value: dnsprobe.MX{Hosts: []string{"mx.example.org"}}},
				MTASTS: dnsprobe.Fact[dnsprobe.MTASTS]{Value: dnsprobe.MTASTS{Records: []string{"v=STSv1; id=1"}}},
			},
			AskHost: func(context.Context, string) (*guard.Response, error) {
				return &guard.Response{Status: http.StatusOK, TLS: answer.TLS, Body: []byte("version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n")}, nil
			},
		}
		result := run.Run(t.Context(), site)
		if passed := len(result.Findings) == 0 && result.Skipped == ""; passed != test.want {
			t.Errorf("%s: %+v", name, result)
		}
	}
}

// A policy that this audit could not get may well be there for others.
func TestPolicyOutOfReach(t *testing.T) {
	t.Parallel()
	run, _ := check.ByID("mail-mta-sts")
	for name, err := range map[string]error{
		"the DNS has trouble": &errs.Error{Kind: errs.Unavailable, Code: auditapi.CodeDNSFailed, Message: "The DNS does not answer."},
		"no connection":       &errs.Error{Kind: errs.Unprocessable, Code: auditapi.CodeUnreachable, Message: "It did not answer in time."},
		"out of time":         context.DeadlineExceeded,
	} {
		site := &check.Site{
			Now: fixtureNow,
			DNS: &dnsprobe.Facts{
				Host: "www.example.com", Domain: "example.com",
				MX:     dnsprobe.Fact[dnsprobe.MX]{Value: dnsprobe.MX{Hosts: []string{"mx.example.com"}}},
				MTASTS: dnsprobe.Fact[dnsprobe.MTASTS]{Value: dnsprobe.MTASTS{Records: []string{"v=STSv1; id=1"}}},
			},
			AskHost: func(context.Context, string) (*guard.Response, error) { return nil, err },
		}
		if result := run.Run(t.Context(), site); result.Skipped == "" || len(result.Findings) > 0 {
			t.Errorf("%s: %+v", name, result)
		}
	}
}
