package check

import (
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-weak-suites", Title: "Cipher suites with broken encryption", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "RC4 leaks parts of what it encrypts, and a key of DES can be found by trying all of them. Connections that end up with such a suite can be read by somebody who records enough of them.",
		Remediation: modernSuites,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc7465", "https://www.rfc-editor.org/rfc/rfc9325#section-4.1", "https://sweet32.info/"},
		Controls:    controls(transportCrypto, "12.1.2"),
		Pageless:    true,
		Run:         ofTLS(judgeWeakSuites),
	})
}

func judgeWeakSuites(t *TLS) Result {
	findings := t.byClass(auditapi.High,
		suiteClass{title: "The broken cipher RC4 is accepted", classes: []tlsprobe.Class{tlsprobe.ClassRC4}},
		suiteClass{title: "Ciphers with short keys are accepted (DES, RC2)", classes: []tlsprobe.Class{tlsprobe.ClassWeak}})
	findings = append(findings, t.byClass(auditapi.Medium, suiteClass{
		title: "Ciphers with 64-bit blocks are accepted (3DES)", classes: []tlsprobe.Class{tlsprobe.Class64Bit},
		impact: "Ciphers with blocks of 64 bits repeat themselves after some gigabytes. Somebody who keeps a connection open for hours can then work out a session cookie (Sweet32). NIST withdrew 3DES in 2023.",
	})...)
	return t.verdict(findings)
}

// inClass matches the suites of classes.
func inClass(classes ...tlsprobe.Class) func(tlsprobe.Suite) bool {
	return func(s tlsprobe.Suite) bool { return slices.Contains(classes, s.Class()) }
}
