package check

import (
	"context"
	"fmt"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "script-inventory", Title: "Which scripts run in your pages", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierCompliance), Severity: auditapi.Info,
		Impact: "Each of these scripts can read what visitors type. Norms ask you to know them all, to have approved each, and to notice when one changes: this is the list as the audit has seen it, to compare with yours.",
		Remediation: serverConfig("Keep a list of the scripts that you have approved, with a reason for each, and compare it with this one. Remove what nobody can give a reason for. A policy that names the sources keeps others out, here your own site and one more:",
			`add_header Content-Security-Policy "script-src 'self' https://cdn.example" always;`,
			`Header always set Content-Security-Policy "script-src 'self' https://cdn.example"`,
			`header Content-Security-Policy "script-src 'self' https://cdn.example"`),
		References: []string{"https://www.w3.org/TR/CSP3/#directive-script-src", "https://www.w3.org/TR/sri/"},
		Controls:   controls(clientCode, "3.6.1"),
		Run:        runScriptInventory,
	})
}

// maxInventory is how many sources the list names.
const maxInventory = 40

func runScriptInventory(_ context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	var list []string
	more, inline := 0, 0
	seen := map[string]bool{}
	for _, page := range site.markup() {
		for _, r := range page.Document().Resources {
			address := r.URL.Scheme + "://" + r.URL.Host + r.URL.EscapedPath()
			if r.Tag != "script" && r.Rel != "modulepreload" || seen[address] {
				continue
			}
			seen[address] = true
			if len(list) == maxInventory {
				more++
				continue
			}
			list = append(list, quote(address)+origin(page, r))
		}
		inline += len(page.Document().Scripts)
	}
	if more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	if inline > 0 {
		list = append(list, fmt.Sprintf("%d in the markup of %d pages that were read", inline, len(site.markup())))
	}
	if len(list) == 0 {
		return pass()
	}
	return fail(Finding{Title: "The scripts that run in your pages", Severity: auditapi.Info, Evidence: strings.Join(list, "\n")})
}

// origin tells whose a script is and whether browsers would notice a change.
func origin(page *Page, r Resource) string {
	switch {
	case sameOrigin(r.URL, page.URL):
		return ", your own"
	case hash.MatchString(r.Integrity):
		return ", of another host, with an integrity hash"
	}
	return ", of another host"
}
