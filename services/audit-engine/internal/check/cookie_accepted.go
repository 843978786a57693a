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
		ID: "cookie-accepted", Title: "Browsers take the cookies that the site sets", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Browsers drop the cookie without a word, so what it is for does not work: visitors stay signed out, or a protection that relies on it is not there.",
		Remediation: serverConfig("Correct the cookie in the application. A name that begins with __Host- needs Secure, Path=/ and no Domain; one with __Secure- needs Secure. Domain may only name the site's own domain, and name and value together have 4096 bytes. A proxy can add what is missing until then.",
			"proxy_cookie_flags ~^__ secure;",
			"Header always edit Set-Cookie \"^(__Host-.*)$\" \"$1; Secure; Path=/\"",
			"reverse_proxy 127.0.0.1:3000 {\n    header_down Set-Cookie \"^(__Host-.*)$\" \"$1; Secure; Path=/\"\n}"),
		References: append(cookieReferences[:len(cookieReferences):len(cookieReferences)], "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes"),
		Controls:   controls(sessions, "3.3.1", "3.3.3", "3.3.5"),
		Run:        runCookieAccepted,
	})
}

func runCookieAccepted(_ context.Context, site *Site) Result {
	var prefix, other sightings
	for _, c := range sentCookies(site) {
		reason := c.refusal()
		switch {
		case reason == "":
		case strings.Contains(reason, "__"):
			prefix.add(&guard.Response{URL: c.from}, lines(c.line, "    "+reason))
		default:
			other.add(&guard.Response{URL: c.from}, lines(c.line, "    "+reason))
		}
	}
	var findings []Finding
	if !prefix.empty() {
		findings = append(findings, Finding{Title: "A cookie breaks the rules that its name promises", Severity: auditapi.Medium, Evidence: prefix.String()})
	}
	if !other.empty() {
		findings = append(findings, Finding{Title: "Browsers refuse a cookie that the site sets", Severity: auditapi.Low, Evidence: other.String()})
	}
	return fail(findings...)
}
