package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-header-injection", Title: "A line break in an address writes no header", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.High,
		Impact: "A link can write headers of your answers: set cookies for your visitors, send them elsewhere, or put a page of the attacker's into a cache (response splitting).",
		Remediation: serverConfig("Never copy a decoded address or parameter into a header. In nginx use $request_uri instead of $uri in return and rewrite; in code refuse values with \\r or \\n before they reach a header.",
			"return 301 https://$host$request_uri;  # never $uri, which is decoded",
			"HttpProtocolOptions Strict\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L,NE]",
			"redir https://{host}{uri}"),
		References: []string{"https://cwe.mitre.org/data/definitions/113.html", "https://owasp.org/www-community/attacks/HTTP_Response_Splitting"},
		Controls:   controls(clientCode, "1.2.1"),
		Run:        runHeaderInjection,
	})
}

func runHeaderInjection(ctx context.Context, site *Site) Result {
	for _, before := range []string{"/", "/?next=/", "/?lang=en"} {
		answer, written, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
			answer, err := site.get(ctx, before+"%0d%0aX-"+word+":%201", nil)
			return answer, err == nil && answer.Header.Get("X-"+word) == "1", err
		})
		if err != nil {
			return skip(silent)
		}
		if written {
			return fail(Finding{
				Title: "A line break in an address writes a header", Severity: auditapi.High,
				Evidence: lines("Asked for "+quote(answer.URL.RequestURI()), at(answer), "The answer has the header that the address spells. Confirmed with a second name."),
			})
		}
	}
	return pass()
}
