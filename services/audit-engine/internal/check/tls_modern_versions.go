package check

import (
	"context"
	"crypto/tls"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "tls-modern-versions", Title: "Current versions of TLS", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "TLS 1.3 is faster, hides more of the handshake from onlookers, and has no weak options left to choose by mistake. Without it, connections are only as safe as the older options that happen to be switched on.",
		Remediation: modernTLS,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9325", "https://wiki.mozilla.org/Security/Server_Side_TLS"},
		Controls:    controls(transportCrypto, "12.1.1"),
		Run:         runModernTLS,
	})
}

func runModernTLS(_ context.Context, site *Site) Result {
	if site.TLS == nil {
		return skip("%s", site.NoTLS)
	}
	if site.TLS.Offers(tls.VersionTLS13) {
		return pass()
	}
	evidence := lines(site.TLS.Address, site.TLS.describe())
	switch {
	case !site.TLS.Refuses(tls.VersionTLS13):
		return skip("The server gave no clear answer when it was asked for TLS 1.3.")
	case site.TLS.Offers(tls.VersionTLS12):
		return fail(Finding{Title: "TLS 1.3 is not offered", Severity: auditapi.Low, Evidence: evidence})
	case site.TLS.Refuses(tls.VersionTLS12):
		return fail(Finding{
			Title: "Only outdated versions of TLS are offered", Severity: auditapi.High, Evidence: evidence,
			Impact: "No version of TLS that is still considered safe is offered. Current browsers show an error instead of the site, and what other clients send can be read with known methods.",
		})
	default:
		return skip("The server gave no clear answer when it was asked for TLS 1.2.")
	}
}
