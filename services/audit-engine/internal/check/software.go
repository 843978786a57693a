package check

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "software", Title: "Which software the site shows that it is built with", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "The list is for you to compare: everything on it needs updates, and an owner who sees to them. What you do not know of is what nobody updates.",
		Remediation: serverConfig("Keep a list of the software in use with its versions, and follow its makers' security news. Names alone cannot all be hidden and need not be; some headers can go.",
			"proxy_hide_header X-Powered-By;\nproxy_hide_header X-Generator;",
			"Header always unset X-Powered-By\nHeader always unset X-Generator",
			"header -X-Powered-By\nheader -X-Generator"),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/01-Information_Gathering/08-Fingerprint_Web_Application_Framework"},
		Controls:   controls(components, "15.2.1"),
		Run:        runSoftware,
	})
}

func runSoftware(_ context.Context, site *Site) Result {
	var seen sightings
	named := map[string]bool{}
	for _, page := range site.pages() {
		t := cluesOf(page)
		for _, f := range fingerprints {
			if clue := f.found(t); clue != "" && !named[f.product] {
				named[f.product] = true
				seen.add(page.Response, f.product+", by "+clue)
			}
		}
	}
	if seen.empty() {
		return pass()
	}
	return fail(Finding{Title: "Software that the site can be told to run", Severity: auditapi.Info, Evidence: softwareList(seen)})
}

// softwareList is the evidence: all products, not only the first few.
func softwareList(seen sightings) string {
	var out []string
	for _, s := range seen.list {
		out = append(out, s.what)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// clues are what a page shows of the software behind it, in lower case.
type clues struct {
	header     http.Header
	cookies    []string
	generators []string
	addresses  []string // of what the page loads: host and path
}

func cluesOf(page *Page) clues {
	t := clues{header: page.Header}
	for _, text := range setCookies(page.Response) {
		name, _, _ := strings.Cut(text, "=")
		t.cookies = append(t.cookies, strings.ToLower(strings.TrimSpace(name)))
	}
	for _, text := range page.Document().Meta("generator") {
		t.generators = append(t.generators, strings.ToLower(text))
	}
	for _, r := range page.Document().Resources {
		t.addresses = append(t.addresses, strings.ToLower(r.URL.Host+r.URL.Path))
	}
	return t
}

// setCookies are the cookies of the answer and of those on the way to it.
func setCookies(r *guard.Response) []string {
	list := slices.Clone(r.Header.Values("Set-Cookie"))
	for _, hop := range r.Hops {
		list = append(list, hop.Header.Values("Set-Cookie")...)
	}
	return list
}

// found says by what the page shows the product, or is empty.
func (f fingerprint) found(t clues) string {
	begins := func(s string) bool { return strings.HasPrefix(s, f.text) }
	holds := func(s string) bool { return strings.Contains(s, f.text) }
	switch {
	case f.place == "cookie" && slices.ContainsFunc(t.cookies, begins):
		return "the cookie " + f.text
	case f.place == "generator" && slices.ContainsFunc(t.generators, begins):
		return "the generator that the page names"
	case f.place == "address" && slices.ContainsFunc(t.addresses, holds):
		return "addresses with " + f.text
	case slices.ContainsFunc(t.header.Values(f.place), func(s string) bool { return holds(strings.ToLower(s) + " ") }):
		return "the header " + f.place
	}
	return ""
}
