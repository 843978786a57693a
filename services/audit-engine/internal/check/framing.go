package check

import (
	"context"
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
		Run:        runFraming,
	})
}

// frame-ancestors replaces X-Frame-Options where both are there.
func runFraming(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	evidence := lines(at(site.Page), headerLine(site.Page.Header, "Content-Security-Policy"), headerLine(site.Page.Header, "X-Frame-Options"))
	stated := false
	for _, p := range headerPolicies(site) {
		if sources, ok := p["frame-ancestors"]; ok {
			stated = true
			if len(broad(sources)) == 0 {
				return pass()
			}
		}
	}
	if stated {
		return fail(Finding{Title: "The list of sites that may frame yours is too broad", Severity: auditapi.Medium, Evidence: evidence})
	}
	options := strings.ToLower(strings.Join(site.Page.Header.Values("X-Frame-Options"), ","))
	for option := range strings.SplitSeq(options, ",") {
		switch strings.TrimSpace(option) {
		case "deny", "sameorigin":
			return pass()
		}
	}
	if options != "" {
		return fail(Finding{Title: "X-Frame-Options has a value that browsers ignore", Severity: auditapi.Medium, Evidence: evidence})
	}
	return fail(Finding{Title: "Other sites may show yours inside a frame", Severity: auditapi.Medium, Evidence: evidence})
}
