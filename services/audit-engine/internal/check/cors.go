package check

import (
	"context"
	"net/http"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// foreignOrigin is an origin that no site can have listed on purpose.
const foreignOrigin = "https://origin-check.invalid"

func init() {
	register(Check{
		ID: "cors", Title: "Other sites cannot read answers to your visitors", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "Any site that a signed-in visitor opens can read what yours shows to that visitor (account data, tokens) and act in the visitor's name.",
		Remediation: "Answer with Access-Control-Allow-Origin only to origins from a fixed list that you compare as a whole, never with what the request says. Leave Access-Control-Allow-Credentials out where no other site needs the visitor's session.\n\nnginx:\n    map $http_origin $allowed_origin {\n        default \"\";\n        \"https://app.YOUR.NAME\" $http_origin;\n    }\n    add_header Access-Control-Allow-Origin $allowed_origin always;\n\nApache:\n    SetEnvIf Origin \"^https://app\\.YOUR\\.NAME$\" ALLOWED=$0\n    Header always set Access-Control-Allow-Origin %{ALLOWED}e env=ALLOWED\n\nCaddy:\n    @app header Origin https://app.YOUR.NAME\n    header @app Access-Control-Allow-Origin https://app.YOUR.NAME",
		References:  []string{"https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"},
		Controls:    controls(access, "3.4.2"),
		Run: func(ctx context.Context, site *Site) Result {
			target := site.Page.URL.EscapedPath()
			if site.Page.URL.RawQuery != "" {
				target += "?" + site.Page.URL.RawQuery
			}
			answer, err := site.Ask(ctx, http.MethodGet, target, http.Header{"Origin": {foreignOrigin}})
			if err != nil {
				return skip("The site did not answer when it was asked on behalf of another site.")
			}
			// Without credentials only what everybody may read is shared.
			reflected := answer.Header.Get("Access-Control-Allow-Origin") == foreignOrigin
			if !reflected || !strings.EqualFold(answer.Header.Get("Access-Control-Allow-Credentials"), "true") {
				return pass()
			}
			return fail(Finding{Title: "Any site may read your answers to signed-in visitors", Severity: auditapi.High,
				Evidence: lines("Asked with Origin: "+foreignOrigin, at(answer), headerLine(answer.Header, "Access-Control-Allow-Origin"), headerLine(answer.Header, "Access-Control-Allow-Credentials"))})
		},
	})
}
