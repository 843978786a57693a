package check

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
)

// Where the rules for these checks are written.
const (
	mcpTransportRules = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http"
	mcpSignInRules    = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"
	mcpToolRules      = "https://modelcontextprotocol.io/specification/2026-07-28/server/tools"
	mcpTopTen         = "https://owasp.org/www-project-mcp-top-10/"
)

// Why something at an endpoint could not be looked at.
const (
	mcpSignIn = "The AI interface asks for sign-in, as it should; without an account this could not be looked at."
)

// mcpCheck is the Run of a check on the MCP endpoint. A site without one has nothing
// to say on it.
func mcpCheck(judge func(seen *mcpprobe.Result) Result) func(context.Context, *Site) Result {
	return func(_ context.Context, site *Site) Result {
		switch {
		case site.NoMCP != "":
			return skip("%s", site.NoMCP)
		case site.MCP == nil:
			return pass()
		}
		return judge(site.MCP)
	}
}

// mcpOpenCheck is mcpCheck for what only an endpoint without sign-in shows.
func mcpOpenCheck(judge func(seen *mcpprobe.Result) Result) func(context.Context, *Site) Result {
	return mcpCheck(func(seen *mcpprobe.Result) Result {
		if seen.Refusal != nil {
			return skip(mcpSignIn)
		}
		return judge(seen)
	})
}

// mcpToolCheck is mcpOpenCheck for what the list of tools shows.
func mcpToolCheck(judge func(seen *mcpprobe.Result) Result) func(context.Context, *Site) Result {
	return mcpOpenCheck(func(seen *mcpprobe.Result) Result {
		if !seen.Tools.Seen && seen.Tools.Problem != "" {
			return skip("The tools of the AI interface could not be listed. %s", seen.Tools.Problem)
		}
		return judge(seen)
	})
}

// mcpControls are the clauses of a check on the endpoint: those for interfaces, the
// given ones of OWASP's lists, and the ASVS numbers.
func mcpControls(lists topic, verification ...string) []auditapi.Control {
	return controls(slices.Concat(interfaces, lists), verification...)
}

// mcpAt names the endpoint. The values of its query may be secrets.
func mcpAt(seen *mcpprobe.Result) string {
	var about []string
	about = append(about, string(seen.Transport))
	if len(seen.Revisions) > 0 {
		about = append(about, "protocol "+strings.Join(seen.Revisions, ", "))
	}
	if name := strings.TrimSpace(seen.Server.Name + " " + seen.Server.Version); name != "" {
		about = append(about, "calls itself "+quote(name))
	}
	return fmt.Sprintf("AI interface (MCP) at %s: %s", mcpAddress(seen.URL), strings.Join(about, "; "))
}

// mcpAddress is an address without the values of its query.
func mcpAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return quote(address)
	}
	query := ""
	for i, pair := range strings.Split(u.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if name == "" || i == 10 {
			break
		}
		query += map[bool]string{true: "?", false: "&"}[i == 0] + name + "=…"
	}
	return quote(u.Scheme + "://" + u.Host + u.EscapedPath() + query)
}

// some is the first lines of a long list.
func some(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, "\n")
	}
	return strings.Join(list[:most], "\n") + fmt.Sprintf("\nand %d more", len(list)-most)
}
