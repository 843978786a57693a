package check

import (
	"fmt"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

// minSessionBits is what OWASP asks of session ids at least; random UUIDs have 122.
const minSessionBits = 64

func init() {
	register(Check{
		ID: "mcp-session-id", Title: "Session ids of the AI interface cannot be guessed", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "Who guesses the id of somebody else's session can ask questions in it, read its answers or end it.",
		Remediation: serverConfig("Make session ids of at least 128 random bits from a cryptographic source (Node: crypto.randomUUID(); Go: crypto/rand.Text(); Python: secrets.token_urlsafe(32)), tie them to the signed-in user, and let them expire. Better still, move to revision 2026-07-28 of the protocol, which has no sessions. A web server in front cannot repair ids, but it can keep guessers slow:",
			"limit_req_zone $binary_remote_addr zone=mcp:10m rate=5r/s;\nlocation /mcp {\n    limit_req zone=mcp burst=20;\n    proxy_pass http://127.0.0.1:3000;\n}",
			"# with the module mod_evasive\nDOSPageCount 50\nDOSPageInterval 10\nDOSBlockingPeriod 60",
			"# with the module caddy-ratelimit\nrate_limit {\n    zone mcp {\n        key {remote_host}\n        events 50\n        window 10s\n    }\n}"),
		References: []string{"https://modelcontextprotocol.io/specification/2025-11-25/basic/transports", "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP07"), clauses(owaspAPI, "API2")), "7.2.3"),
		Run:        mcpCheck(runMCPSessionID),
	})
}

func runMCPSessionID(seen *mcpprobe.Result) Result {
	if len(seen.SessionIDs) < 2 {
		if seen.Refusal != nil {
			return skip(mcpSignIn)
		}
		return pass() // no ids, or none to compare with
	}
	first, second := seen.SessionIDs[0], seen.SessionIDs[1]
	s := mcpprobe.Compare(first, second)
	evidence := lines(mcpAt(seen), "Two sessions, opened one after the other, got the ids "+quote(first)+" and "+quote(second))
	found := func(title, detail string) Result {
		return fail(Finding{Title: title, Severity: auditapi.High, Evidence: lines(evidence, detail)})
	}
	switch {
	case s.Same:
		return found("Clients of the AI interface share one session id", "Both ids are the same.")
	case s.Clock:
		return found("Session ids of the AI interface tell the time", "They are UUIDs of version 1, made of a clock and the machine's address.")
	case s.Sequential:
		return found("Session ids of the AI interface are counted up", "The second follows closely after the first.")
	case s.Bits < minSessionBits:
		return found("Session ids of the AI interface are too short", fmt.Sprintf("What differs is made of %s and holds at most %.0f random bits; at least %d are needed.", s.Charset, s.Bits, minSessionBits))
	}
	return pass()
}
