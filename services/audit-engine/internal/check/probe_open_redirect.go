package check

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// redirectNames are parameters that often say where to go next.
var redirectNames = []string{"next", "url", "return", "return_to", "returnurl", "redirect", "redirect_uri", "redirect_url", "continue", "dest", "destination", "goto", "to"}

func init() {
	register(Check{
		ID: "probe-open-redirect", Title: "Links of the site cannot lead visitors elsewhere", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Medium,
		Impact: "A link that begins with your name leads to whatever address an attacker appends. Phishing mails use such links because people and filters look at the beginning; sign-in flows can lose their tokens through them.",
		Remediation: serverConfig("Redirect only to paths of your own site: parse the parameter, refuse it if it has a scheme or a host, and compare what remains with a list of pages. In Go: u, err := url.Parse(next); if err != nil || u.IsAbs() || u.Host != \"\" || !strings.HasPrefix(u.Path, \"/\") || strings.HasPrefix(u.Path, \"//\") { next = \"/\" }. In Express: only res.redirect() to values from a fixed map.",
			"# until the code is mended:\nif ($arg_next ~* \"^(https?:)?[/\\\\]{2}\") { return 400; }",
			"RewriteEngine On\nRewriteCond %{QUERY_STRING} (^|&)next=(https?(:|%3A))?(/|%2F|%5C){2} [NC]\nRewriteRule ^ - [R=400,L]",
			"@away query next=http://* next=https://* next=//*\nrespond @away 400"),
		References: []string{"https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html", "https://cwe.mitre.org/data/definitions/601.html"},
		Controls:   controls(access, "3.7.2"),
		Run:        runOpenRedirect,
	})
}

// shapes are spellings of an address elsewhere; browsers take a backslash for a slash.
var shapes = []string{"https://%.invalid/", "//%.invalid/", `/\%.invalid/`}

func runOpenRedirect(ctx context.Context, site *Site) Result {
	isRedirect := func(name string) bool { return slices.Contains(redirectNames, strings.ToLower(name)) }
	candidates := site.parameters(isRedirect)
	all := url.Values{}
	for _, name := range redirectNames {
		all.Set(name, "/")
	}
	for _, candidate := range candidates {
		for _, shape := range shapes {
			answer, leads, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
				answer, err := site.get(ctx, candidate.with(strings.ReplaceAll(shape, "%", word)), nil)
				return answer, err == nil && leadsTo(answer, word+".invalid"), err
			})
			if err != nil {
				return skip(silent)
			}
			if leads {
				return fail(openRedirect(answer, candidate.name))
			}
		}
	}
	// Parameters that no link shows: all of them at once, at the front page.
	answer, leads, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
		for name := range all {
			all.Set(name, "https://"+word+".invalid/")
		}
		answer, err := site.get(ctx, "/?"+all.Encode(), nil)
		return answer, err == nil && leadsTo(answer, word+".invalid"), err
	})
	if err != nil {
		return skip(silent)
	}
	if leads {
		return fail(openRedirect(answer, strings.Join(redirectNames, ", ")))
	}
	return pass()
}

func openRedirect(answer *guard.Response, name string) Finding {
	return Finding{
		Title: "A link of the site leads to any address that is appended", Severity: auditapi.Medium,
		Evidence: lines("Asked for "+quote(answer.URL.RequestURI()), at(answer), headerLine(answer.Header, "Location"), "Parameter: "+quote(name), "Confirmed with a second address."),
	}
}

// leadsTo reports whether an answer redirects to host, as a browser reads it.
func leadsTo(answer *guard.Response, host string) bool {
	location := answer.Header.Get("Location")
	if answer.Status < 300 || answer.Status > 399 || location == "" {
		return false
	}
	u, err := answer.URL.Parse(strings.ReplaceAll(strings.TrimSpace(location), `\`, "/"))
	return err == nil && strings.EqualFold(u.Hostname(), host)
}
