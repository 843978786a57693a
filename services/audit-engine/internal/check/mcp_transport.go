package check

import (
	"context"
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
		Run: func(ctx context.Context, site *Site) Result {
			return mcpCheck(func(seen *mcpprobe.Result) Result { return runMCPTransport(site, seen) })(ctx, site)
		},
	})
}

// secretName is a parameter of an address that holds a secret by its name.
var secretName = regexp.MustCompile(`(?i)^(?:(?:access|auth|api|bearer|id|secret|private)[_-]?(?:token|key)|token|apikey|secret|client[_-]?secret|password|passwd|jwt|authorization)$`)

// minSecret is the shortest value that can be one.
const minSecret = 8

func runMCPTransport(site *Site, seen *mcpprobe.Result) Result {
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
	} else if told := tokenAddressIn(seen.URL, append([]string{string(site.Page.Body)}, seen.Errors...)); told != "" {
		findings = append(findings, Finding{Title: "The AI interface takes tokens in addresses", Severity: auditapi.High,
			Evidence: lines(mcpAt(seen), "The page or an error says to connect to "+quote(told)+"…"),
			Impact:   "A token in an address ends up in logs, histories and copied links. The protocol forbids it."})
	}
	return fail(findings...)
}

// untilValue is the rest of an address, up to the value of its token.
const untilValue = `/?\?(?:[^\s"'<>#]{0,80}[&;])?(?:access_token|token|api[_-]?key|secret|password)=`

// tokenDenied before an address says that it is refused.
var tokenDenied = regexp.MustCompile(`(?i)\b(?:not|never|don't|no longer|instead of|refuses?|rejects?|deprecated)\b[^.!?]*$`)

// tokenAddressIn is where the texts say that the endpoint is reached with a token in its
// address, up to the token.
func tokenAddressIn(endpoint string, texts []string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Path == "/" {
		return ""
	}
	address := regexp.MustCompile(`(?i)(https?://[^\s"'<>/]{1,200})?` + regexp.QuoteMeta(strings.TrimSuffix(u.Path, "/")) + untilValue)
	for _, text := range texts {
		for _, at := range address.FindAllStringSubmatchIndex(text, 20) {
			own := at[2] < 0 || strings.EqualFold(text[at[2]:at[3]], u.Scheme+"://"+u.Host)
			within := at[2] < 0 && at[0] > 0 && !strings.ContainsRune(" \t\n\"'<>(=`:,", rune(text[at[0]-1])) // of a longer path
			if own && !within && !tokenDenied.MatchString(text[max(0, at[0]-80):at[0]]) {
				return text[at[0]:at[1]]
			}
		}
	}
	return ""
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
