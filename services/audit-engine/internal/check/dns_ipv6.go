package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "ipv6", Title: "Reachability over IPv6", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "Visitors whose network has IPv6 alone reach the site through a translator of their provider's, if there is one. It is one more thing that can fail, and it hides who they are from your logs and limits.",
		Remediation: "Give the server an IPv6 address, let it listen there, and then publish the address:\n\n    YOUR.NAME.  AAAA 2001:db8::1\n\n" +
			"A firewall's rules must be there for both protocols. Content delivery networks have a switch for it.",
		References: []string{"https://www.rfc-editor.org/rfc/rfc6540", "https://www.rfc-editor.org/rfc/rfc3596"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runIPv6,
	})
}

func runIPv6(_ context.Context, site *Site) Result {
	if reason := site.noDNS(); reason != "" {
		return skip("%s", reason)
	}
	addresses := site.DNS.Addresses
	switch {
	case addresses.Unknown != "":
		return unknown(addresses.Unknown)
	case addresses.Value.IPv4 && !addresses.Value.IPv6:
		return fail(Finding{Title: "The site has no IPv6 address", Severity: auditapi.Info,
			Evidence: site.Host + " has an A record and no AAAA record."})
	}
	return pass()
}
