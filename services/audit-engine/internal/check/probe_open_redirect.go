package check

import (
	"bytes"
	"context"
	"net/url"
	"regexp"
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

// shapes are spellings of an address elsewhere. Browsers take a backslash for a slash,
// leave tabs out, and what stands before an @ is a user's name.
var shapes = []string{"https://%.invalid/", "//%.invalid/", `/\%.invalid/`, "/\t/%.invalid/", "https://HOST@%.invalid/"}

func runOpenRedirect(ctx context.Context, site *Site) Result {
	isRedirect := func(name string) bool { return slices.Contains(redirectNames, strings.ToLower(name)) }
	for _, candidate := range site.parameters(isRedirect) {
		for _, shape := range shapes {
			result, found := site.tryRedirect(ctx, quote(candidate.name), func(word string) string {
				return candidate.with(strings.NewReplacer("%", word, "HOST", site.Page.URL.Host).Replace(shape))
			})
			if found {
				return result
			}
		}
	}
	// Parameters that no link shows: all of them at once, at the front page.
	result, _ := site.tryRedirect(ctx, quote(strings.Join(redirectNames, ", ")), func(word string) string {
		all := url.Values{}
		for _, name := range redirectNames {
			all.Set(name, "https://"+word+".invalid/")
		}
		return "/?" + all.Encode()
	})
	return result
}

// tryRedirect asks for addresses that may lead to the host WORD.invalid. found: there is
// nothing more to ask.
func (s *Site) tryRedirect(ctx context.Context, parameter string, address func(word string) string) (result Result, found bool) {
	way := ""
	answer, leads, err := s.confirmed(func(word string) (*guard.Response, bool, error) {
		answer, err := s.get(ctx, address(word), nil)
		if err != nil {
			return nil, false, err
		}
		way = wayTo(answer, word+".invalid")
		return answer, way != "", nil
	})
	switch {
	case err != nil:
		return skip(silent), true
	case !leads:
		return pass(), false
	}
	return fail(Finding{
		Title: "A link of the site leads to any address that is appended", Severity: auditapi.Medium,
		Evidence: lines("Asked for "+quote(answer.URL.RequestURI()), at(answer), way, "Parameter: "+parameter, "Confirmed with a second address."),
	}), true
}

// wayTo is the line of an answer by which browsers go on to host by themselves; empty:
// they do not.
func wayTo(answer *guard.Response, host string) string {
	location := answer.Header.Get("Location")
	if answer.Status >= 300 && answer.Status <= 399 && leadsTo(answer.URL, location, host) {
		return headerLine(answer.Header, "Location")
	}
	if leadsTo(answer.URL, refreshTo(answer.Header.Get("Refresh")), host) {
		return headerLine(answer.Header, "Refresh")
	}
	if !isHTML(answer) || !bytes.Contains(answer.Body, []byte(host)) {
		return ""
	}
	for _, content := range parseDocument(answer.URL, beginning(answer.Body)).Refreshes {
		if leadsTo(answer.URL, refreshTo(content), host) {
			return "The page has a meta refresh: " + quote(content)
		}
	}
	return ""
}

// leadsTo reports whether an address is one of host, as a browser reads it (URL
// Standard, 4.4).
func leadsTo(page *url.URL, address, host string) bool {
	address = strings.NewReplacer(`\`, "/", "\t", "", "\n", "", "\r", "").Replace(strings.TrimSpace(address))
	if address == "" || len(address) > maxAddress {
		return false
	}
	u, err := page.Parse(address)
	return err == nil && strings.EqualFold(u.Hostname(), host)
}

// A refresh that leads elsewhere, and the name before its address (HTML, 4.2.5.3).
var (
	refresh     = regexp.MustCompile(`(?s)^[\t\n\f\r ]*(?:[0-9][0-9.]*|\.[0-9.]*)(?:[\t\n\f\r ]*[;,]|[\t\n\f\r ])[\t\n\f\r ]*(.+)$`)
	refreshName = regexp.MustCompile(`(?s)^(?i:url)[\t\n\f\r ]*=[\t\n\f\r ]*(.*)$`)
)

// refreshTo is the address that a refresh leads to; empty: to the page itself.
func refreshTo(value string) string {
	match := refresh.FindStringSubmatch(value)
	if match == nil {
		return ""
	}
	address := match[1]
	switch named := refreshName.FindStringSubmatch(address); {
	case named != nil:
		address = named[1]
	case strings.HasPrefix(strings.ToLower(address), "u"):
		return address // browsers look for marks only where the name is missing or whole
	}
	if address != "" && strings.Contains(`"'`, address[:1]) {
		address, _, _ = strings.Cut(address[1:], address[:1])
	}
	return address
}
