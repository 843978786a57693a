package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "probe-ccs-injection", Title: "No encryption without a key (CCS injection)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Critical,
		Impact: "Whoever stands between a visitor and the server can make both use a key that everybody knows, if the visitor's program is old too. They then read and change what is sent: passwords, sessions, payments.",
		Remediation: serverConfig("Update OpenSSL (0.9.8za, 1.0.0m and 1.0.1h of 2014 mended it), or the device that ends TLS before the server, and restart every program that uses it. No setting mends it; after the update, modern versions of TLS keep old clients out:",
			"ssl_protocols TLSv1.2 TLSv1.3;", "SSLProtocol -all +TLSv1.2 +TLSv1.3", "# Caddy does not use OpenSSL: look at what stands before it."),
		References: []string{"https://nvd.nist.gov/vuln/detail/CVE-2014-0224", "https://www.rfc-editor.org/rfc/rfc5246#section-7.1"},
		Controls:   controls(components, "15.2.1"),
		Pageless:   true,
		Run:        activeTLS(tlsprobe.CCSInjection, Finding{Title: "The server encrypts without a key (CCS injection)", Severity: auditapi.Critical}),
	})
}
