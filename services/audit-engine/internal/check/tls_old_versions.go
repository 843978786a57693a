package check

import (
	"cmp"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-old-versions", Title: "Outdated versions of TLS", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact:      "TLS 1.0 and 1.1 rest on broken building blocks (MD5, SHA-1, CBC without protection) and were withdrawn in 2021. Payment rules forbid them, and as long as the server accepts them, an attacker on the way may try to push a connection down to them.",
		Remediation: modernTLS,
		References: []string{
			"https://www.rfc-editor.org/rfc/rfc8996", "https://www.rfc-editor.org/rfc/rfc7568", "https://www.rfc-editor.org/rfc/rfc6176",
			"https://wiki.mozilla.org/Security/Server_Side_TLS",
		},
		Controls: controls(transportCrypto, "12.1.1"),
		Pageless: true,
		Run:      ofTLS(judgeOldVersions),
	})
}

func judgeOldVersions(t *TLS) Result {
	var findings []Finding
	if v := t.Version(tlsprobe.SSL20); v.Offered == tlsprobe.Yes {
		findings = append(findings, Finding{
			Title: "SSL 2.0 is accepted", Severity: auditapi.Critical,
			Evidence: lines(t.describe(), "Ciphers of SSL 2.0: "+cmp.Or(strings.Join(v.SSL2Ciphers[:min(len(v.SSL2Ciphers), maxSuites)], ", "), "none")),
			Impact:   "SSL 2.0 of 1995 protects nothing. Worse, an attacker can use it to decrypt recorded connections of newer versions made with the same key (DROWN), on every server that shares this certificate.",
		})
	}
	if t.answer(tlsprobe.SSL30) == tlsprobe.Yes {
		findings = append(findings, Finding{
			Title: "SSL 3.0 is accepted", Severity: auditapi.High, Evidence: t.describe(),
			Impact: "SSL 3.0 was withdrawn in 2015 because its encryption can be undone: an attacker on the way reads session cookies byte by byte (POODLE).",
		})
	}
	switch old, older := t.answer(tlsprobe.TLS11), t.answer(tlsprobe.TLS10); {
	case old == tlsprobe.Yes && older == tlsprobe.Yes:
		findings = append(findings, Finding{Title: "Outdated versions of TLS are accepted (1.0 and 1.1)", Severity: auditapi.Medium, Evidence: t.describe()})
	case old == tlsprobe.Yes:
		findings = append(findings, Finding{Title: "An outdated version of TLS is accepted (TLS 1.1)", Severity: auditapi.Medium, Evidence: t.describe()})
	case older == tlsprobe.Yes:
		findings = append(findings, Finding{Title: "An outdated version of TLS is accepted (TLS 1.0)", Severity: auditapi.Medium, Evidence: t.describe()})
	}
	if len(findings) > 0 {
		return fail(findings...)
	}
	var open []string
	for _, version := range []uint16{tlsprobe.SSL20, tlsprobe.SSL30, tlsprobe.TLS10, tlsprobe.TLS11} {
		if t.answer(version) == tlsprobe.Unknown {
			open = append(open, tlsprobe.VersionName(version))
		}
	}
	if len(open) > 0 {
		return skip("The server gave no clear answer when it was asked for %s.", strings.Join(open, ", "))
	}
	return pass()
}
