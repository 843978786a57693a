package check

import (
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mail-null-mx", Title: "Domains without email that say so (null MX)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "A domain without email is a good sender for criminals: nobody watches it, and receivers do not know that nothing can come from it.",
		Remediation: "If the domain has no email, say that it takes none and sends none:\n\n" +
			"    YOUR.DOMAIN.         MX  0 .\n    YOUR.DOMAIN.         TXT \"v=spf1 -all\"\n    _dmarc.YOUR.DOMAIN.  TXT \"v=DMARC1; p=reject\"",
		References: []string{"https://www.rfc-editor.org/rfc/rfc7505", "https://www.gov.uk/guidance/protect-domains-that-dont-send-email"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runNullMX,
	})
}

func runNullMX(_ context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	mx, spf, domain := site.DNS.MX, site.DNS.SPF, site.DNS.Domain
	switch {
	case mx.Unknown != "":
		return unknown(mx.Unknown)
	case mx.Value.Null && takesMail(site.DNS):
		return fail(Finding{Title: "The domain says both that it takes email and not", Severity: auditapi.Low,
			Evidence: "Beside the null MX of " + domain + " stand: " + quote(strings.Join(mx.Value.Hosts, ", ")),
			Impact:   "Senders may take either for true, so email is lost.", Remediation: "If the domain takes email, delete the record MX 0 . and else all others."})
	case takesMail(site.DNS):
		return pass()
	case spf.Unknown != "":
		return unknown(spf.Unknown)
	case len(spf.Value.Records) == 0:
		return fail(Finding{Title: "A domain without email does not say that it sends none", Severity: auditapi.Low,
			Evidence: domain + " has " + noServers(mx.Value.Null) + ", and no TXT record that begins with v=spf1."})
	case !mx.Value.Null && spf.Value.Silent:
		return fail(Finding{Title: "A domain without email does not say that it takes none", Severity: auditapi.Info,
			Evidence: domain + " has no MX record.",
			Impact:   "Senders then try the server of the web site, for days, before they tell whoever wrote that the email was not delivered."})
	}
	return pass()
}

func noServers(null bool) string {
	if null {
		return "a null MX record"
	}
	return "no MX record"
}
