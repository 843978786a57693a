package check

import (
	"context"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "framing", Title: "Protection against being framed by other sites", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Another site can show yours inside an invisible frame and have your visitors click on things that they do not see: confirm, pay, delete (clickjacking).",
		Remediation: setHeader("Say who may frame your pages. Use 'self' in place of 'none' if your own pages do.",
			"Content-Security-Policy", "frame-ancestors 'none'"),
		References: []string{"https://www.w3.org/TR/CSP3/#directive-frame-ancestors", "https://cheatsheetseries.owasp.org/cheatsheets/Clickjacking_Defense_Cheat_Sheet.html"},
		Controls:   controls(hardening, "3.4.6"),
		Run:        onPages(runFraming, acts),
	})
}

// frame-ancestors replaces X-Frame-Options where both are there.
func runFraming(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	evidence := lines(at(site.Page), headerLine(site.Page.Header, "Content-Security-Policy"), headerLine(site.Page.Header, "X-Frame-Options"))
	if lists, limited := framers(site); limited {
		if !everywhere(lists, sources.isBroad) {
			return pass()
		}
		return fail(Finding{Title: "The list of sites that may frame yours is too broad", Severity: auditapi.Medium, Evidence: evidence})
	}
	switch {
	case frameOption(site):
		return pass()
	case site.Page.Header.Get("X-Frame-Options") != "":
		return fail(Finding{Title: "X-Frame-Options has a value that browsers ignore", Severity: auditapi.Medium, Evidence: evidence})
	}
	return fail(Finding{Title: "Other sites may show yours inside a frame", Severity: auditapi.Medium, Evidence: evidence})
}

// acts reports whether a click on the page may do something. Others are often made to be
// framed, such as a video to embed.
func acts(p *Page) bool {
	return slices.ContainsFunc(p.Document().Forms, func(f Form) bool { return f.Method == sendPost || f.Password() })
}

// framers returns who may frame the page by each policy that says so, which only one
// in a header can.
func framers(site *Site) (lists []sources, limited bool) {
	lists = limits(headerPolicies(site), load{directives: []string{"frame-ancestors"}})
	return lists, len(lists) > 0
}

// frameOption reports an X-Frame-Options that browsers heed.
func frameOption(site *Site) bool {
	for option := range strings.SplitSeq(strings.ToLower(strings.Join(site.Page.Header.Values("X-Frame-Options"), ",")), ",") {
		switch strings.TrimSpace(option) {
		case "deny", "sameorigin":
			return true
		}
	}
	return false
}
