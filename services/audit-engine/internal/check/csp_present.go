package check

import (
	"context"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "csp-present", Title: "A content security policy for scripts", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "When somebody manages to place a script in the page (through a comment field, an advertisement, a hacked plug-in), the browser runs it with everything your visitors may do. A content security policy tells the browser which scripts are yours, and it stops the rest.",
		Remediation: setHeader("Send Content-Security-Policy. First send it as Content-Security-Policy-Report-Only, look in the browser's console at what it would stop, add what you need, then enforce it.",
			"Content-Security-Policy", cspExample),
		References: cspReferences,
		Controls:   controls(clientCode, "3.4.3"),
		Run:        onPages(runCSPPresent, lively),
	})
}

// lively reports a page that scripts run in or that takes input. On others there is little
// that a policy could stop.
func lively(p *Page) bool {
	d := p.Document()
	return len(d.Forms)+len(d.Scripts)+len(d.Handlers) > 0 || slices.ContainsFunc(d.Resources, func(r Resource) bool { return r.Tag == "script" })
}

func runCSPPresent(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	list := policies(site)
	evidence := lines(at(site.Page), policyLines(site))
	switch {
	case len(limits(headerPolicies(site), scriptElements)) > 0:
		return pass()
	case len(limits(list, scriptElements)) > 0:
		return fail(Finding{
			Title: "The content security policy stands only in the page", Severity: auditapi.Info, Evidence: evidence,
			Impact:      "A policy in the markup protects from where it stands on. What comes before it runs, and it cannot say who may frame the page or where to report. In the header it covers everything.",
			Remediation: setHeader("Send the same policy as a header.", "Content-Security-Policy", cspExample),
		})
	case len(list) > 0:
		return fail(Finding{Title: "The content security policy does not limit scripts", Severity: auditapi.Medium, Evidence: evidence})
	case site.Page.BodyErr != nil:
		return skip("There is no policy in the header, and the page could not be read to look for one there: %s", site.Page.BodyErr)
	case site.Page.Header.Get("Content-Security-Policy-Report-Only") != "":
		return fail(Finding{
			Title: "The content security policy only reports", Severity: auditapi.Medium,
			Evidence: lines(evidence, headerLine(site.Page.Header, "Content-Security-Policy-Report-Only")),
		})
	}
	return fail(Finding{Title: "There is no content security policy", Severity: auditapi.Medium, Evidence: evidence})
}
