package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "cookie-httponly", Title: "Session cookies are out of reach for scripts", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact:      "A script that somebody has placed in the page can read the session cookie and send it away. With it the visitor's account can be used from elsewhere, long after the hole was closed.",
		Remediation: setCookie,
		References:  cookieReferences,
		Controls:    controls(sessions, "3.3.4"),
		Run: func(_ context.Context, site *Site) Result {
			var readable []cookie
			for _, c := range cookiesEverywhere(site) {
				// Others, such as the chosen theme, are often there for scripts.
				if c.session() && !c.httpOnly {
					readable = append(readable, c)
				}
			}
			if len(readable) == 0 {
				return pass()
			}
			return fail(Finding{Title: "Scripts can read a session cookie", Severity: auditapi.Medium,
				Evidence: cookieLines(readable)})
		},
	})
}
