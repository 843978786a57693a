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

// breaks end the line of a header. Some servers take a line feed alone for the end,
// some write of each character its last byte: these two end in 0x0d and 0x0a; and some
// decode twice.
var breaks = []string{"\r\n", "\n", "\u560d\u560a", "%0d%0a"}

// headerParameters are often copied into a header: the addresses of redirects, and what
// becomes a cookie.
var headerParameters = append([]string{"lang", "locale", "currency"}, redirectNames...)

func runHeaderInjection(ctx context.Context, site *Site) Result {
	named := hidden("/", headerParameters)
	named.value = "/"
	places := append([]parameter{{path: "/"}, named}, site.parameters(anyParameter)...)
	for _, folder := range site.firstFolders() {
		places = append(places, parameter{path: "/" + folder + "/"}) // redirects often move a whole folder
	}
	for _, place := range places {
		for _, end := range breaks {
			answer, written, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
				answer, err := site.get(ctx, place.with(place.value+end+"X-"+word+":1"), nil)
				return answer, err == nil && answer.Header.Get("X-"+word) != "", err
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
	}
	return pass()
}
