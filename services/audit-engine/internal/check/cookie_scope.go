package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "cookie-scope", Title: "Session cookies stay with the host that sets them", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The browser sends the session cookie to every host of the domain: the blog, the shop's old test server, a service of another company under your name. Whoever takes over the weakest of them receives your visitors' sessions.",
		Remediation: serverConfig("Leave Domain out in the application: the cookie then goes to the host alone that has set it. If several hosts must share a sign-in, use a single sign-on that gives each its own cookie. A name with __Host- makes browsers hold the site to it. A proxy can take Domain away until then.",
			"# replaces the domain with that of the request\nproxy_cookie_domain ~.+ $host;",
			"Header always edit Set-Cookie \"(?i);\\s*Domain=[^;]*\" \"\"",
			"reverse_proxy 127.0.0.1:3000 {\n    header_down Set-Cookie \"(?i);\\s*Domain=[^;]*\" \"\"\n}"),
		References: append(cookieReferences[:len(cookieReferences):len(cookieReferences)], "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#domaindomain-value"),
		Controls:   controls(sessions, "3.3.3"),
		Run:        runCookieScope,
	})
}

// Other cookies, such as those of statistics, are often meant for all hosts.
func runCookieScope(_ context.Context, site *Site) Result {
	var wider, equal []cookie
	for _, c := range cookiesEverywhere(site) {
		switch {
		case !c.session() || c.domain == "":
		case c.domain == c.host():
			equal = append(equal, c)
		default:
			wider = append(wider, c)
		}
	}
	var findings []Finding
	if len(wider) > 0 {
		findings = append(findings, Finding{Title: "A session cookie goes to all hosts of the domain", Severity: auditapi.Low,
			Evidence: cookieLines(wider)})
	}
	if len(equal) > 0 {
		findings = append(findings, Finding{Title: "A session cookie also goes to hosts below this one", Severity: auditapi.Info,
			Evidence: cookieLines(equal)})
	}
	return fail(findings...)
}
