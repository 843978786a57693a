package check

import (
	"context"
	"fmt"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mail-spf", Title: "Which servers may send email for the domain (SPF)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Receivers cannot tell your email from email that criminals send in your name. Your customers get forged invoices, and your own email is more often taken for spam.",
		Remediation: "List everybody who sends email for the domain, and refuse the rest, in one TXT record at the domain itself:\n\n" +
			"    YOUR.DOMAIN.  TXT \"v=spf1 mx include:_spf.YOUR.MAIL.PROVIDER -all\"\n\n" +
			"Your email provider's documentation names its include. Use ~all instead of -all until the reports of DMARC show that nobody is missing.",
		References: []string{"https://www.rfc-editor.org/rfc/rfc7208", "https://www.m3aawg.org/sites/default/files/m3aawg-email-authentication-recommended-best-practices-09-2020.pdf"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runSPF,
	})
}

func runSPF(_ context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	spf, mx := site.DNS.SPF, site.DNS.MX
	switch {
	case spf.Unknown != "":
		return unknown(spf.Unknown)
	case len(spf.Value.Records) > 0:
		return judgeSPF(spf.Value)
	case mx.Unknown != "":
		return unknown(mx.Unknown)
	case takesMail(site.DNS):
		return fail(Finding{Title: "The domain has no SPF record", Severity: auditapi.Medium,
			Evidence: lines(site.DNS.Domain+" takes email at "+quote(strings.Join(mx.Value.Hosts, ", ")), "It has no TXT record that begins with v=spf1.")})
	}
	return pass() // mail-null-mx looks at domains without email
}

func judgeSPF(spf dnsprobe.SPF) Result {
	var findings []Finding
	report := func(title string, severity auditapi.Severity, impact string, more ...string) {
		var evidence []string
		for _, record := range spf.Records[:min(len(spf.Records), 5)] {
			evidence = append(evidence, quote(record))
		}
		for _, m := range more {
			evidence = append(evidence, quote(m))
		}
		findings = append(findings, Finding{Title: title, Severity: severity, Evidence: lines(evidence...), Impact: impact})
	}
	const void = "Receivers take the record for an error and pass it over, so it neither protects the domain nor helps your email."
	switch {
	case spf.Problem != "":
		report("The SPF record is wrong, so receivers pass it over", auditapi.Medium, void, "Wrong: "+spf.Problem)
	case spf.Lookups > dnsprobe.MaxSPFLookups:
		report("The SPF record needs too many look-ups", auditapi.Medium, void,
			fmt.Sprintf("For a server that it does not list, it leads to more than the %d look-ups that are allowed.", dnsprobe.MaxSPFLookups))
	case spf.Open != "":
		report("The SPF record lets every server send", auditapi.Medium, "", "The record at "+spf.Open+", which is included, lets every address in.")
	case spf.All == "+":
		report("The SPF record lets every server send", auditapi.Medium, "", "It lets every address in, by the term all, by a network of all addresses, or by a name that exists for every sender.")
	case spf.All == "?":
		report("The SPF record does not say what others may", auditapi.Low, "", "It ends with ?all, which stands for no opinion about all other servers.")
	case spf.All == "" && spf.Incomplete == "":
		report("The SPF record does not say what others may", auditapi.Low, "", "It has no term \"all\", which stands for no opinion about all other servers.")
	}
	if len(spf.Wide) > 0 && spf.Open == "" && spf.All != "+" {
		report("The SPF record lets a large part of the internet send", auditapi.Medium, "",
			"With a network larger than any organisation has, in the record at "+strings.Join(spf.Wide, ", "))
	}
	if len(spf.Voids) > dnsprobe.MaxSPFVoids {
		report("The SPF record leads to names without addresses", auditapi.Low,
			fmt.Sprintf("After %d such names, receivers may stop and take the record for an error.", dnsprobe.MaxSPFVoids), "Nothing there: "+strings.Join(spf.Voids, ", "))
	}
	if spf.PTR {
		report("The SPF record uses the term ptr", auditapi.Info, "The standard asks not to use it: it is slow and unreliable, and large receivers skip it.")
	}
	if len(findings) == 0 && spf.Incomplete != "" {
		return skip("The SPF record could not be followed to its end: %s.", quote(spf.Incomplete))
	}
	return fail(findings...)
}
