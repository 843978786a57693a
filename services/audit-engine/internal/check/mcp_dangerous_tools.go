package check

import (
	"fmt"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-dangerous-tools", Title: "Powerful AI tools are bounded or marked as such", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "An AI model calls these tools with values that may come from a web page or a mail that it has just read. If any value is allowed, whoever wrote that page runs commands, reads files or reaches internal addresses of yours. Without annotations, clients cannot know that they should ask their user first.",
		Remediation: serverConfig("Give the tool a narrow purpose: a list of allowed values (enum), a pattern with a fixed host or folder, an id in place of a path or a query. Check the values again on the server. Say what it does with annotations (readOnlyHint, destructiveHint, openWorldHint), and let only signed-in users call it. Run the server without rights that it does not need. Until then, let only your own network in:",
			"location /mcp {\n    allow 203.0.113.0/24;\n    deny all;\n    proxy_pass http://127.0.0.1:3000;\n}",
			"<Location \"/mcp\">\n    Require ip 203.0.113.0/24\n</Location>",
			"@outside {\n    path /mcp*\n    not remote_ip 203.0.113.0/24\n}\nrespond @outside 403"),
		References: []string{mcpToolRules, mcpTopTen, "https://genai.owasp.org/llmrisk/llm062025-excessive-agency/"},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP05", "MCP02"), clauses(owaspAPI, "API7"), clauses(owaspLLM, "LLM06")), "1.3.6"),
		Run:        mcpToolCheck(runMCPDangerousTools),
	})
}

func runMCPDangerousTools(seen *mcpprobe.Result) Result {
	var lies []string
	places := map[string][]string{} // by title
	var findings []Finding
	for _, p := range powers {
		for _, tool := range seen.Tools.Items {
			parameter, ok := p.of(tool)
			line := fmt.Sprintf("- %s, parameter %s", quote(tool.Name), quote(parameter))
			switch {
			case !ok:
			case p.changes && readOnly(tool):
				lies = append(lies, line+": says readOnlyHint: true")
			case !tool.Annotated && !slices.Contains(places[p.title], line):
				if places[p.title] == nil {
					findings = append(findings, Finding{Title: p.title, Severity: p.severity})
				}
				places[p.title] = append(places[p.title], line)
			}
		}
	}
	for i, f := range findings {
		findings[i].Evidence = lines(mcpAt(seen), "These take any value and have no annotations:", some(places[f.Title], 8))
	}
	if len(lies) > 0 {
		findings = append(findings, Finding{
			Title: "AI tools that change things are marked as read-only", Severity: auditapi.High, Evidence: lines(mcpAt(seen), some(lies, 8)),
			Impact: "Clients call read-only tools without asking their user. These run commands or write, by their names and parameters.",
		})
	}
	return fail(findings...)
}
