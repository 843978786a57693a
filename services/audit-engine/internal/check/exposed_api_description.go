package check

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.Description, Title: "The API is described only to whom it is meant for", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The description lists everything the API can do, also what no page uses. Where the API is made for others, that is right; where it only serves your own pages, it is a map for attackers.",
		Remediation: serverConfig("Switch the description off in production (Spring: springdoc.api-docs.enabled=false; FastAPI: FastAPI(openapi_url=None); ASP.NET: map it in development only), or refuse it at the server. If your API is public, leave it as it is.",
			"location ~ ^/(swagger|openapi|api-docs|v[23]/api-docs) {\n    deny all;\n}",
			"<LocationMatch \"^/(swagger|openapi|api-docs|v[23]/api-docs)\">\n    Require all denied\n</LocationMatch>",
			"@description path /swagger* /openapi* /api-docs* /v2/api-docs* /v3/api-docs*\nrespond @description 404"),
		References: []string{"https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/", "https://spec.openapis.org/oas/latest.html"},
		Controls:   controls(interfaces, "13.4.5"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.Description, site.meantToBeRead)
		},
	})
}

// publicNames begin the names of hosts that are there for other programs and the
// people who write them.
var publicNames = []string{"api", "dev", "developer", "developers", "docs", "openapi", "swagger"}

// meantToBeRead leaves a description that the site shows its visitors as information.
func (s *Site) meantToBeRead(f Finding, hit exposed.Hit) Finding {
	name, _, _ := strings.Cut(s.Host, ".")
	linked := slices.ContainsFunc(s.pages(), func(p *Page) bool { return bytes.Contains(p.Body, []byte(hit.Path)) })
	if linked || slices.Contains(publicNames, name) {
		f.Severity = auditapi.Info
		f.Impact = "The site seems to show it on purpose: it links to it, or its name says that it is there for programs. Please make sure that everything in it is meant for others."
	}
	return f
}
