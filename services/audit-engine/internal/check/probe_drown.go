package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "probe-drown", Title: "No old version opens newer connections (DROWN)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Critical,
		Impact: "The server uses one key for SSL 2.0 and for modern TLS. With some ten thousand questions to the former, whoever recorded connections of the latter can decrypt some of them, and with faulty versions of OpenSSL stand in for the server within minutes. So can they on every other server, for mail too, that has this key.",
		Remediation: serverConfig("Switch SSL 2.0 off on every server that has this key, mail servers too, and update OpenSSL: since 1.0.2g and 1.0.1s it speaks no SSL 2.0 by itself. Have the certificate issued anew with a new key afterwards.",
			"ssl_protocols TLSv1.2 TLSv1.3;", "SSLProtocol -all +TLSv1.2 +TLSv1.3", "# Caddy never spoke SSL 2.0: look at what stands before it."),
		References: []string{"https://nvd.nist.gov/vuln/detail/CVE-2016-0800", "https://drownattack.com/", "https://www.rfc-editor.org/rfc/rfc6176"},
		Controls:   controls(components, "15.2.1"),
		Pageless:   true,
		Run:        activeTLS(tlsprobe.Drown, Finding{Title: "SSL 2.0 opens newer connections (DROWN)", Severity: auditapi.Critical}),
	})
}
