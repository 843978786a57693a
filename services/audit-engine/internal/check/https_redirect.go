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

func runHTTPSRedirect(_ context.Context, site *Site) Result {
	plain := site.Plain
	if plain.Unknown != "" {
		return skip("%s", plain.Unknown)
	}
	if plain.Closed {
		return pass() // nothing is served unencrypted
	}
	path := describePath(plain.Response)
	if plain.Response.URL.Scheme != "https" {
		if plain.Response.Status >= 400 && site.Encrypted() {
			return pass() // the site is on https, and port 80 gives only an error away
		}
		return fail(Finding{Title: "The site is served without encryption", Severity: auditapi.High, Evidence: path})
	}
	if detour(plain.Response) {
		return fail(Finding{
			Title: "The way from http to https takes a detour", Severity: auditapi.Low, Evidence: path,
			Impact:      "The first redirect does not lead to https on the same name. Browsers then cannot remember for that name that it wants https only (HSTS), so each visit through it begins unencrypted.",
			Remediation: "Redirect http://YOUR.NAME/ to https://YOUR.NAME/ first, with the same name, and from there on to where the site lives.",
		})
	}
	return pass()
}

// detour reports a way whose first redirect does not lead to https on the same name.
func detour(r *guard.Response) bool {
	if len(r.Hops) == 0 || r.Hops[0].URL.Scheme != "http" {
		return false
	}
	next := r.URL
	if len(r.Hops) > 1 {
		next = r.Hops[1].URL
	}
	return next.Scheme != "https" || !strings.EqualFold(next.Hostname(), r.Hops[0].URL.Hostname())
}

// describePath is the way of a request, a redirect a line.
func describePath(r *guard.Response) string {
	var steps []string
	for _, hop := range r.Hops {
		steps = append(steps, quote(hop.URL.Scheme+"://"+hop.URL.Host+hop.URL.EscapedPath())+" redirects to "+quote(hop.Location))
	}
	return lines(append(steps, at(r))...)
}
