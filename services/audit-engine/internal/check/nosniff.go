package check

import (
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "nosniff", Title: "Browsers keep to the declared type of content", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Browsers may guess that a file is something else than the server says. A picture or text that a visitor has uploaded can then be run as a script.",
		Remediation: setHeader("Send X-Content-Type-Options with every answer.",
			"X-Content-Type-Options", "nosniff"),
		References: []string{"https://fetch.spec.whatwg.org/#x-content-type-options-header"},
		Controls:   controls(hardening, "3.4.4"),
		Run: onPages(func(_ context.Context, site *Site) Result {
			evidence := lines(at(site.Page), headerLine(site.Page.Header, "X-Content-Type-Options"))
			values := strings.Split(strings.Join(site.Page.Header.Values("X-Content-Type-Options"), ","), ",")
			switch first := strings.TrimSpace(values[0]); { // browsers look at the first only
			case strings.EqualFold(first, "nosniff"):
				return pass()
			case first == "":
				return fail(Finding{Title: "Browsers may guess the type of content", Severity: auditapi.Low, Evidence: evidence})
			default:
				return fail(Finding{Title: "X-Content-Type-Options is invalid", Severity: auditapi.Low, Evidence: evidence})
			}
		}, anyPage),
	})
}
