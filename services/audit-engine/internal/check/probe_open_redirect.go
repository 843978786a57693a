package check

import (
	"bytes"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// redirectNames are parameters that often say where to go next.
var redirectNames = []string{"next", "url", "return", "return_to", "returnurl", "redirect", "redirect_uri", "redirect_url", "redir", "continue", "dest", "destination", "goto", "to", "back", "back_url", "target", "forward", "callback", "relaystate"}

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
// leave tabs out, and what stands before an @ is a user's name. Some sites put the scheme
// before a name.
var shapes = []string{"https://%.invalid/", "//%.invalid/", `/\%.invalid/`, "/\t/%.invalid/", "https://HOST@%.invalid/", "%.invalid"}

// atFront are addresses below the front page of sites that append what was asked for to
// their own address, or only a slash to what was asked for.
var atFront = []string{"//%.invalid", "//%.invalid/%2e%2e", "/%5c%.invalid/%2e%2e", "/.%.invalid"}

func runOpenRedirect(ctx context.Context, site *Site) Result {
	type way struct {
		label   string
		address func(elsewhere string) string
		shapes  []string
	}
	var ways []way
	for _, p := range append(site.parameters(parameter.leadsOn), site.scripted(func(p parameter) bool { return isRedirectName(p.name) })...) {
		ways = append(ways, way{"Parameter: " + p.label(), p.with, shapes})
	}
	for _, before := range site.addressesInPaths() {
		ways = append(ways, way{"Path: " + quote(before), func(elsewhere string) string { return before + elsewhere }, shapes[:2]})
	}
	all := hidden("/", redirectNames)
	ways = append(ways,
		way{"Parameter: " + all.label(), all.with, shapes[:1]},
		way{"Path: " + quote("/"), func(elsewhere string) string { return elsewhere }, atFront})
	for _, path := range site.onwardPaths() {
		all := hidden(path, redirectNames)
		ways = append(ways, way{"Parameter: " + all.label(), all.with, shapes[:2]})
	}
	for _, w := range ways {
		for _, shape := range w.shapes {
			result, found := site.tryRedirect(ctx, w.label, func(word string) string {
				return w.address(strings.NewReplacer("%.", word+".", "HOST", site.Page.URL.Host).Replace(shape))
			})
			if found {
				return result
			}
		}
	}
	return pass()
}

// leadsOn reports whether the name or the value tells where to go next.
func (p parameter) leadsOn() bool {
	return isRedirectName(p.name) || absolute.MatchString(p.value) || hostName.MatchString(p.value) || strings.HasPrefix(p.value, "/")
}

// hostName is a value that is a name of the DNS by itself.
var hostName = regexp.MustCompile(`^(?:[a-z0-9-]+\.)+[a-z]{2,}$`)

// onward are addresses that often lead on, whatever the pages link.
var onward = []string{"/login", "/logout", "/redirect", "/go", "/out"}

// maxOnward is how many pages to sign in at are asked where they lead next.
const maxOnward = 2

// onwardPaths are the pages to sign in at, then onward.
func (s *Site) onwardPaths() []string {
	var list []string
	for _, page := range s.markup() {
		path := pathOf(page.URL)
		if len(list) < maxOnward && path != "/" && signInWord.MatchString(path) && sameOrigin(page.URL, s.Page.URL) && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	for _, path := range onward {
		if !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	return list
}

// isRedirectName goes by the letters of a name: return_to, returnTo, return-to.
func isRedirectName(name string) bool {
	letters := strings.NewReplacer("_", "", "-", "")
	name = letters.Replace(strings.ToLower(name))
	return slices.ContainsFunc(redirectNames, func(known string) bool { return letters.Replace(known) == name })
}

// addressInPath is a path with a whole address behind what comes first.
var addressInPath = regexp.MustCompile(`(?i)^(/.+?)https?(?::|%3a)(?:/|%2f)`)

// addressesInPaths are the beginnings of the site's links before a whole address.
func (s *Site) addressesInPaths() []string {
	var list []string
	for _, page := range s.markup() {
		for _, a := range page.Document().Anchors {
			if a.URL == nil || !sameOrigin(a.URL, s.Page.URL) {
				continue
			}
			match := addressInPath.FindStringSubmatch(a.URL.EscapedPath())
			if match != nil && !slices.Contains(list, match[1]) && len(list) < maxProbed {
				list = append(list, match[1])
			}
		}
	}
	return list
}

// tryRedirect asks for addresses that may lead to the host WORD.invalid. found: there is
// nothing more to ask.
func (s *Site) tryRedirect(ctx context.Context, label string, address func(word string) string) (result Result, found bool) {
	way := ""
	answer, leads, err := s.confirmed(func(word string) (*guard.Response, bool, error) {
		answer, err := s.get(ctx, address(word), nil)
		if err != nil {
			return nil, false, err
		}
		way = wayTo(answer, word+".invalid")
		if way == "" {
			return s.secondHop(ctx, answer, word, &way)
		}
		return answer, true, nil
	})
	switch {
	case err != nil:
		return skip(silent), true
	case !leads:
		return pass(), false
	}
	return fail(Finding{
		Title: "A link of the site leads to any address that is appended", Severity: auditapi.Medium,
		Evidence: lines("Asked for "+quote(answer.URL.RequestURI()), at(answer), way, label, "Confirmed with a second address."),
	}), true
}

// secondHop follows a redirect within the site that passes the word on.
func (s *Site) secondHop(ctx context.Context, answer *guard.Response, word string, way *string) (*guard.Response, bool, error) {
	location := answer.Header.Get("Location")
	next, err := answer.URL.Parse(location)
	if err != nil || answer.Status < 300 || answer.Status > 399 || !strings.Contains(location, word) || len(location) > maxProbedPath || !sameOrigin(next, s.Page.URL) {
		return answer, false, nil //nolint:nilerr // an address that cannot be read leads nowhere
	}
	second, err := s.get(ctx, next.RequestURI(), nil)
	if err != nil {
		return nil, false, err
	}
	*way = wayTo(second, word+".invalid")
	return second, *way != "", nil
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
	document := parseDocument(answer.URL, beginning(answer.Body))
	for _, content := range document.Refreshes {
		if leadsTo(answer.URL, refreshTo(content), host) {
			return "The page has a meta refresh: " + quote(content)
		}
	}
	for _, script := range document.Scripts {
		if goes := scriptGoes.FindStringSubmatch(script); goes != nil && !waits.MatchString(script) && leadsTo(answer.URL, unescapeScript(goes[2]+goes[3]), host) {
			return "A script of the page goes there: " + quote(goes[1])
		}
	}
	return ""
}

// A script that opens another page, and one that may do so only when it is called.
var (
	scriptGoes = regexp.MustCompile(`(?:^|[;{}()>&|?:\n])\s*((?:(?:window|document|self|top|parent)\.)*location(?:(?:\.href)?\s*=\s*|\.(?:assign|replace)\(\s*)(?:"([^"\r\n]+)"|'([^'\r\n]+)'))`)
	waits      = regexp.MustCompile(`function\s+[\w$]|addEventListener|\.on[a-z]+\s*=`)
)

// unescapeScript is a text of a script without its escapes.
func unescapeScript(text string) string {
	text = strings.ReplaceAll(text, `\/`, "/")
	if plain, err := strconv.Unquote(`"` + text + `"`); err == nil {
		return plain
	}
	return text
}

// leadsTo reports whether an address is one of host or of a name below it, as a browser
// reads it (URL Standard, 4.4).
func leadsTo(page *url.URL, address, host string) bool {
	address = strings.NewReplacer(`\`, "/", "\t", "", "\n", "", "\r", "").Replace(strings.TrimSpace(address))
	if address == "" || len(address) > maxAddress {
		return false
	}
	u, err := page.Parse(address)
	if err != nil {
		return false
	}
	name := strings.ToLower(u.Hostname())
	return name == host || strings.HasSuffix(name, "."+host)
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
