package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "cookie-secure", Title: "Cookies are sent over https only", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "Without Secure the browser also sends the cookie over unencrypted connections. Whoever listens there takes over the visitor's session; one link to http:// in a mail is enough.",
		Remediation: setCookie,
		References:  cookieReferences,
		Controls:    controls(sessions, "3.3.1"),
		Run:         runCookieSecure,
	})
}

func runCookieSecure(_ context.Context, site *Site) Result {
	if !site.Encrypted() {
		return skip("The page is served over http, where cookies cannot be kept to https.")
	}
	var session, other []cookie
	for _, c := range plainCookies(site) {
		if c.session() {
			session = append(session, c)
		}
	}
	for _, c := range cookiesEverywhere(site) {
		switch {
		case c.secure:
		case c.session():
			session = append(session, c)
		default:
			other = append(other, c)
		}
	}
	var findings []Finding
	if len(session) > 0 {
		findings = append(findings, Finding{Title: "A session cookie is also sent without encryption", Severity: auditapi.High,
			Evidence: cookieLines(session)})
	}
	if len(other) > 0 {
		f := Finding{Title: "Cookies are also sent without encryption", Severity: auditapi.Medium,
			Evidence: cookieLines(other),
			Impact:   "Without Secure the browser also sends the cookie over unencrypted connections, where others can read and change it."}
		if site.Page.Header.Get("Strict-Transport-Security") != "" {
			f.Severity = auditapi.Low // browsers that know the site do not go there
		}
		findings = append(findings, f)
	}
	return fail(findings...)
}
