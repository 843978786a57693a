package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/check"
)

func TestCertificateFacts(t *testing.T) {
	t.Parallel()
	good := check.CertificateFacts{TrustKnown: true, Trusted: true, NameMatches: true, InTime: true}
	self := good
	self.Trusted, self.SelfSigned = false, true
	for _, test := range []struct {
		spec map[string]string
		want []check.CertificateFacts
	}{
		{map[string]string{"issuer": "intermediate"}, []check.CertificateFacts{good}},
		{map[string]string{"issuer": "self"}, []check.CertificateFacts{self}},
		{map[string]string{"issuer": "intermediate-not-sent"}, []check.CertificateFacts{{Incomplete: true, NameMatches: true, InTime: true}}},
		{
			map[string]string{"also key": "rsa2048", "also valid": "-90d to -1d", "also names": "other.example"},
			[]check.CertificateFacts{good, {TrustKnown: true, Trusted: true}},
		},
		{map[string]string{"signature": "sha1"}, []check.CertificateFacts{{TrustKnown: true, NameMatches: true, InTime: true, WithdrawnHash: true}}},
		{map[string]string{"key": "exponent1"}, []check.CertificateFacts{{TrustKnown: true, Trusted: true, NameMatches: true, InTime: true, ExponentOne: true}}},
	} {
		seen, roots := record(t, test.spec)
		site := &check.Site{Now: fixtureNow, Host: "shop.example", TLS: seen, Roots: roots}
		if diff := cmp.Diff(test.want, site.CertificateFacts()); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.spec, diff)
		}
	}
	if got := (&check.Site{}).CertificateFacts(); got != nil {
		t.Errorf("without TLS: %+v", got)
	}
}
