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
		ID: "cross-origin-isolation", Title: "The page kept apart from other sites in the browser", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "A site that opens yours in a window keeps a hold on that window: it can send it elsewhere, count its frames, and on some machines measure what it holds. Two headers tell the browser to keep the two apart and not to hand your files to pages of others.",
		Remediation: setHeader("Send Cross-Origin-Opener-Policy with your pages, and Cross-Origin-Resource-Policy with what other sites have no business to embed. If you sign visitors in through windows of other sites, use same-origin-allow-popups.",
			"Cross-Origin-Opener-Policy", "same-origin"),
		References: []string{"https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cross-Origin-Opener-Policy", "https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header"},
		Controls:   controls(hardening, "3.4.8", "3.5.8"),
		Run:        runCrossOriginIsolation,
	})
}

// isolation are the headers with the values that browsers know. Cross-Origin-Resource-
// Policy alone is not a structured header: its case counts and it has no parameters.
var isolation = []struct {
	name   string
	values []string
	plain  bool
}{
	{"Cross-Origin-Opener-Policy", []string{"same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"}, false},
	{"Cross-Origin-Embedder-Policy", []string{"require-corp", "credentialless", "unsafe-none"}, false},
	{"Cross-Origin-Resource-Policy", []string{"same-origin", "same-site", "cross-origin"}, true},
}

// Cross-Origin-Embedder-Policy is not missed: it serves pages that need certain
// functions of the browser, and breaks others.
func runCrossOriginIsolation(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	var evidence, invalid []string
	for _, h := range isolation {
		evidence = append(evidence, headerLine(site.Page.Header, h.name))
		values := site.Page.Header.Values(h.name)
		if len(values) == 0 {
			continue
		}
		value, err := strings.TrimSpace(strings.Join(values, ", ")), error(nil)
		if !h.plain {
			value, err = parseItem(value)
		}
		if err != nil || !slices.Contains(h.values, value) {
			invalid = append(invalid, h.name)
		}
	}
	seen := lines(append([]string{at(site.Page)}, evidence...)...)
	var findings []Finding
	if len(invalid) > 0 {
		findings = append(findings, Finding{Title: "A cross-origin header has a value that browsers ignore", Severity: auditapi.Info,
			Evidence: lines(seen, "Ignored: "+strings.Join(invalid, ", "))})
	}
	opener, _ := parseItem(site.Page.Header.Get("Cross-Origin-Opener-Policy"))
	if !slices.Contains(invalid, "Cross-Origin-Opener-Policy") && (opener == "" || opener == "unsafe-none") {
		findings = append(findings, Finding{Title: "Sites that open yours keep a hold on its window", Severity: auditapi.Info, Evidence: seen})
	}
	return fail(findings...)
}
