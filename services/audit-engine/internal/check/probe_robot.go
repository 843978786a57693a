package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "probe-robot", Title: "The server does not help to break its key (ROBOT)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Critical,
		Impact: "The server's answers tell whether a guess was well formed. Whoever asks often enough, from anywhere, can decrypt connections that were recorded and sign in the server's name, without ever having its private key.",
		Remediation: serverConfig("Switch off the suites in which visitors send their secret under the server's RSA key. No browser of the last ten years needs them. Update the program or device that ends TLS as well: its maker has a correction for ROBOT.",
			"ssl_ciphers "+modernCiphers+";", "SSLCipherSuite "+modernCiphers, caddyDefaults),
		References: []string{"https://robotattack.org/", "https://nvd.nist.gov/vuln/detail/CVE-2017-13099", "https://www.kb.cert.org/vuls/id/144389", "https://www.rfc-editor.org/rfc/rfc5246#section-7.4.7.1"},
		Controls:   controls(components, "15.2.1"),
		Pageless:   true,
		Run:        activeTLS(tlsprobe.Robot, Finding{Title: "The server helps to break its key (ROBOT)", Severity: auditapi.Critical}),
	})
}
