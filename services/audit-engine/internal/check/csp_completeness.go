package check

import (
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "csp-completeness", Title: "No gaps in the content security policy", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Some directives do not fall back to default-src. Without base-uri an injected <base> sends your own relative scripts to another server, without form-action an injected form sends what visitors type elsewhere, and without object-src old plug-in content still loads.",
		Remediation: setHeader("Add the missing directives to the policy.",
			"Content-Security-Policy", cspExample),
		References: cspReferences,
		Controls:   controls(clientCode, "3.4.3"),
		Run: func(_ context.Context, site *Site) Result {
			list := policies(site)
			limited := false
			for _, p := range list {
				_, ok := p.scripts()
				limited = limited || ok
			}
			if !limited {
				return skip("There is no policy for scripts that could be judged.")
			}
			var missing []string
			for _, gap := range []struct {
				directive string
				fallback  []string
			}{{"base-uri", nil}, {"form-action", nil}, {"object-src", []string{"default-src"}}} {
				if !anyRestricts(list, append([]string{gap.directive}, gap.fallback...)) {
					missing = append(missing, gap.directive)
				}
			}
			if len(missing) == 0 {
				return pass()
			}
			return fail(Finding{Title: "The content security policy leaves gaps", Severity: auditapi.Low,
				Evidence: lines(at(site.Page), headerLine(site.Page.Header, "Content-Security-Policy"), "Missing: "+strings.Join(missing, ", "))})
		},
	})
}

func anyRestricts(list []policy, names []string) bool {
	for _, p := range list {
		if _, ok := p.sources(names...); ok {
			return true
		}
	}
	return false
}
