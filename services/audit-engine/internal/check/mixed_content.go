package check

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mixed-content", Title: "An encrypted page loads nothing unencrypted", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "What is loaded over http can be replaced on its way. Browsers block scripts and frames that come like this, so parts of the page do not work, and whoever uses an old browser runs what somebody else has put there.",
		Remediation: setHeader("Write https:// in the addresses of everything that the page loads or sends to. As a stopgap, have browsers do it.",
			"Content-Security-Policy", "upgrade-insecure-requests"),
		References: []string{"https://www.w3.org/TR/mixed-content/"},
		Controls:   controls(transportCrypto, "12.2.1"),
		Run:        runMixedContent,
	})
}

func runMixedContent(_ context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	if !site.Encrypted() {
		return passwordOverHTTP(site)
	}
	var active, passive, forms sightings
	password := false // in one of forms
	for _, page := range site.markup() {
		if upgrades(page) {
			continue
		}
		document := page.Document()
		for _, r := range document.Resources {
			switch {
			case !unencrypted(page, r.URL):
			case r.Active:
				active.add(page.Response, "<"+r.Tag+"> "+quote(r.URL.String()))
			default:
				passive.add(page.Response, "<"+r.Tag+"> "+quote(r.URL.String()))
			}
		}
		for _, f := range document.Forms {
			for _, target := range append([]*url.URL{f.Action}, f.Others...) {
				if unencrypted(page, target) {
					forms.add(page.Response, "<form> "+quote(target.String()))
					password = password || f.Password()
				}
			}
		}
	}
	var findings []Finding
	if !active.empty() {
		findings = append(findings, Finding{Title: "The page loads scripts or frames without encryption", Severity: auditapi.High, Evidence: active.String()})
	}
	if !forms.empty() {
		severity := auditapi.Medium
		if password {
			severity = auditapi.High
		}
		findings = append(findings, Finding{Title: "A form sends what visitors type without encryption", Severity: severity, Evidence: forms.String(),
			Impact: "What visitors type into the form can be read and changed on its way, although the page that holds it is encrypted."})
	}
	if !passive.empty() {
		findings = append(findings, Finding{Title: "The page loads pictures or media without encryption", Severity: auditapi.Low, Evidence: passive.String(),
			Impact: "Others can see which pictures a visitor loads, and replace them. Some browsers do not show them."})
	}
	return fail(findings...)
}

// passwordOverHTTP looks at a site that is not encrypted at all. That a page is not
// is another check's; that it asks for a password is worse.
func passwordOverHTTP(site *Site) Result {
	var seen sightings
	for _, page := range site.markup() {
		if page.Document().Password && unencrypted(page, page.URL) {
			seen.add(page.Response, "A field for a password is in a page that came over http.")
		}
	}
	if seen.empty() {
		return skip("The pages themselves are served over http.")
	}
	return fail(Finding{Title: "A page asks for a password without encryption", Severity: auditapi.High, Evidence: seen.String(),
		Impact:      "Passwords that visitors type can be read by anybody on the way, in the same café for example, and browsers warn visitors off the page. Even a form that is sent encrypted can be changed before it reaches the visitor.",
		Remediation: toHTTPS})
}

// toHTTPS leads every visitor to the encrypted side.
var toHTTPS = serverConfig("Serve the site over https only, and lead visitors who come over http there.",
	"server {\n    listen 80;\n    return 301 https://$host$request_uri;\n}",
	"<VirtualHost *:80>\n    ServerName www.example.com\n    Redirect permanent / https://www.example.com/\n</VirtualHost>",
	"# Caddy does this by itself for every site that is named without http://.")

// upgrades reports whether browsers turn every http address of the page into https.
func upgrades(page *Page) bool {
	return slices.ContainsFunc(page.policies(), func(p policy) bool { _, ok := p["upgrade-insecure-requests"]; return ok })
}

// unencrypted reports an address in page that leaves the visitor's machine over http.
// The site's own host is another machine, also where a laboratory calls it localhost.
func unencrypted(page *Page, u *url.URL) bool {
	host := u.Hostname()
	ip := net.ParseIP(host)
	loopback := host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
	return u.Scheme == "http" && (!loopback || host == page.URL.Hostname())
}
