package check

import (
	"cmp"
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "referrer-policy", Title: "What other sites learn about where visitors come from", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Whole addresses of your pages are handed to every site that you link to or load from. Addresses often hold what is meant for the visitor alone: search words, order numbers, tokens to reset a password.",
		Remediation: setHeader("Send Referrer-Policy with every answer.",
			"Referrer-Policy", "strict-origin-when-cross-origin"),
		References: []string{"https://www.w3.org/TR/referrer-policy/"},
		Controls:   controls(hardening, "3.4.5"),
		Run:        onPages(runReferrerPolicy, anyPage),
	})
}

// referrerPolicies are the known values; true are those that give whole addresses away.
var referrerPolicies = map[string]bool{
	"no-referrer": false, "same-origin": false, "strict-origin": false, "strict-origin-when-cross-origin": false,
	"origin": false, "origin-when-cross-origin": false, "no-referrer-when-downgrade": true, "unsafe-url": true,
}

// oldReferrerPolicies are names that browsers know in markup alone.
var oldReferrerPolicies = map[string]string{
	"never": "no-referrer", "default": "strict-origin-when-cross-origin", "always": "unsafe-url", "origin-when-crossorigin": "origin-when-cross-origin",
}

func runReferrerPolicy(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	evidence := lines(at(site.Page), headerLine(site.Page.Header, "Referrer-Policy"))
	said := site.Page.Header.Values("Referrer-Policy")
	document := site.Document()
	for _, content := range document.Meta("referrer") {
		said = append(said, cmp.Or(oldReferrerPolicies[strings.ToLower(strings.TrimSpace(content))], content))
		evidence = lines(evidence, "In the page: "+quote(content))
	}
	values := strings.Join(said, ",")
	leaks, known := false, false
	for value := range strings.SplitSeq(values, ",") { // the last known one counts
		if unsafe, ok := referrerPolicies[strings.ToLower(strings.TrimSpace(value))]; ok {
			leaks, known = unsafe, true
		}
	}
	switch {
	case leaks:
		return fail(Finding{Title: "Other sites learn the whole address of your pages", Severity: auditapi.Low, Evidence: evidence})
	case known:
		return pass()
	case values != "":
		return fail(Finding{Title: "Referrer-Policy has no value that browsers know", Severity: auditapi.Low, Evidence: evidence})
	}
	return fail(Finding{
		Title: "The site leaves the referrer to the browser's default", Severity: auditapi.Info, Evidence: evidence,
		Impact: "Current browsers give other sites only the name of yours, which is sound. Older ones and embedded ones give the whole address away. One header settles it for all of them.",
	})
}
