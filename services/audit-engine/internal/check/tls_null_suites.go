package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-null-suites", Title: "Cipher suites without protection", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact:      "The server agrees to connections that look encrypted and are not. Whoever is on the way can read and change what such a visitor sends and gets.",
		Remediation: modernSuites,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9325#section-4.1", "https://wiki.mozilla.org/Security/Server_Side_TLS"},
		Controls:    controls(transportCrypto, "12.1.2"),
		Pageless:    true,
		Run:         ofTLS(judgeNullSuites),
	})
}

func judgeNullSuites(t *TLS) Result {
	return t.verdict(t.byClass(auditapi.Critical,
		suiteClass{
			title: "Connections without encryption are accepted (NULL)", classes: []tlsprobe.Class{tlsprobe.ClassNull},
		},
		suiteClass{
			title: "Connections without a certificate are accepted", classes: []tlsprobe.Class{tlsprobe.ClassAnonymous},
			impact: "With anonymous suites the server does not prove who it is, so that an attacker on the way can put another server in its place without any warning.",
		},
		suiteClass{
			title: "Deliberately weak suites are accepted (EXPORT)", classes: []tlsprobe.Class{tlsprobe.ClassExport},
			impact: "Export suites of the 1990s have keys that a home computer finds. An attacker on the way can push even visitors with better suites down to them (FREAK, Logjam).",
		}))
}

// suiteClass is one fault of suites.
type suiteClass struct {
	title   string
	classes []tlsprobe.Class
	impact  string
}

// byClass returns a finding for each of the faults that the server has.
func (t *TLS) byClass(severity auditapi.Severity, faults ...suiteClass) []Finding {
	var findings []Finding
	for _, fault := range faults {
		match := inClass(fault.classes...)
		if t.uses(match) {
			findings = append(findings, Finding{Title: fault.title, Severity: severity, Evidence: t.suiteEvidence(match), Impact: fault.impact})
		}
	}
	return findings
}
