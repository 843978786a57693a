package check

import (
	"context"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mail-dmarc", Title: "What receivers do with forged email (DMARC)", Area: AreaDNS,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Email with your domain as its visible sender is delivered although it did not come from you. Forged invoices and password requests in your name look real to your customers and to your own staff.",
		Remediation: "Publish a policy. Begin with reports alone, and read them for some weeks:\n\n" +
			"    _dmarc.YOUR.DOMAIN.  TXT \"v=DMARC1; p=none; rua=mailto:dmarc@YOUR.DOMAIN\"\n\n" +
			"When everybody who sends for you passes SPF or DKIM, ask receivers to refuse the rest:\n\n" +
			"    _dmarc.YOUR.DOMAIN.  TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@YOUR.DOMAIN\"",
		References: []string{"https://www.rfc-editor.org/rfc/rfc9989", "https://dmarc.org/overview/"},
		Controls:   controls(naming),
		Pageless:   true,
		Run:        runDMARC,
	})
}

const severalDMARC = "Several DMARC records, of which none counts"

func runDMARC(_ context.Context, site *Site) Result {
	if reason := site.noDomain(); reason != "" {
		return skip("%s", reason)
	}
	dmarc, mx, domain := site.DNS.DMARC, site.DNS.MX, site.DNS.Domain
	switch {
	case dmarc.Unknown != "":
		return unknown(dmarc.Unknown)
	case dmarc.Value.Record != nil:
		return fail(append(judgeDMARC(domain, dmarc.Value), judgeHostDMARC(site.DNS)...)...)
	case slices.Contains(dmarc.Value.Repeated, domain):
		return fail(Finding{Title: severalDMARC, Severity: auditapi.Medium,
			Evidence: "More than one TXT record begins with v=DMARC1 at _dmarc." + domain + "."})
	case mx.Unknown != "":
		return unknown(mx.Unknown)
	case takesMail(site.DNS):
		return fail(Finding{Title: "The domain has no DMARC policy", Severity: auditapi.Medium,
			Evidence: lines(domain+" takes email at "+quote(strings.Join(mx.Value.Hosts, ", ")), "There is no DMARC record at _dmarc."+domain+" or above it.")})
	}
	return fail(Finding{Title: "A domain without email has no DMARC policy", Severity: auditapi.Low,
		Evidence:    lines(domain+" has no mail servers.", "There is no DMARC record at _dmarc."+domain+" or above it."),
		Remediation: "As the domain has no email, receivers can refuse all of it at once:\n\n    _dmarc.YOUR.DOMAIN.  TXT \"v=DMARC1; p=reject\""})
}

// judgeHostDMARC tells when the host has a record that takes back what the domain's
// asks for.
func judgeHostDMARC(f *dnsprobe.Facts) []Finding {
	own := f.HostDMARC.Value
	if own.Policy != dnsprobe.PolicyNone || !dnsprobe.Weaker(own.Policy, f.DMARC.Value.Policy) {
		return nil
	}
	return []Finding{{Title: "The site's own DMARC record only watches (p=none)", Severity: auditapi.Low,
		Evidence:    lines("_dmarc."+own.At+": "+quote(own.Record.Text), "For the rest of "+f.Domain+", the record at _dmarc."+f.DMARC.Value.At+" asks for: "+orNothing(f.DMARC.Value.Policy)),
		Impact:      "The record replaces that of the domain for email from " + own.At + ", so forged email with that sender is delivered.",
		Remediation: "Delete the record, so that the domain's policy holds there too, or give it the same policy."}}
}

