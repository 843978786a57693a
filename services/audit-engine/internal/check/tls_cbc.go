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
		Pageless:    true,
		Run:         ofTLS(judgeCBC),
	})
}

// judgeCBC weighs CBC by what else there is: every browser and library that has AEAD as
// well prefers it, and an attacker cannot change that.
func judgeCBC(t *TLS) Result {
	aead, cbc := inClass(tlsprobe.ClassAEAD), inClass(tlsprobe.ClassCBC)
	every := func(tlsprobe.Suite) bool { return true }
	if !t.uses(aead) {
		if t.answer(tlsprobe.TLS13) == tlsprobe.Unknown {
			return skip("The server gave no clear answer when it was asked for TLS 1.3, whose suites are all of the modern kind.")
		}
		if t.unclear() != "" || !t.oldTLS() {
			return t.verdict(nil)
		}
		return fail(Finding{Title: "No suite with authenticated encryption is offered", Severity: auditapi.Medium, Evidence: t.suiteEvidence(every)})
	}
	last := t.Version(tlsprobe.TLS12)
	switch {
	case last.Complete && len(suitesOf(last, every)) > 0 && len(suitesOf(last, aead)) == 0:
		return fail(Finding{
			Title: "TLS 1.2 offers no suite with authenticated encryption", Severity: auditapi.Low, Evidence: t.suiteEvidence(cbc),
			Impact: "Programs without TLS 1.3 get only suites of the old kind, which encrypt and check in two separate steps. That order has been the way into many attacks (BEAST, Lucky 13, POODLE over TLS), and each new variant needs another repair of the server.",
		})
	case t.uses(cbc):
		return fail(Finding{
			Title: "CBC suites are accepted beside modern ones", Severity: auditapi.Info, Evidence: t.suiteEvidence(cbc),
			Impact: "Beside modern suites there are some of the old kind, which was the way into BEAST and Lucky 13. Only programs that have nothing better use them.",
		})
	}
	return pass()
}
