package check

import (
	"cmp"

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
		References: []string{"https://www.rfc-editor.org/rfc/rfc5746", "https://www.rfc-editor.org/rfc/rfc9325#section-3.5", "https://nvd.nist.gov/vuln/detail/CVE-2011-1473"},
		Controls:   controls(transportCrypto, "12.1.2"),
		Pageless:   true,
		Run:        ofTLS(judgeRenegotiation),
	})
}

func judgeRenegotiation(t *TLS) Result {
	protected := t.feature(t.Features.SecureRenegotiation, tlsprobe.No, Finding{
		Title: "Renegotiation is not protected", Severity: auditapi.Medium,
		Evidence: lines(t.Address, "The server did not answer to the signal of RFC 5746 (renegotiation_info)."),
	}, "whether its renegotiation is protected")
	unasked := t.feature(t.Features.ClientRenegotiation, tlsprobe.Yes, Finding{
		Title: "Visitors may make the server renegotiate", Severity: auditapi.Medium,
		Evidence:    lines(t.Address, "Within one connection, the visitor asked for a new handshake again and again, and the server finished each."),
		Impact:      "Each new handshake within a connection costs the server far more work than the visitor. A single machine can so keep the server busy, and limits on new connections do not stop it.",
		Remediation: declineRenegotiation,
	}, "whether visitors may make it renegotiate")
	if findings := append(protected.Findings, unasked.Findings...); len(findings) > 0 {
		return fail(findings...)
	}
	return Result{Skipped: cmp.Or(protected.Skipped, unasked.Skipped)}
}

var declineRenegotiation = serverConfig("Have the program that ends TLS decline it. OpenSSL 3 does so unless the program sets SSL_OP_ALLOW_CLIENT_RENEGOTIATION; with OpenSSL 1.1 the program sets SSL_OP_NO_RENEGOTIATION. Java: -Djdk.tls.rejectClientInitiatedRenegotiation=true. .NET: AllowRenegotiation = false. stunnel: renegotiation = no. On a load balancer, switch renegotiation off in the settings of TLS. With TLS 1.3 alone there is none.",
	"# nginx declines it: put a current nginx before the server.", "# Apache has declined it since 2.2.15, whatever SSLInsecureRenegotiation says: update Apache.", "# Caddy declines it.")
