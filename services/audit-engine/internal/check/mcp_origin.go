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
		ID: "mcp-origin", Title: "The AI interface refuses pages of other sites", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "A page that somebody opens can use that person's browser to reach the interface: from inside your network, past a firewall or a list of allowed addresses, and by DNS rebinding even where the interface listens on the own machine only. The protocol requires servers to refuse unknown origins for that reason.",
		Remediation: serverConfig("Compare the Origin header as a whole with a fixed list and answer 403 to all others, null included. Requests without Origin come from programs and may pass. In Go: http.NewCrossOriginProtection; in the TypeScript SDK: allowedOrigins with enableDnsRebindingProtection. In front of the application:",
			"map $http_origin $foreign {\n    default 1;\n    \"\" 0;\n    \"https://app.YOUR.NAME\" 0;\n}\nlocation /mcp {\n    if ($foreign) { return 403; }\n    proxy_pass http://127.0.0.1:3000;\n}",
			"<Location \"/mcp\">\n    Require expr %{HTTP:Origin} in { '', 'https://app.YOUR.NAME' }\n</Location>",
			"@foreign {\n    path /mcp*\n    header Origin *\n    not header Origin https://app.YOUR.NAME\n}\nrespond @foreign 403"),
		References: []string{mcpTransportRules, "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin"},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP07"), clauses(owaspAPI, "API8")), "3.5.2", "4.4.2"),
		Run:        mcpCheck(runMCPOrigin),
	})
}

func runMCPOrigin(seen *mcpprobe.Result) Result {
	if seen.Refusal != nil {
		if seen.Refusal.Header.Get("Access-Control-Allow-Origin") == "*" {
			return fail(Finding{
				Title: "Pages of any site can talk to the AI interface", Severity: auditapi.Info,
				Evidence: lines(mcpAt(seen), "Without a token it answers 401 with Access-Control-Allow-Origin: *"),
				Impact:   "This is no weakness as long as each request needs a token that no browser sends by itself. Clients that run in a browser need it.",
			})
		}
		return skip(mcpSignIn)
	}
	if len(seen.Origins) == 0 {
		return skip("The AI interface did not answer when it was asked on behalf of another site.")
	}
	evidence := mcpAt(seen)
	for _, o := range seen.Origins {
		evidence = lines(evidence, originLine(o))
	}
	found := func(title, impact string) Result {
		return fail(Finding{Title: title, Severity: auditapi.High, Evidence: evidence, Impact: impact})
	}
	accepted := func(o mcpprobe.OriginAnswer) bool { return o.Accepted }
	sandboxed := func(o mcpprobe.OriginAnswer) bool { return o.Origin == "null" && o.Accepted }
	readable := func(o mcpprobe.OriginAnswer) bool { return o.Allow == "*" || o.Allow == o.Origin }
	switch {
	case seen.Origins[0].Origin != "null" && seen.Origins[0].Accepted:
		return found("Pages of any site can use the AI interface", "")
	case slices.ContainsFunc(seen.Origins, sandboxed):
		return found("Sandboxed pages can use the AI interface", "The origin null is no site of yours: any site can have it, from a sandboxed frame. So pages of other sites get around the list of allowed origins.")
	case slices.ContainsFunc(seen.Origins, accepted):
		return found("Sites with a similar name can use the AI interface", "Only a part of the origin is compared. Whoever registers a name that holds this part gets around the list of allowed origins, with a page that somebody opens.")
	case slices.ContainsFunc(seen.Origins, readable):
		return fail(Finding{
			Title: "Browsers are told that any site may read the AI interface", Severity: auditapi.Low, Evidence: evidence,
			Impact: "The endpoint refuses pages of other sites, but its Access-Control-Allow-Origin lets them read every answer. Should the refusal be lost, in a proxy for example, nothing else holds them back.",
		})
	}
	return pass()
}

func originLine(o mcpprobe.OriginAnswer) string {
	line := fmt.Sprintf("Origin: %s was answered with %d", o.Origin, o.Status)
	if o.Accepted {
		line += " and the result"
	}
	if o.Allow != "" {
		line += ", Access-Control-Allow-Origin: " + quote(o.Allow)
	}
	if o.Credentials {
		line += ", Access-Control-Allow-Credentials: true"
	}
	return line
}
