package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "probe-heartbleed", Title: "The server keeps its memory to itself (Heartbleed)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Critical,
		Impact: "Anybody can read what is in the server's memory, piece by piece and without a trace: private keys, passwords, sessions, what other visitors have just sent. It has to be taken for known.",
		Remediation: serverConfig("Update OpenSSL today (1.0.1g of 2014 mended it) and restart every program that uses it. Then have the certificate issued anew with a new key, revoke the old one, and change what passed through the server: passwords, API keys, sessions. No setting mends it; after the update, modern versions of TLS keep old clients out:",
			"ssl_protocols TLSv1.2 TLSv1.3;", "SSLProtocol -all +TLSv1.2 +TLSv1.3", "# Caddy does not use OpenSSL: look at what stands before it."),
		References: []string{"https://nvd.nist.gov/vuln/detail/CVE-2014-0160", "https://heartbleed.com/", "https://www.rfc-editor.org/rfc/rfc6520"},
		Controls:   controls(components, "15.2.1"),
		Pageless:   true,
		Run:        activeTLS(tlsprobe.Heartbleed, Finding{Title: "The server gives its memory away (Heartbleed)", Severity: auditapi.Critical}),
	})
}
