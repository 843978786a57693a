package check

import (
	"regexp"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-errors", Title: "Errors of the AI interface do not show its inside", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Parts of the program, file names and queries in errors shorten an attacker's way in. Here they also land in the context of the AI model, which may repeat them to anybody.",
		Remediation: serverConfig("Answer errors with a code and one sentence, and write the rest to a log. In JSON-RPC that means: no stack trace in error.message or error.data. The web server can replace answers of a crashed application:",
			"location /mcp {\n    proxy_pass http://127.0.0.1:3000;\n    proxy_intercept_errors on;\n    error_page 500 502 503 504 = @down;\n}\nlocation @down { return 503; }",
			"ProxyErrorOverride On 500 502 503 504\nErrorDocument 500 \"unavailable\"",
			"reverse_proxy 127.0.0.1:3000 {\n    @broken status 5xx\n    handle_response @broken {\n        respond \"unavailable\" 503\n    }\n}"),
		References: []string{"https://www.jsonrpc.org/specification#error_object", "https://cwe.mitre.org/data/definitions/209.html"},
		Controls:   controls(slices.Concat(leaks, clauses(owaspMCP, "MCP10"), clauses(owaspAPI, "API8"), clauses(owaspLLM, "LLM02")), "16.5.1"),
		Run:        mcpCheck(runMCPErrors),
	})
}

// insides are what errors of programs show besides traces, and documents do not: the
// errors of their libraries by class, their own files, hosts of their network.
var insides = []signature{
	{name: "an error of a library", pattern: regexp.MustCompile(`\b(?:[a-z_]\w*\.)+[A-Z]\w*(?:Error|Exception): [^\n]{1,200}|\b(?:java|javax|org|com)\.[\w.]+\.[A-Z]\w*(?:Error|Exception)\b[^\n]{0,200}|\bSystem\.[\w.]*Exception: [^\n]{1,200}`)},
	{name: "a file of the program", pattern: regexp.MustCompile(`(?:/(?:app|srv|opt|home|root|usr/(?:src|local|lib)|var/www|workspace)|\b[A-Za-z]:\\[\w\\ ]{1,80})[\w./\\@-]{1,200}\.(?:py|js|mjs|cjs|ts|go|rb|php|java|cs|sqlite3?|db|env)\b`)},
	{name: "a host of the network within", pattern: regexp.MustCompile(`\b(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}):\d{2,5}\b|\b(?:connect )?ECONNREFUSED [\w.:-]+`)},
}

func runMCPErrors(seen *mcpprobe.Result) Result {
	for _, text := range seen.Errors {
		for _, s := range slices.Concat(traces, queries, insides) {
			if match := s.pattern.FindString(text + "\n"); match != "" {
				return fail(Finding{Title: "Errors of the AI interface show parts of its program", Severity: auditapi.Low,
					Evidence: lines(mcpAt(seen), "A question that it could not answer brought "+s.name+":", quote(match))})
			}
		}
	}
	return pass()
}
