package check

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "https-redirect", Title: "Unencrypted requests are sent on to https", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "Everybody between the visitor and the server (a café's Wi-Fi, a provider, a compromised router) can read what is sent, passwords and payment details among it, and can change the page on its way.",
		Remediation: serverConfig("Answer every request on port 80 with a permanent redirect to the same address with https, and nothing else.",
			"server {\n    listen 80;\n    server_name YOUR.NAME;\n    return 301 https://$host$request_uri;\n}",
			"<VirtualHost *:80>\n    ServerName YOUR.NAME\n    Redirect permanent / https://YOUR.NAME/\n</VirtualHost>",
			"# Caddy redirects by itself for a site that is named without http://"),
		References: []string{"https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides/TLS", "https://www.rfc-editor.org/rfc/rfc9110#section-17.2"},
		Controls:   controls(transportCrypto, "12.2.1", "4.1.2"),
		Run:        runHTTPSRedirect,
	})
}

func runHTTPSRedirect(ctx context.Context, site *Site) Result {
	plain := site.Plain
	switch {
	case leavesEncryption(site):
		return fail(Finding{Title: "The encrypted site leads to a page without encryption", Severity: auditapi.High, Evidence: describePath(site.Page)})
	case plain.Unknown != "":
		return skip("%s", plain.Unknown)
	case ownPort(site):
		return skip("The site was asked for at a port of its own, so what answers on port 80 is not part of it.")
	case plain.Closed:
		return pass() // nothing is served unencrypted
	case plain.Circle != "":
		return fail(Finding{
			Title: "The way from http leads in a circle", Severity: auditapi.Medium, Evidence: plain.Circle,
			Impact: "Whoever types the name without https:// never arrives. Browsers say that the page does not work.",
		})
	}
	path := describePath(plain.Response)
	if plain.Response.URL.Scheme != "https" {
		if plain.Response.Status == http.StatusUnauthorized && plain.Response.Header.Get("WWW-Authenticate") != "" {
			return fail(Finding{Title: "The site asks for a password without encryption", Severity: auditapi.High,
				Evidence: lines(path, headerLine(plain.Response.Header, "WWW-Authenticate"))})
		}
		if site.Encrypted() && (plain.Response.Status >= 400 || empty(plain.Response)) {
			return pass() // the site is on https, and port 80 gives an error away at most
		}
		title := "The site is served without encryption"
		if len(plain.Response.Hops) > 0 {
			title = "Redirects lead to a page without encryption"
		}
		return fail(Finding{Title: title, Severity: auditapi.High, Evidence: path})
	}
	var findings []Finding
	if page := plainPage(ctx, site); page != nil {
		findings = append(findings, Finding{Title: "Some pages are served without encryption", Severity: auditapi.High,
			Evidence: lines(path, at(page))})
	}
	if detour(plain.Response) {
		findings = append(findings, Finding{
			Title: "The way from http to https takes a detour", Severity: auditapi.Low, Evidence: path,
			Impact:      "The first redirect does not lead to https on the same name. Browsers then cannot remember for that name that it wants https only (HSTS), so each visit through it begins unencrypted.",
			Remediation: "Redirect http://YOUR.NAME/ to https://YOUR.NAME/ first, with the same name, and from there on to where the site lives.",
		})
	}
	if backAgain(plain.Response) {
		findings = append(findings, Finding{
			Title: "A redirect leads from https back to http", Severity: auditapi.Medium, Evidence: path,
			Impact:      "The visitor was safe already and is sent through an unencrypted stretch again, where others can read along and change where the way goes on.",
			Remediation: "Find the redirect that names an address with http:// and change it to https://. Often the application does not know that it sits behind a proxy: have the proxy send X-Forwarded-Proto, and the application trust it.",
		})
	}
	if n := len(plain.Response.Hops); n > manyRedirects {
		findings = append(findings, Finding{
			Title: "The way from http to the page has many redirects", Severity: auditapi.Info, Evidence: path,
			Impact:      fmt.Sprintf("A visitor waits for %d redirects before the page begins to load, and each is one more place to keep right.", n),
			Remediation: "Redirect http://YOUR.NAME/ to https://YOUR.NAME/, and that to the address of the page at once.",
		})
	}
	return fail(findings...)
}

// leavesEncryption reports an https site whose redirects end at a page that came over http.
func leavesEncryption(site *Site) bool {
	return steps(site.Page)[0].Scheme == "https" && !site.Encrypted() && site.Page.Status < 400
}

// empty reports an answer with nothing in it, which leads nowhere either.
func empty(r *guard.Response) bool {
	return r.BodyErr == nil && len(r.Body) == 0 && r.Header.Get("Refresh") == ""
}

// plainPage asks for a page besides the front page at http:// and returns it where it is
// served there, or nil.
func plainPage(ctx context.Context, site *Site) *guard.Response {
	for _, page := range site.markup() {
		if page.Response == site.Page || page.Status != http.StatusOK || page.URL.Hostname() != site.Host {
			continue
		}
		answer, err := site.AskHost(ctx, "http://"+page.URL.Hostname()+page.URL.EscapedPath())
		if err == nil && answer.Status == http.StatusOK && isHTML(answer) && len(NewPage(answer).Document().Refreshes) == 0 {
			return answer
		}
		return nil
	}
	return nil
}

// manyRedirects is more than a site needs: to https, to its main name, to a language.
const manyRedirects = 3

// ownPort reports an https site that was asked for at another port than 443.
func ownPort(site *Site) bool {
	start := site.Page.URL
	if len(site.Page.Hops) > 0 {
		start = site.Page.Hops[0].URL
	}
	return start.Scheme == "https" && start.Port() != "" && start.Port() != "443"
}

// steps are the addresses of a way, from the first to the page.
func steps(r *guard.Response) []*url.URL {
	var list []*url.URL
	for _, hop := range r.Hops {
		list = append(list, hop.URL)
	}
	return append(list, r.URL)
}

// detour reports a way whose first redirect does not lead to https on the same name.
func detour(r *guard.Response) bool {
	way := steps(r)
	if len(way) < 2 || way[0].Scheme != "http" {
		return false
	}
	return way[1].Scheme != "https" || !strings.EqualFold(way[1].Hostname(), way[0].Hostname())
}

// backAgain reports a way that leaves https on its course.
func backAgain(r *guard.Response) bool {
	way := steps(r)
	for i := range way[1:] {
		if way[i].Scheme == "https" && way[i+1].Scheme == "http" {
			return true
		}
	}
	return false
}

// describePath is the way of a request, a redirect a line.
func describePath(r *guard.Response) string {
	var way []string
	for _, hop := range r.Hops {
		way = append(way, quote(hop.URL.Scheme+"://"+hop.URL.Host+hop.URL.EscapedPath())+" redirects to "+quote(hop.Location))
	}
	return lines(append(way, at(r))...)
}
