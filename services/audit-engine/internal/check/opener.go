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
		ID: "opener", Title: "Links to other sites hand out no control", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The other site can send the visitor's first tab, which still looks like yours, to a copy of your sign-in page.",
		Remediation: setHeader("Take the word opener out of the rel of the link; browsers then keep the pages apart by themselves. This header does it for the whole site:",
			"Cross-Origin-Opener-Policy", "same-origin"),
		References: []string{"https://html.spec.whatwg.org/multipage/links.html#link-type-opener", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cross-Origin-Opener-Policy"},
		Controls:   controls(clientCode, "3.4.8"),
		Run:        runOpener,
	})
}

// runOpener looks for links that ask for it by name. Browsers since 2021 open
// target=_blank without an opener, so links that only leave it to them are told for
// those who still have visitors with older ones.
func runOpener(_ context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	var asked, left sightings
	for _, page := range site.markup() {
		value, _, _ := strings.Cut(page.Header.Get("Cross-Origin-Opener-Policy"), ";")
		if strings.TrimSpace(value) == "same-origin" {
			continue // the other page is cut off, whatever the link says
		}
		for _, a := range page.Document().Anchors {
			if a.Target != "_blank" || slices.Contains(a.Rel, "noopener") || slices.Contains(a.Rel, "noreferrer") ||
				!strings.HasPrefix(a.URL.Scheme, "http") || sameSite(page.URL, a.URL) {
				continue
			}
			href := " href=" + quote(a.URL.Scheme+"://"+a.URL.Host+a.URL.EscapedPath()) + ">"
			if slices.Contains(a.Rel, "opener") {
				asked.add(page.Response, "<a target=_blank rel="+quote(strings.Join(a.Rel, " "))+href)
			} else {
				left.add(page.Response, "<a target=_blank"+href)
			}
		}
	}
	switch {
	case !asked.empty():
		return fail(Finding{Title: "A link lets another site control the visitor's tab", Severity: auditapi.Low, Evidence: asked.String()})
	case !left.empty():
		return fail(Finding{
			Title: "Links rely on new browsers to hand out no control", Severity: auditapi.Info, Evidence: left.String(),
			Impact:      "Browsers from before 2021 let the other site send the visitor's first tab elsewhere. Those of today keep the pages apart by themselves.",
			Remediation: "Add rel=\"noopener\" to links with target=_blank if visitors with old browsers matter to you.",
		})
	}
	return pass()
}
