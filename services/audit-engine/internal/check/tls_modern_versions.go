package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-modern-versions", Title: "Current versions of TLS", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "TLS 1.3 is faster, hides more of the handshake from onlookers, and has no weak options left to choose by mistake. Without it, connections are only as safe as the older options that happen to be switched on.",
		Remediation: modernTLS,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9325", "https://wiki.mozilla.org/Security/Server_Side_TLS"},
		Controls:    controls(transportCrypto, "12.1.1"),
		Pageless:    true,
		Run:         ofTLS(judgeModernVersions),
	})
}

func judgeModernVersions(t *TLS) Result {
	current, previous := t.answer(tlsprobe.TLS13), t.answer(tlsprobe.TLS12)
	switch {
	case current == tlsprobe.Yes:
		return pass()
	case current != tlsprobe.No:
		return skip("The server gave no clear answer when it was asked for TLS 1.3.")
	case previous == tlsprobe.Yes:
		return fail(Finding{Title: "TLS 1.3 is not offered", Severity: auditapi.Low, Evidence: t.describe()})
	case previous == tlsprobe.No:
		return fail(Finding{
			Title: "Only outdated versions of TLS are offered", Severity: auditapi.High, Evidence: t.describe(),
			Impact: "No version of TLS that is still considered safe is offered. Current browsers show an error instead of the site, and what other clients send can be read with known methods.",
		})
	default:
		return skip("The server gave no clear answer when it was asked for TLS 1.2.")
	}
}
