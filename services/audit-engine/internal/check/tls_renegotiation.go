package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-renegotiation", Title: "Secure renegotiation", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "The server lacks the protection of 2010 against an attacker who puts a request of its own in front of a visitor's, so that it is carried out in the visitor's name. Some browsers and most programs with current libraries refuse such a server.",
		Remediation: serverConfig("Update the TLS library: every OpenSSL since 0.9.8m has secure renegotiation, and uses it without further configuration. Where a load balancer ends TLS, update that.",
			"# nothing to configure: run nginx with a current OpenSSL", "SSLInsecureRenegotiation off", "# Caddy has the protection and does not renegotiate."),
		References: []string{"https://www.rfc-editor.org/rfc/rfc5746", "https://www.rfc-editor.org/rfc/rfc9325#section-3.5"},
		Controls:   controls(transportCrypto, "12.1.2"),
		Run: ofTLS(func(t *TLS) Result {
			return t.feature(t.Features.SecureRenegotiation, tlsprobe.No, Finding{
				Title: "Renegotiation is not protected", Severity: auditapi.Medium,
				Evidence: lines(t.Address, "The server did not answer to the signal of RFC 5746 (renegotiation_info)."),
			}, "whether its renegotiation is protected")
		}),
	})
}
