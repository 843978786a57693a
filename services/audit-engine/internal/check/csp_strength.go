package check

import (
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "csp-strength", Title: "No loopholes in the content security policy", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "The policy is there, but it lets in the very scripts that it is meant to stop: one that somebody has placed in the page still runs.",
		Remediation: setHeader("Mark your own scripts with a nonce, a random value that changes with every answer, and allow only those. Then 'unsafe-inline', 'unsafe-eval', * and bare schemes can go.",
			"Content-Security-Policy", "script-src 'nonce-RANDOM' 'strict-dynamic'; object-src 'none'; base-uri 'none'"),
		References: cspReferences,
		Controls:   controls(clientCode, "3.4.3"),
		Run:        runCSPStrength,
	})
}

// A script must pass every policy, so a loophole counts only where all of them
// have it.
func runCSPStrength(_ context.Context, site *Site) Result {
	var scripts [][]string
	for _, p := range policies(site) {
		if sources, restricted := p.scripts(); restricted {
			scripts = append(scripts, sources)
		}
	}
	if len(scripts) == 0 {
		return skip("There is no policy for scripts that could be judged.")
	}
	everywhere := func(loophole func([]string) bool) bool {
		for _, sources := range scripts {
			if !loophole(sources) {
				return false
			}
		}
		return true
	}
	evidence := func(why string) string {
		var seen []string
		for _, sources := range scripts {
			seen = append(seen, "Scripts may come from: "+quote(strings.Join(sources, " ")))
		}
		return lines(at(site.Page), strings.Join(seen, "\n"), why)
	}
	var findings []Finding
	if everywhere(allowsInline) {
		findings = append(findings, Finding{Title: "The security policy allows any script in the page", Severity: auditapi.Medium,
			Evidence: evidence("'unsafe-inline' is allowed, and neither a nonce nor a hash takes its place.")})
	}
	if everywhere(func(s []string) bool { return len(broad(s)) > 0 }) {
		findings = append(findings, Finding{Title: "The security policy allows scripts from anywhere", Severity: auditapi.Medium,
			Evidence: evidence("Too broad: " + quote(strings.Join(broad(scripts[0]), " ")))})
	}
	if everywhere(func(s []string) bool { return has(s, "'unsafe-eval'") }) {
		findings = append(findings, Finding{Title: "The security policy allows text to be run as code", Severity: auditapi.Low,
			Evidence: evidence("'unsafe-eval' is allowed."),
			Impact:   "Where a script turns input into code (eval and its relatives), the policy does not stop what somebody has slipped in."})
	}
	return fail(findings...)
}
