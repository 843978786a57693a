package check

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-forwarded-host", Title: "A claimed host name does not reach links or caches", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.High,
		Impact: "The site believes whoever asks about its own name (Host, X-Forwarded-Host and the like). Links in password mails then lead to the attacker; where a cache keeps the answer, every visitor gets the attacker's links.",
		Remediation: serverConfig("Build links from a configured name. Set or empty these headers in your proxy instead of passing on the visitor's, and answer names that are not yours with an error.",
			"server {\n    listen 443 ssl default_server;\n    ssl_reject_handshake on;\n}\n\nproxy_set_header Host $server_name;\nproxy_set_header X-Forwarded-Host $server_name;\nproxy_set_header Forwarded \"\";\nproxy_set_header X-Host \"\";\nproxy_set_header X-Forwarded-Server \"\";",
			"UseCanonicalName On\nRequestHeader set X-Forwarded-Host www.example.com\nRequestHeader unset Forwarded\nRequestHeader unset X-Host\nRequestHeader unset X-Forwarded-Server",
			"reverse_proxy 127.0.0.1:3000 {\n    header_up Host www.example.com\n    header_up X-Forwarded-Host www.example.com\n    header_up -Forwarded\n    header_up -X-Host\n    header_up -X-Forwarded-Server\n}"),
		References: []string{"https://portswigger.net/web-security/host-header", "https://cwe.mitre.org/data/definitions/644.html"},
		Controls:   controls(hardening, "4.1.3"),
		Run:        runForwardedHost,
	})
}

// forwarding are the headers in which proxies pass on the name that was asked for.
var forwarding = []string{"X-Forwarded-Host", "Forwarded", "X-Host", "X-Forwarded-Server"}

func runForwardedHost(ctx context.Context, site *Site) Result {
	var seen *claim
	for _, path := range site.linkingPaths() {
		var err error
		if seen, err = site.claim(ctx, path, forwarding...); err != nil {
			return skip(silent)
		}
		if seen != nil {
			break
		}
	}
	if seen == nil {
		return runClaimedHost(ctx, site)
	}
	for _, name := range forwarding {
		if alone, err := site.claim(ctx, seen.page, name); err == nil && alone != nil {
			seen = alone
			break
		}
	}
	if kept := site.kept(ctx, seen); kept != nil {
		return fail(*kept)
	}
	return fail(seen.finding())
}

// maxLinking is how many pages are asked for under another name.
const maxLinking = 4

