package check

import (
	"fmt"
	"net/http"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-headers", Title: "The AI interface compares headers with messages", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Since revision 2026-07-28, headers repeat what a message asks for, so that firewalls and gateways can judge without reading it. A server that does not compare the two lets an attacker show the gateway one thing and have another done.",
		Remediation: serverConfig("Use a current release of your MCP library; it refuses messages whose headers do not fit with 400 and the error -32020. Let proxies pass the headers Mcp-Method, Mcp-Name and MCP-Protocol-Version on as they are:",
			"location /mcp {\n    proxy_pass http://127.0.0.1:3000;\n    proxy_pass_request_headers on;\n}",
			"ProxyPass \"/mcp\" \"http://127.0.0.1:3000/mcp\"",
			"reverse_proxy /mcp* 127.0.0.1:3000"),
		References: []string{mcpTransportRules},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP07"), clauses(owaspAPI, "API8")), "4.1.4"),
		Run:        mcpCheck(runMCPHeaders),
	})
}

// codeNoMethod is the error of JSON-RPC for a method that does not exist.
const codeNoMethod = -32601

func runMCPHeaders(seen *mcpprobe.Result) Result {
	var accepted, unclear []string
	for _, h := range seen.Headers {
		switch {
		case h.Accepted:
			accepted = append(accepted, fmt.Sprintf("- %s: answered with %d and the result", h.Sent, h.Status))
		case h.Code != 0 && h.Status == http.StatusOK:
			unclear = append(unclear, fmt.Sprintf("- tools/list, %s: error %d with status 200 in place of 400", h.Sent, h.Code))
		}
	}
	if h := seen.Unknown; h != nil && (h.Accepted || h.Code != 0 && (h.Status == http.StatusOK || h.Status == http.StatusNotFound && h.Code != codeNoMethod)) {
		unclear = append(unclear, fmt.Sprintf("- %s, which does not exist: status %d and code %d in place of 404 and %d", h.Sent, h.Status, h.Code, codeNoMethod))
	}
	var findings []Finding
	if len(accepted) > 0 {
		findings = append(findings, Finding{Title: "Headers of AI requests may contradict the message", Severity: auditapi.Low,
			Evidence: lines(mcpAt(seen), "tools/list was sent with headers that do not fit, which must be refused:", some(accepted, 5))})
	}
	if len(unclear) > 0 {
		findings = append(findings, Finding{Title: "Refusals of the AI interface look like answers", Severity: auditapi.Low,
			Evidence: lines(mcpAt(seen), some(unclear, 5)),
			Impact:   "Since revision 2026-07-28, the status tells firewalls, gateways and logs that a message was refused. With another one, attempts go unnoticed, and clients may take the refusal for an answer."})
	}
	return fail(findings...)
}
