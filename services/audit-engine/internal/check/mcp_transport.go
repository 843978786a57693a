package check

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-transport", Title: "The AI interface keeps tokens and data on the way", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "Assistants send access tokens, questions of customers and answers of tools here. Unencrypted, everybody on the way reads and changes them, the descriptions of the tools too. A secret in an address ends up in logs, histories and copied links.",
		Remediation: serverConfig("Serve the endpoint over https alone; answer requests over http with an error and not with a redirect, so that no client sends its token there by habit. Take tokens from the Authorization header only, and replace a token that was in an address.",
			"server {\n    listen 80;\n    location /mcp { return 403; }\n}",
			"<VirtualHost *:80>\n    <Location \"/mcp\">\n        Require all denied\n    </Location>\n</VirtualHost>",
			"http://YOUR.NAME {\n    respond /mcp* 403\n}"),
		References: []string{mcpSignInRules, "https://www.rfc-editor.org/rfc/rfc6750#section-5.3", mcpTopTen},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP01"), clauses(owaspAPI, "API8")), "12.2.1", "14.2.1"),
		Run:        mcpCheck(runMCPTransport),
	})
}

// secretName is a parameter of an address that holds a secret by its name.
var secretName = regexp.MustCompile(`(?i)^(?:(?:access|auth|api|bearer|id|secret|private)[_-]?(?:token|key)|token|apikey|secret|client[_-]?secret|password|passwd|jwt|authorization)$`)

// minSecret is the shortest value that can be one.
const minSecret = 8

func runMCPTransport(seen *mcpprobe.Result) Result {
	var findings []Finding
	switch {
	case strings.HasPrefix(seen.URL, "http://"):
		findings = append(findings, Finding{Title: "The AI interface is served without encryption", Severity: auditapi.High, Evidence: mcpAt(seen)})
	case seen.PlainHTTP:
		findings = append(findings, Finding{Title: "The AI interface also answers without encryption", Severity: auditapi.High,
			Evidence: lines(mcpAt(seen), "The same path answered initialize over http:// as well.")})
	}
	if name := secretIn(seen.URL, seen.PostURL); name != "" {
		findings = append(findings, Finding{Title: "The address of the AI interface holds a secret", Severity: auditapi.High,
			Evidence: lines(mcpAt(seen), "The parameter "+quote(name)+" stands in the address.")})
	}
	if slices.Contains(seen.Metadata.Methods, "query") {
		findings = append(findings, Finding{Title: "The AI interface takes tokens in addresses", Severity: auditapi.High,
			Evidence: lines(mcpAt(seen), "bearer_methods_supported in "+quote(seen.Metadata.Path)+" lists query."),
			Impact:   "A token in an address ends up in logs, histories and copied links. The protocol forbids it."})
	}
	return fail(findings...)
}

// secretIn is the name of a parameter with a secret in one of the addresses.
func secretIn(addresses ...string) string {
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		for name, values := range u.Query() {
			if secretName.MatchString(name) && len(values[0]) >= minSecret {
				return name
			}
		}
	}
	return ""
}
