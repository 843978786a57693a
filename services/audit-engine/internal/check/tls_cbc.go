package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-cbc", Title: "Cipher suites with authenticated encryption (AEAD)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact:      "Only suites of the old kind are offered, which encrypt and check in two separate steps. That order has been the way into many attacks (BEAST, Lucky 13, POODLE over TLS), and each new variant needs another repair of the server.",
		Remediation: modernSuites,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9325#section-4.2", "https://www.isg.rhul.ac.uk/tls/Lucky13.html"},
		Controls:    controls(transportCrypto, "12.1.2"),
		Run:         ofTLS(judgeCBC),
	})
}

// judgeCBC lets CBC pass beside AEAD: every browser and library that has both prefers
// AEAD, and an attacker cannot change that.
func judgeCBC(t *TLS) Result {
	if t.uses(inClass(tlsprobe.ClassAEAD)) {
		return pass()
	}
	if t.answer(tlsprobe.TLS13) == tlsprobe.Unknown {
		return skip("The server gave no clear answer when it was asked for TLS 1.3, whose suites are all of the modern kind.")
	}
	if t.unclear() != "" || !t.oldTLS() {
		return t.verdict(nil)
	}
	every := func(tlsprobe.Suite) bool { return true }
	return fail(Finding{Title: "No suite with authenticated encryption is offered", Severity: auditapi.Medium, Evidence: t.suiteEvidence(every)})
}
