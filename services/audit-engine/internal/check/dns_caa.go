package check

import (
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "dns-caa", Title: "Which authorities may issue certificates (CAA)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Any of the hundred or so certificate authorities of the world may issue a certificate for the site. Somebody who tricks the weakest of them gets one, and can pose as the site to visitors whose traffic passes through their hands.",
		Remediation: "Name the authorities that you use in the DNS, and an address for attempts at others. The name of an authority stands in its documentation; for Let's Encrypt:\n\n" +
			"    YOUR.DOMAIN.  CAA 0 issue \"letsencrypt.org\"\n    YOUR.DOMAIN.  CAA 0 issuewild \";\"\n    YOUR.DOMAIN.  CAA 0 iodef \"mailto:security@YOUR.DOMAIN\"\n\n" +
			"Leave the second line out if you use wildcard certificates. Ask your content delivery network, if you have one, which authorities it needs.",
		References: []string{"https://www.rfc-editor.org/rfc/rfc8659", "https://letsencrypt.org/docs/caa/"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runCAA,
	})
}

func runCAA(_ context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	caa := site.DNS.CAA
	if caa.Unknown != "" {
		return unknown(caa.Unknown)
	}
	switch {
	case caa.Value.At == "":
		return fail(Finding{Title: "Any authority may issue certificates (no CAA record)", Severity: auditapi.Low,
			Evidence: "There is no CAA record at " + site.Host + " or above it."})
	case len(caa.Value.Blocking) > 0:
		return fail(Finding{Title: "A CAA record keeps authorities out by mistake", Severity: auditapi.Low,
			Evidence: lines("At "+caa.Value.At+":", quote(strings.Join(caa.Value.Blocking, "; "))),
			Impact:   "A record issue whose value is not the domain of an authority lets nobody issue, and so does one marked critical with a tag that authorities do not know. The next renewal of the certificate may be refused.",
			Remediation: "Write the domain that the authority's documentation names, without https:// and one in a record, and take out records that are marked critical (128) without need:\n\n" +
				"    YOUR.DOMAIN.  CAA 0 issue \"letsencrypt.org\""})
	case len(caa.Value.Issue) == 0:
		return fail(Finding{Title: "The CAA records limit no ordinary certificate", Severity: auditapi.Low,
			Evidence: lines("At "+caa.Value.At+", without a record \"issue\":", quote(strings.Join(caa.Value.Lines, "; ")))})
	}
	return pass()
}
