package check

import (
	"context"
	"regexp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "cookie-samesite", Title: "Cookies stay out of requests from other sites", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact:      "Another site can have a visitor's browser send requests to yours with the visitor's session in them, and so act in the visitor's name (cross-site request forgery). Some browsers assume SameSite=Lax by themselves, others do not.",
		Remediation: setCookie,
		References:  append(cookieReferences[:len(cookieReferences):len(cookieReferences)], "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#samesitesamesite-value"),
		Controls:    controls(sessions, "3.3.2"),
		Run:         runCookieSameSite,
	})
}

// forgeryToken fits how frameworks call the cookie with their token against forged requests.
var forgeryToken = regexp.MustCompile(`(?i)csrf|xsrf`)

func runCookieSameSite(_ context.Context, site *Site) Result {
	var absent, forgery, rejected, invalid []cookie
	for _, c := range cookiesEverywhere(site) {
		switch {
		case c.sameSite == "none" && !c.secure:
			rejected = append(rejected, c)
		case c.stated && c.sameSite != "none" && c.sameSite != "lax" && c.sameSite != "strict":
			invalid = append(invalid, c)
		case !c.stated && c.session():
			absent = append(absent, c)
		case !c.stated && forgeryToken.MatchString(c.name):
			forgery = append(forgery, c)
		}
	}
	var findings []Finding
	if len(rejected) > 0 {
		findings = append(findings, Finding{Title: "Browsers reject a cookie (SameSite=None without Secure)", Severity: auditapi.Medium,
			Evidence: cookieLines(rejected),
			Impact:   "Current browsers drop such a cookie, so what it is for does not work; older ones send it with requests from every other site."})
	}
	if len(absent) > 0 {
		findings = append(findings, Finding{Title: "A session cookie leaves SameSite to the browser", Severity: auditapi.Low,
			Evidence: cookieLines(absent)})
	}
	if len(forgery) > 0 {
		findings = append(findings, Finding{Title: "A token against forgery leaves SameSite to the browser", Severity: auditapi.Low,
			Evidence: cookieLines(forgery),
			Impact:   "The token is compared with the cookie to tell requests of your own pages from forged ones. Older browsers send the cookie along with forged requests, too, so half of the comparison is given away."})
	}
	if len(invalid) > 0 {
		findings = append(findings, Finding{Title: "A cookie has an invalid SameSite value", Severity: auditapi.Low,
			Evidence: cookieLines(invalid)})
	}
	return fail(findings...)
}
