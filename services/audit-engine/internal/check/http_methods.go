package check

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "http-methods", Title: "The server offers no methods that change files", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The server says that it speaks WebDAV, with which files are uploaded, renamed and deleted from afar. Where it is not needed, it is one more door: one mistake in its permissions lets strangers change the site. The audit has asked what is offered and has changed nothing.",
		Remediation: serverConfig("Switch WebDAV off where nobody needs it. Where it is in use, ask for a sign-in and leave it out of the public pages.",
			"location / {\n    dav_methods off;\n    limit_except GET POST { deny all; }\n}",
			"<Location />\n    Dav Off\n    AllowMethods GET HEAD POST OPTIONS\n</Location>",
			"@change method PUT DELETE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK\nrespond @change 405"),
		References: []string{"https://www.rfc-editor.org/rfc/rfc4918", "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/06-Test_HTTP_Methods"},
		Controls:   controls(hardening, "13.4.4", "4.1.4"),
		Run:        runHTTPMethods,
	})
}

// davMethods are those that only WebDAV has (RFC 4918, 9). PUT, DELETE and PATCH without
// them prove no weakness: every API has them, and frameworks list what some other address
// takes.
var davMethods = []string{"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK"}

func runHTTPMethods(ctx context.Context, site *Site) Result {
	answer, err := site.Ask(ctx, http.MethodOptions, "/", nil)
	if err != nil {
		return skip("The site did not answer to the OPTIONS method.")
	}
	if answer.Status < 200 || answer.Status > 299 {
		return pass()
	}
	changes, dav := false, answer.Header.Get("DAV") != ""
	offered := slices.Concat(answer.Header.Values("Allow"), answer.Header.Values("Public")) // IIS says Public
	for method := range strings.SplitSeq(strings.Join(offered, ","), ",") {
		method = strings.ToUpper(strings.TrimSpace(method))
		changes = changes || method == http.MethodPut || method == http.MethodDelete || method == http.MethodPatch
		dav = dav || slices.Contains(davMethods, method)
	}
	evidence := lines("OPTIONS /", at(answer))
	for _, name := range []string{"Allow", "Public", "DAV"} {
		if answer.Header.Get(name) != "" {
			evidence = lines(evidence, headerLine(answer.Header, name))
		}
	}
	switch {
	case !changes:
		return pass()
	case dav:
		return fail(Finding{Title: "The server offers WebDAV, which changes files", Severity: auditapi.Low, Evidence: evidence})
	}
	return fail(Finding{Title: "The server says that it takes PUT, DELETE or PATCH", Severity: auditapi.Info, Evidence: evidence,
		Impact: "An interface for programs needs these methods, and frameworks often list what only some addresses take; then nothing is wrong. On a server of plain pages and files, they let whoever may use them change the site. The audit has asked what is offered and has changed nothing.",
		Remediation: serverConfig("See whether the front page needs these methods, and refuse those that it does not.",
			"location / {\n    limit_except GET POST { deny all; }\n}",
			"<Location />\n    AllowMethods GET HEAD POST OPTIONS\n</Location>",
			"@change method PUT DELETE PATCH\nrespond @change 405")})
}
