package check

import (
	"fmt"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-tool-list", Title: "What the AI interface offers, for comparison", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "This is no weakness. AI clients trust a tool by the description they saw first, so a later change of it is a way to attack them. The fingerprint shows in the next audit whether anything was changed.",
		Remediation: serverConfig("Compare the fingerprint with that of the last audit. If it differs and you have not released anything, find out who changed the tools. Keep the endpoint's requests in a log of its own:",
			"location /mcp {\n    access_log /var/log/nginx/mcp.log;\n    proxy_pass http://127.0.0.1:3000;\n}",
			"SetEnvIf Request_URI \"^/mcp\" mcp\nCustomLog \"logs/mcp.log\" combined env=mcp",
			"log mcp {\n    output file /var/log/caddy/mcp.log\n}\nlog_name /mcp* mcp"),
		References: []string{mcpToolRules, mcpTopTen},
		Controls:   mcpControls(clauses(owaspMCP, "MCP03", "MCP04")),
		Run:        mcpToolCheck(runMCPToolList),
	})
}

func runMCPToolList(seen *mcpprobe.Result) Result {
	if !seen.Tools.Seen {
		return pass() // no tools are offered
	}
	evidence := lines(mcpAt(seen), fmt.Sprintf("%d tools, %d prompts, %d resources", len(seen.Tools.Items), len(seen.Prompts.Items), len(seen.Resources.Items)))
	if seen.Hash != "" {
		evidence = lines(evidence, "SHA-256 of the tools' names, descriptions, schemas and annotations: "+seen.Hash)
	}
	for _, problem := range []string{seen.Tools.Problem, seen.Prompts.Problem, seen.Resources.Problem} {
		if problem != "" && !strings.Contains(evidence, problem) {
			evidence = lines(evidence, "Not all could be read: "+problem)
		}
	}
	limits := "No header tells about a limit of requests."
	if len(seen.RateLimits) > 0 {
		limits = "Headers about limits of requests: " + quote(strings.Join(slices.Clone(seen.RateLimits), ", "))
	}
	return fail(Finding{Title: "The site has an AI interface with tools", Severity: auditapi.Info, Evidence: lines(evidence, limits)})
}
