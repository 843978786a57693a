package check_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/grade"
	"doorstep.example/services/audit-engine/internal/guard"
)

// TestTLSFactsToGrade follows servers from what a probe finds to the letter.
func TestTLSFactsToGrade(t *testing.T) {
	t.Parallel()
	const modern = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
	type spec = map[string]string
	for _, test := range []struct {
		name   string
		spec   spec
		score  int
		letter string
		caps   string
	}{
		{"modern", spec{"TLS 1.2": modern, "TLS 1.3": "TLS_AES_256_GCM_SHA384"}, 96, "A+", ""},
		{"RSA 2048", spec{"key": "rsa2048", "TLS 1.2": modern, "TLS 1.3": "TLS_AES_256_GCM_SHA384"}, 93, "A+", ""},
		{"two certificates", spec{"also key": "rsa2048", "TLS 1.2": modern, "TLS 1.3": "TLS_AES_256_GCM_SHA384"}, 93, "A+", ""},
		{"no TLS 1.3", spec{"TLS 1.2": modern}, 96, "A-", "A-: TLS 1.3 is not offered"},
		{"no secure renegotiation", spec{"TLS 1.2": modern, "TLS 1.3": "TLS_AES_256_GCM_SHA384", "no": "renegotiation"}, 96, "A-", "A-: secure renegotiation is not supported"},
		{"old versions", spec{"TLS 1.0": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS 1.2": modern}, 94, "B", "B: TLS 1.0 is offered"},
		{"3DES", spec{"TLS 1.2": modern + " TLS_RSA_WITH_3DES_EDE_CBC_SHA"}, 84, "C", "C: 64-bit blocks are offered with TLS 1.1 or higher (Sweet32)"},
		{"RC4 with TLS 1.0", spec{"TLS 1.0": "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "TLS 1.2": modern}, 94, "B", "B: TLS 1.0 is offered; B: RC4 is offered"},
		{"RC4 with TLS 1.2", spec{"TLS 1.2": modern + " TLS_ECDHE_RSA_WITH_RC4_128_SHA"}, 96, "C", "C: RC4 is offered with TLS 1.1 or higher; B: RC4 is offered"},
		{"no forward secrecy, no AEAD", spec{"TLS 1.2": "TLS_RSA_WITH_AES_256_CBC_SHA"}, 100, "B", "B: no suite has forward secrecy; B: no suite has authenticated encryption (AEAD)"},
		{"POODLE and nothing newer", spec{"SSL 3.0": "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS 1.0": "TLS_RSA_WITH_AES_128_CBC_SHA"}, 87, "C",
			"C: neither TLS 1.2 nor TLS 1.3 is offered; C: vulnerable to POODLE; B: SSL 3.0 is offered; B: TLS 1.0 is offered; B: no suite has forward secrecy; B: no suite has authenticated encryption (AEAD); B: vulnerable to BEAST"},
		{"DH of 1024 bits", spec{"TLS 1.2": modern, "TLS 1.3": "TLS_AES_256_GCM_SHA384", "dh": "1024"}, 90, "B", "B: a key is weak"},
		{"compression", spec{"TLS 1.2": modern, "yes": "compression"}, 96, "C", "C: vulnerable to CRIME"},
		{"anonymous", spec{"TLS 1.2": modern + " TLS_DH_anon_WITH_AES_128_GCM_SHA256"}, 0, "F", "F: a key is insecure"},
		{"export", spec{"TLS 1.0": "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS 1.2": modern}, 0, "F", "F: export suites are offered; F: ciphers below 112 bits are offered; B: TLS 1.0 is offered"},
		{"SSL 2.0", spec{"SSL 2.0": "yes", "TLS 1.2": modern}, 0, "F", "F: SSL 2.0 is offered"},
		{"a secret shared in advance is not for visitors", spec{"TLS 1.2": modern + " TLS_PSK_WITH_NULL_SHA", "TLS 1.3": "TLS_AES_256_GCM_SHA384"}, 96, "A+", ""},
		{"self-signed", spec{"issuer": "self"}, 0, "T", "T: the certificate is not trusted"},
		{"expired, for another name", spec{"valid": "-90d to -1d", "names": "other.example"}, 0, "T", "T: the certificate has expired or is not valid yet; M: the certificate is for another name"},
		{"another name", spec{"names": "other.example"}, 0, "M", "M: the certificate is for another name"},
		{"incomplete chain", spec{"issuer": "intermediate-not-sent", "TLS 1.2": modern, "TLS 1.3": "TLS_AES_256_GCM_SHA384"}, 96, "B", "B: the chain of certificates is incomplete"},
		{"not all suites are known", spec{"TLS 1.2": modern, "partial": "TLS 1.2"}, -1, "", ""},
		{"no certificate", spec{"no certificate": "x"}, -1, "", ""},
	} {
		site := &check.Site{Now: fixtureNow, Host: "shop.example", Page: &guard.Response{
			URL: &url.URL{Scheme: "https", Host: "shop.example"}, Header: http.Header{"Strict-Transport-Security": {"max-age=31536000"}},
		}}
		site.TLS, site.Roots = record(t, test.spec)
		facts, known := site.TLSFacts()
		if known != (test.score >= 0) {
			t.Errorf("%s: known = %v", test.name, known)
		}
		if !known {
			continue
		}
		score, letter, caps := grade.SSLLabs(facts)
		if joined := strings.Join(caps, "; "); score != test.score || letter != test.letter || joined != test.caps {
			t.Errorf("%s: %d, %s, %q\nwant %d, %s, %q", test.name, score, letter, joined, test.score, test.letter, test.caps)
		}
		site.Roots = nil
		if _, known := site.TLSFacts(); known && letter[0] == 'A' {
			t.Errorf("%s: an %s although no authorities are known", test.name, letter)
		}
	}
}
