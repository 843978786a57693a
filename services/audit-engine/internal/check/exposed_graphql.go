package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.GraphQL, Title: "The GraphQL API does not explain itself to everybody", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The API answers questions about itself (introspection): all types, queries and changes it knows, also those that no page uses. Attackers read it as the list of what to try.",
		Remediation: serverConfig("Switch introspection off where customers are served (Apollo: introspection: false; Spring: spring.graphql.schema.introspection.enabled=false; gqlgen: leave out extension.Introspection). If the API is made for others, leave it as it is. The server can refuse the question until then, where it comes in the address:",
			"location = /graphql {\n    if ($args ~* __schema) { return 403; }\n    proxy_pass http://127.0.0.1:4000;\n}",
			"RewriteEngine On\nRewriteCond %{QUERY_STRING} __schema [NC]\nRewriteRule ^/graphql$ - [F]",
			"@introspection {\n    path /graphql\n    query query=*__schema*\n}\nrespond @introspection 403"),
		References: []string{"https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html", "https://spec.graphql.org/draft/#sec-Introspection"},
		Controls:   controls(interfaces, "4.3.2"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.GraphQL, asFound)
		},
	})
}
