package check

import (
	"cmp"
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "dnssec", Title: "Signatures on the domain's DNS records (DNSSEC)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Without signatures, nobody can tell a forged answer of the DNS from a true one. Visitors and email may be led to somebody else's servers.",
		Remediation: "Switch DNSSEC on at the company that runs your DNS, then give the DS record that it shows you to the company where the domain is registered. Where both are the same company, one switch does both.\n\n" +
			"To see the result:\n\n    delv YOUR.DOMAIN SOA\n\nIt must print \"fully validated\". Before you move the domain to another DNS provider, take the DS record out and wait until it has expired everywhere.",
		References: []string{"https://www.rfc-editor.org/rfc/rfc9364", "https://dnsviz.net/"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runDNSSEC,
	})
}

func runDNSSEC(_ context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	dnssec := site.DNS.DNSSEC
	switch {
	case dnssec.Unknown != "":
		return unknown(dnssec.Unknown)
	case dnssec.Value.Bogus:
		return fail(Finding{Title: "The domain's DNSSEC signatures do not hold", Severity: auditapi.Medium,
			Evidence: cmp.Or(dnssec.Value.Broken, "A resolver that validates refuses the records of "+site.DNS.Domain+", and answers when it is told not to validate."),
			Impact:   "Visitors and mail servers whose resolver validates, and the large public ones do, cannot reach the domain at all."})
	case !dnssec.Value.Signed:
		return fail(Finding{Title: "The domain's DNS records are not signed (no DNSSEC)", Severity: auditapi.Low,
			Evidence: "There is no DS record for " + site.DNS.Domain + " in the zone above it."})
	}
	return pass()
}