// linkingPaths are the page, what led to it, and other pages that send a form: those for
// a new password write mails.
func (s *Site) linkingPaths() []string {
	list := []string{s.pagePath()}
	add := func(u *url.URL) {
		if path := pathOf(u); len(list) < maxLinking && sameOrigin(u, s.Page.URL) && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	for _, hop := range s.Page.Hops {
		add(hop.URL)
	}
	for _, page := range s.markup() {
		if slices.ContainsFunc(page.Document().Forms, func(f Form) bool { return f.Method == sendPost }) {
			add(page.URL)
		}
	}
	if len(s.Scripts) > 0 && sameOrigin(s.Scripts[0].URL, s.Page.URL) { // settings often come as one
		list = append(list, pathOf(s.Scripts[0].URL))
	}
	return list
}

// runClaimedHost sends another Host. Nobody can make a visitor's browser do that, and
// redirects to whatever Host there is are common and only told. So only a page counts
// whose links lead to the site itself as soon as the name is right, and what a cache keeps.
func runClaimedHost(ctx context.Context, site *Site) Result {
	seen, err := site.claim(ctx, site.pagePath(), "Host")
	switch {
	case ctx.Err() != nil:
		return skip(silent)
	case err != nil: // it hangs up on names that are not its own
		return pass()
	case seen == nil:
		return site.redirectsToHost(ctx)
	}
	if kept := site.kept(ctx, seen); kept != nil {
		return fail(*kept)
	}
	control, err := site.get(ctx, unseen(site.pagePath(), site.word()), nil)
	if err != nil {
		return skip(silent)
	}
	own := map[string]bool{}
	for _, u := range addresses(control) {
		own[u.EscapedPath()] = own[u.EscapedPath()] || u.Hostname() == site.Page.URL.Hostname()
	}
	for _, u := range addresses(seen.answer) {
		if u.Hostname() == seen.host && own[u.EscapedPath()] {
			return fail(seen.finding())
		}
	}
	return seen.redirect()
}

// maxMoved is how many redirects that links lead to are asked for under another Host.
const maxMoved = 2

func (s *Site) redirectsToHost(ctx context.Context) Result {
	for _, moved := range s.Redirects[:min(len(s.Redirects), maxMoved)] {
		seen, err := s.claim(ctx, pathOf(moved.URL), "Host")
		if err != nil {
			return pass()
		}
		if seen != nil {
			return seen.redirect()
		}
	}
	return pass()
}

// redirect tells of a redirect to whatever Host was asked for.
func (c *claim) redirect() Result {
	if c.answer.Status < 300 || c.answer.Status > 399 {
		return pass()
	}
	finding := c.finding()
	finding.Title, finding.Severity = "Redirects lead to whatever host is asked for", auditapi.Info
	finding.Impact = "Many servers build redirects this way, and no visitor's browser can be made to send another Host. It becomes a weakness where a cache keeps such an answer, which was not seen, or where links in mails are built the same way."
	return fail(finding)
}

// claim is an answer that leads to the host that the question claimed.
type claim struct {
	names     string // of the headers
	host, way string
	page      string // path
	path      string // what was asked for: page, with a query that no visitor has
	answer    *guard.Response
}

// claim asks for a page under other names in the headers; nil: the answer does not lead
// there.
func (s *Site) claim(ctx context.Context, page string, names ...string) (*claim, error) {
	seen := claim{page: page, names: strings.Join(names, ", ")}
	answer, believed, err := s.confirmed(func(word string) (*guard.Response, bool, error) {
		seen.host, seen.path = word+".invalid", unseen(page, word)
		header := http.Header{}
		for _, name := range names {
			header.Set(name, seen.host)
			if name == "Forwarded" {
				header.Set(name, "host="+seen.host) // RFC 7239, 5.3
			}
		}
		answer, err := s.get(ctx, seen.path, header)
		if err != nil {
			return nil, false, err
		}
		seen.way = leads(answer, seen.host)
		return answer, seen.way != "", nil
	})
	if err != nil || !believed {
		return nil, err
	}
	seen.answer = answer
	return &seen, nil
}

func (c *claim) finding() Finding {
	return Finding{Title: "Links are built from a host that the visitor claims", Severity: auditapi.Medium, Evidence: lines(
		"Asked for "+quote(c.path)+" with another "+c.names+".", at(c.answer), c.way, "Confirmed with a second name.")}
}

// kept asks again without the claim; nil: the answer names the host no more.
func (s *Site) kept(ctx context.Context, c *claim) *Finding {
	again, err := s.get(ctx, c.path, nil)
	if err != nil || leads(again, c.host) == "" {
		return nil
	}
	return &Finding{Title: "A cache keeps links to a host that a visitor claimed", Severity: auditapi.High, Evidence: lines(
		c.finding().Evidence, "Asked again without it, the answer still leads there.", headerLine(again.Header, "Age"), headerLine(again.Header, "X-Cache"))}
}

// unseen is a path with a query that is asked for the first time, so that no visitor's
// copy in a cache is touched.
func unseen(path, word string) string { return path + "?nocache=" + url.QueryEscape(word) }

// leads is how an answer leads to host, by itself or by what its page links, sends or
// loads; empty: it does not.
func leads(answer *guard.Response, host string) string {
	if way := wayTo(answer, host); way != "" {
		return way
	}
	for _, u := range addresses(answer) {
		if u.Hostname() == host {
			return "The page leads to " + quote(u.String()) + "."
		}
	}
	return ""
}

// linking are attributes with an address that browsers open or load.
var linking = []string{"href", "src", "action", "formaction", "data", "poster"}

// addresses are those that the beginning of an answer's page links, sends forms to, loads
// or says of itself, and the whole ones in texts of its scripts.
func addresses(answer *guard.Response) []*url.URL {
	if answer.BodyErr != nil || !isHTML(answer) && !isScript(answer) {
		return nil
	}
	var list []*url.URL
	base := answer.URL
	add := func(text string) *url.URL {
		u, err := base.Parse(strings.TrimSpace(text))
		if err != nil || len(text) > maxAddress || len(list) >= maxItems {
			return nil
		}
		list = append(list, u)
		return u
	}
	if isScript(answer) {
		for _, match := range scriptedOrigin.FindAllSubmatch(beginning(answer.Body), maxItems) {
			add(unescapeScript(string(match[1])))
		}
		return list
	}
	tokens, script := html.NewTokenizer(bytes.NewReader(beginning(answer.Body))), false
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return list
		case html.TextToken:
			if script {
				for _, match := range scriptedOrigin.FindAllSubmatch(tokens.Raw(), maxItems) {
					add(unescapeScript(string(match[1])))
				}
			}
			script = false
		case html.StartTagToken, html.SelfClosingTagToken:
			t := readTag(tokens)
			for _, a := range t.attributes {
				switch {
				case strings.HasSuffix(a.Key, "srcset"):
					for part := range strings.SplitSeq(a.Val, ",") {
						candidate, _, _ := strings.Cut(strings.TrimSpace(part), " ")
						add(candidate)
					}
				case slices.Contains(linking, a.Key), t.atom == atom.Meta && a.Key == "content" && absolute.MatchString(a.Val):
					if u := add(a.Val); u != nil && t.atom == atom.Base {
						base = u
					}
				}
			}
			script = t.atom == atom.Script
		default:
			script = false
		}
	}
}

// scriptedOrigin is a whole address in a text of a script.
var scriptedOrigin = regexp.MustCompile(`["']((?i:https?:)?(?:\\?/){2}[^"'\s<>]+)["']`)

func isScript(r *guard.Response) bool {
	return strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "javascript")
}
