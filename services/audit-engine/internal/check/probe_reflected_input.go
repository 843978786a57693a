package check

import (
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-reflected-input", Title: "Pages repeat what visitors type only as text", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.High,
		Impact:      "What stands in a link's parameter becomes part of your page. Whoever gets a visitor to follow such a link runs script in your site's name: reads the session, fills in forms, shows a false sign-in (cross-site scripting).",
		Remediation: setHeader("Escape every value for the place where it is shown: use templates that do it by themselves (Go's html/template, Jinja2 with autoescape, React's {value}) and never build HTML by joining strings. A Content-Security-Policy without unsafe-inline is the second line.", "Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'"),
		References:  []string{"https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html", "https://cwe.mitre.org/data/definitions/79.html"},
		Controls:    controls(clientCode, "1.2.1"),
		Run:         runReflectedInput,
	})
}

func runReflectedInput(ctx context.Context, site *Site) Result {
	if site.noMarkup() != "" {
		return skip("%s", site.noMarkup())
	}
	for _, p := range site.parameters(func(string) bool { return true }) {
		// An element that browsers do not know, and that does nothing.
		answer, raw, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
			answer, err := site.get(ctx, p.with(word+"<"+word+">"), nil)
			return answer, err == nil && isHTML(answer) && inElement(string(answer.Body), word), err
		})
		if err != nil {
			return skip(silent)
		}
		if raw {
			return fail(Finding{
				Title: "A page repeats typed markup unescaped", Severity: auditapi.High,
				Evidence: lines("Asked for "+quote(answer.URL.RequestURI()), at(answer), "The element of the request stands in the page as an element.", "Parameter: "+quote(p.name), "Confirmed with a second word."),
			})
		}
	}
	return pass()
}

// inElement reports whether the word's element is one in the page: not escaped, and
// not inside of a comment, a script or a field, where it would be text.
func inElement(body, word string) bool {
	if !strings.Contains(strings.ToLower(body), "<"+word+">") {
		return false
	}
	return hasElement([]byte(body), word)
}
