package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mail-tls-rpt", Title: "Reports about failed encryption of email (TLS-RPT)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "When encryption of email to you fails, by a mistake or by an attack, the senders know and you do not.",
		Remediation: "Say where senders may report to:\n\n    _smtp._tls.YOUR.DOMAIN.  TXT \"v=TLSRPTv1; rua=mailto:tls-reports@YOUR.DOMAIN\"\n\n" +
			"The large providers then send one report a day.",
		References: []string{"https://www.rfc-editor.org/rfc/rfc8460"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runTLSRPT,
	})
}

func runTLSRPT(_ context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	rpt, mx := site.DNS.TLSRPT, site.DNS.MX
	at := "_smtp._tls." + site.DNS.Domain
	switch {
	case mx.Unknown != "":
		return unknown(mx.Unknown)
	case !takesMail(site.DNS):
		return pass()
	case rpt.Unknown != "":
		return unknown(rpt.Unknown)
	case len(rpt.Value.Records) == 0:
		return fail(Finding{Title: "Senders do not report failed encryption of email", Severity: auditapi.Info,
			Evidence: "There is no TXT record that begins with v=TLSRPTv1 at " + at + "."})
	case rpt.Value.Problem != "":
		return fail(Finding{Title: "The TLS-RPT record is wrong, so senders pass it over", Severity: auditapi.Low,
			Evidence: lines(at+": "+quote(rpt.Value.Records[0]), quote(rpt.Value.Problem))})
	}
	return pass()
}
