package check

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "obsolete-headers", Title: "No outdated or contradictory security headers", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "Headers that no browser reads any more protect nobody, and hide from whoever looks after the site what really does. Some did harm: the filter behind X-XSS-Protection could be turned against the pages that it guarded.",
		Remediation: serverConfig("Remove these headers where they are set: in the server, the framework, a plug-in or the proxy.",
			"proxy_hide_header X-XSS-Protection;\nproxy_hide_header Public-Key-Pins;\nproxy_hide_header Expect-CT;",
			"Header always unset X-XSS-Protection\nHeader always unset Public-Key-Pins\nHeader always unset Expect-CT",
			"header -X-XSS-Protection\nheader -Public-Key-Pins\nheader -Expect-CT"),
		References: []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-XSS-Protection", "https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html"},
		Controls:   controls(hardening),
		Run:        runObsoleteHeaders,
	})
}

// obsolete are headers that browsers no longer read, with what they do instead.
var obsolete = []struct{ name, instead string }{
	{"Public-Key-Pins", "removed from browsers in 2018, as it locked visitors out of sites"},
	{"Public-Key-Pins-Report-Only", "removed from browsers in 2018"},
	{"Expect-CT", "browsers demand entries in certificate logs by themselves"},
	{"X-Content-Security-Policy", "Content-Security-Policy took its place"},
	{"X-WebKit-CSP", "Content-Security-Policy took its place"},
}

// firstCounts are headers of which browsers read the first alone, so that a second
// with another value misleads.
var firstCounts = []string{"Strict-Transport-Security", "X-Content-Type-Options"}

func runObsoleteHeaders(_ context.Context, site *Site) Result {
	header := site.Page.Header
	var old []string
	for _, h := range obsolete {
		if len(header.Values(h.name)) > 0 {
			old = append(old, headerLine(header, h.name), "    "+h.instead)
		}
	}
	if filter := header.Get("X-XSS-Protection"); strings.HasPrefix(strings.TrimSpace(filter), "1") && !strings.Contains(strings.ToLower(strings.ReplaceAll(filter, " ", "")), "mode=block") {
		old = append(old, headerLine(header, "X-XSS-Protection"), "    in old browsers this way of it could be turned against the page; 0 or nothing is better")
	}
	var findings []Finding
	if len(old) > 0 {
		findings = append(findings, Finding{Title: "The site sends headers that have had their day", Severity: auditapi.Info,
			Evidence: lines(append([]string{at(site.Page)}, old...)...)})
	}
	if twice := contradictions(header); len(twice) > 0 {
		findings = append(findings, Finding{Title: "A header is sent twice with different values", Severity: auditapi.Info,
			Evidence:    lines(append([]string{at(site.Page)}, twice...)...),
			Impact:      "Browsers go by the first value alone. Often the server and the application each set one, and the weaker may win.",
			Remediation: "Set the header in one place only: in the server or in the application.",
		})
	}
	return fail(findings...)
}

func contradictions(header http.Header) []string {
	var seen []string
	for _, name := range firstCounts {
		values := slices.Clone(header.Values(name))
		for i := range values {
			values[i] = strings.ToLower(strings.ReplaceAll(values[i], " ", ""))
		}
		if slices.Sort(values); len(slices.Compact(values)) > 1 {
			seen = append(seen, headerLine(header, name))
		}
	}
	return seen
}
