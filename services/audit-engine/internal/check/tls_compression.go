package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-compression", Title: "Compression by TLS", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "When TLS compresses before it encrypts, the length of a message gives away its content: an attacker on the way who makes the visitor's browser send requests works out the session cookie (CRIME).",
		Remediation: serverConfig("Switch the compression of TLS off. The compression of pages by HTTP is another thing and may stay.",
			"# nginx has had it off since 1.2.2 and 1.3.2: update nginx and OpenSSL.", "SSLCompression off", "# Caddy has no compression of TLS."),
		References: []string{"https://www.rfc-editor.org/rfc/rfc9325#section-3.3", "https://nvd.nist.gov/vuln/detail/CVE-2012-4929"},
		Controls:   controls(transportCrypto, "12.1.2"),
		Pageless:   true,
		Run: ofTLS(func(t *TLS) Result {
			return t.feature(t.Features.Compression, tlsprobe.Yes, Finding{
				Title: "Compression by TLS is switched on", Severity: auditapi.High,
				Evidence: lines(t.Address, "The server chose the compression method DEFLATE when it was offered."),
			}, "whether it compresses")
		}),
	})
}

// feature is the outcome of a check of one property of the protocol: bad is the answer
// that is a finding, question what the audit wanted to know.
func (t *TLS) feature(got, bad tlsprobe.Answer, f Finding, question string) Result {
	switch got {
	case bad:
		return fail(f)
	case tlsprobe.Unknown:
		return skip("The server gave no clear answer to %s.", question)
	}
	return pass()
}
