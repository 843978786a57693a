package check

import (
	"context"
	"net/http"
	"regexp"
	"slices"

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
		Run:        runGraphQL,
	})
}

const (
	graphQLQuestion = `{"query":"{__schema{queryType{name}}}"}`
	// maxGraphQL is how many addresses are asked with POST.
	maxGraphQL = 3
)

// graphQLPath is an address that scripts name.
var graphQLPath = regexp.MustCompile("[\"'`](/[A-Za-z0-9_./-]{0,100}graphql)[\"'`]")

// runGraphQL takes what the search for files has found. Most interfaces answer POST alone,
// and are asked so where something answers to GET, whatever it says.
func runGraphQL(ctx context.Context, site *Site) Result {
	result := exposedResult(site, exposed.GraphQL, asFound)
	if len(result.Findings) > 0 {
		return result
	}
	for _, path := range site.graphQLPaths() {
		there, err := site.Ask(ctx, http.MethodGet, path, nil)
		if err != nil || there.Status == http.StatusNotFound || there.Status == http.StatusGone {
			continue
		}
		answer, err := site.Query(ctx, path, []byte(graphQLQuestion))
		if err != nil || answer.Status != http.StatusOK || !exposed.Introspection(answer.Body) {
			continue
		}
		return fail(Finding{
			Title: "The schema of the GraphQL API can be read by everybody", Severity: auditapi.Low,
			Evidence: lines("POST "+quote(graphQLQuestion), at(answer), quote(string(answer.Body[:min(len(answer.Body), maxGraphQLText)]))),
		})
	}
	return result
}

const maxGraphQLText = 120

// graphQLPaths are the usual addresses, and first those that the site's scripts name.
func (s *Site) graphQLPaths() []string {
	var list []string
	add := func(path string) {
		if len(list) < maxGraphQL && !slices.Contains(list, path) && (s.Owned || !s.disallows(path)) {
			list = append(list, path)
		}
	}
	for _, text := range s.texts() {
		for _, m := range graphQLPath.FindAllSubmatch(beginning(text.Body), maxGraphQL) {
			add(string(m[1]))
		}
	}
	add("/graphql")
	add("/api/graphql")
	return list
}