func judgeDMARC(domain string, d dnsprobe.DMARC) []Finding {
	record := d.Record
	evidence := lines("_dmarc."+d.At+": "+quote(record.Text), "For email from "+domain+" this asks for: "+orNothing(d.Policy))
	if len(record.Removed) > 0 {
		evidence = lines(evidence, "The current standard, RFC 9989, no longer has the tags: "+strings.Join(record.Removed, ", "))
	}
	var findings []Finding
	switch {
	case record.Problem != "":
		findings = append(findings, Finding{Title: "The DMARC policy cannot be read", Severity: auditapi.Medium, Evidence: lines(evidence, quote(record.Problem)),
			Impact: "Receivers treat the record as one that asks for nothing, so forged email in your name is delivered."})
	case d.Policy == dnsprobe.PolicyNone && len(record.Reports) == 0:
		findings = append(findings, Finding{Title: "The DMARC policy asks for nothing (p=none, and no reports)", Severity: auditapi.Medium, Evidence: evidence})
	case d.Policy == dnsprobe.PolicyNone:
		findings = append(findings, Finding{Title: "The DMARC policy only watches (p=none)", Severity: auditapi.Low, Evidence: evidence})
	case record.Testing:
		findings = append(findings, Finding{Title: "The DMARC policy is switched to testing (t=y)", Severity: auditapi.Low, Evidence: evidence,
			Impact: "Receivers do one step less than the policy asks for: reject becomes quarantine, and quarantine becomes nothing."})
	case d.Invented == dnsprobe.PolicyNone:
		title := "The DMARC policy leaves subdomains open (sp=none)"
		if d.Subdomains != dnsprobe.PolicyNone {
			title = "The DMARC policy leaves invented names open (np=none)"
		}
		findings = append(findings, Finding{Title: title, Severity: auditapi.Low, Evidence: evidence,
			Impact: "Criminals take an invented subdomain as the sender, such as invoices." + domain + ", and their email is delivered."})
	case d.Subdomains == dnsprobe.PolicyNone:
		findings = append(findings, Finding{Title: "The DMARC policy leaves your subdomains open (sp=none)", Severity: auditapi.Low, Evidence: evidence,
			Impact: "Criminals take a subdomain that you use as the sender, such as www." + domain + ", and their email is delivered."})
	}
	if slices.Contains(d.Repeated, domain) {
		findings = append(findings, Finding{Title: severalDMARC, Severity: auditapi.Low,
			Evidence: lines("More than one TXT record begins with v=DMARC1 at _dmarc."+domain+".", evidence),
			Impact:   "Receivers pass your records over and do what the record above them asks for."})
	}
	if record.Unusable != "" && record.Problem == "" {
		findings = append(findings, Finding{Title: "The address for DMARC reports cannot be used", Severity: auditapi.Low,
			Evidence:    lines(evidence, "No address of the form mailto:NAME@DOMAIN: "+quote("rua="+record.Unusable)),
			Impact:      "No receiver sends reports there, so nobody sees who sends in your name.",
			Remediation: "Write the address with mailto: before it:\n\n    _dmarc.YOUR.DOMAIN.  TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@YOUR.DOMAIN\""})
	}
	if len(d.Refused) > 0 {
		findings = append(findings, Finding{Title: "Reports about DMARC go to a domain that refuses them", Severity: auditapi.Low,
			Evidence: lines(evidence, "There is no record v=DMARC1 at "+quote(d.At+"._report._dmarc."+strings.Join(d.Refused, " and "+d.At+"._report._dmarc."))),
			Impact:   "Receivers send reports to another domain only when that domain says in the DNS that it takes them. So nobody there sees who sends in your name.",
			Remediation: "Ask whoever runs the other domain to publish the record, or have the reports sent to an address of your own:\n\n" +
				"    YOUR.DOMAIN._report._dmarc.THEIR.DOMAIN.  TXT \"v=DMARC1\""})
	}
	if record.Percent != "" && record.Percent != "100" && d.Policy != dnsprobe.PolicyNone && record.Problem == "" {
		findings = append(findings, Finding{Title: "The DMARC record relies on pct, which is gone", Severity: auditapi.Info, Evidence: evidence,
			Impact: "Receivers that follow the current standard apply the policy to all email and not to the share that pct names."})
	}
	return findings
}

func orNothing(policy string) string {
	if policy == "" {
		return "nothing"
	}
	return policy
}
