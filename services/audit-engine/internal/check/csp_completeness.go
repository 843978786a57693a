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
		Impact: "Some directives do not fall back to default-src. Without base-uri an injected <base> sends your own relative scripts to another server, without form-action an injected form sends what visitors type elsewhere, without frame-ancestors other sites may show yours in a frame, and without object-src old plug-in content still loads.",
		Remediation: setHeader("Add the missing directives to the policy.",
			"Content-Security-Policy", cspExample),
		References: cspReferences,
		Controls:   controls(clientCode, "3.4.3"),
		Run:        onPages(runCSPCompleteness, anyPage),
	})
}

func runCSPCompleteness(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	list := policies(site)
	if len(limits(list, scriptElements)) == 0 {
		return skip(noPolicy)
	}
	evidence := lines(at(site.Page), policyLines(site))
	var missing []string
	for _, l := range []load{baseAddresses, formTargets, plugIns} {
		if lists := limits(list, l); len(lists) == 0 || l.directives[0] == "form-action" && everywhere(lists, func(s sources) bool { return s.has("*") }) {
			missing = append(missing, l.directives[0])
		}
	}
	if _, limited := framers(site); !limited && !frameOption(site) {
		missing = append(missing, "frame-ancestors")
	}
	var findings []Finding
	if len(missing) > 0 {
		findings = append(findings, Finding{Title: "The content security policy leaves gaps", Severity: auditapi.Low,
			Evidence: lines(evidence, "Missing: "+strings.Join(missing, ", "))})
	}
	if extras := unusedExtras(list); len(extras) > 0 {
		findings = append(findings, Finding{Title: "The security policy leaves optional protection unused", Severity: auditapi.Info,
			Evidence: lines(evidence, "Not used: "+strings.Join(extras, ", ")),
			Impact:   "This is no weakness. With reports you learn when the policy stops something, an attack or a mistake of your own. Trusted Types keep text from being used as code by accident.",
			Remediation: setHeader("Add an address that takes reports, and try Trusted Types in Content-Security-Policy-Report-Only first.",
				"Content-Security-Policy", cspExample+"; report-uri /csp-reports; require-trusted-types-for 'script'")})
	}
	return fail(findings...)
}

// unusedExtras lists what a complete policy may still add.
func unusedExtras(list []policy) []string {
	reports := false
	for _, p := range list {
		reports = reports || len(p["report-uri"]) > 0 || len(p["report-to"]) > 0
	}
	var extras []string
	if !reports {
		extras = append(extras, "reports (report-uri, report-to)")
	}
	if !trustedTypes(list) {
		extras = append(extras, "Trusted Types (require-trusted-types-for)")
	}
	return extras
}
