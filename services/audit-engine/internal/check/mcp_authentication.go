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
		ID: "mcp-authentication", Title: "Tools for AI assistants are listed after sign-in only", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "Whoever finds the address learns what the tools do and which values they take. Where listing needs no sign-in, calling mostly needs none either, so that strangers may read and change what the tools reach. The audit called no tool.",
		Remediation: serverConfig("Have the endpoint answer 401 to every request without a valid token, initialize included (OAuth 2.1 as in the specification's chapter on authorization; its libraries bring it along). If the tools are meant for everybody, keep them to public data and mark them with readOnlyHint. Until then, let the web server ask for a token of your own:",
			"location /mcp {\n    if ($http_authorization != \"Bearer A-LONG-RANDOM-VALUE\") { return 401; }\n    proxy_pass http://127.0.0.1:3000;\n}",
			"<Location \"/mcp\">\n    Require expr %{HTTP:Authorization} == 'Bearer A-LONG-RANDOM-VALUE'\n</Location>",
			"@stranger {\n    path /mcp*\n    not header Authorization \"Bearer A-LONG-RANDOM-VALUE\"\n}\nrespond @stranger 401"),
		References: []string{mcpSignInRules, mcpTopTen},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP07"), clauses(owaspAPI, "API2"), clauses(owaspLLM, "LLM02")), "8.2.1"),
		Run:        mcpCheck(runMCPAuthentication),
	})
}

func runMCPAuthentication(seen *mcpprobe.Result) Result {
	if seen.Refusal != nil {
		return pass()
	}
	if !seen.Tools.Seen && seen.Tools.Problem != "" {
		return skip("The tools of the AI interface could not be listed. %s", seen.Tools.Problem)
	}
	tools := seen.Tools.Items
	if len(tools) == 0 {
		return pass()
	}
	var names []string
	for _, tool := range tools {
		names = append(names, "- "+quote(tool.Name))
	}
	evidence := lines(mcpAt(seen), fmt.Sprintf("tools/list, sent without credentials, gave %d tools:", len(tools)), some(names, 15))
	changes := slices.ContainsFunc(tools, func(t mcpprobe.Tool) bool { return !readOnly(t) })
	if !changes {
		return fail(Finding{
			Title: "Read-only AI tools are listed without sign-in", Severity: auditapi.Medium, Evidence: evidence,
			Impact: "All tools say of themselves that they only read. If what they read is public, this may be what you want; else strangers read it too. The audit called no tool.",
		})
	}
	return fail(Finding{Title: "AI tools are listed to anybody, without sign-in", Severity: auditapi.High, Evidence: evidence})
}

// readOnly reports whether the tool says that it changes nothing.
func readOnly(t mcpprobe.Tool) bool { return t.Annotations.ReadOnly != nil && *t.Annotations.ReadOnly }
