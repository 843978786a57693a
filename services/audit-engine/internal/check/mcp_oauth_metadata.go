package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-oauth-metadata", Title: "AI clients are told safely where to sign in", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Clients find the sign-in of a protected AI interface by a document on the site. Where it is missing, people fall back on keys that are copied by hand and never expire. Where it is wrong, tokens are asked for, or sent to, the wrong place; careful clients refuse to connect.",
		Remediation: serverConfig("Answer 401 with WWW-Authenticate: Bearer resource_metadata=\"https://YOUR.NAME/.well-known/oauth-protected-resource/mcp\" and serve there {\"resource\": \"https://YOUR.NAME/mcp\", \"authorization_servers\": [\"https://SIGN-IN.YOUR.NAME\"]} as application/json. The resource is the exact address that clients use. The application's MCP library mostly does both; behind a proxy, tell it its public address. By hand:",
			"location = /.well-known/oauth-protected-resource/mcp {\n    default_type application/json;\n    return 200 '{\"resource\":\"https://YOUR.NAME/mcp\",\"authorization_servers\":[\"https://SIGN-IN.YOUR.NAME\"]}';\n}",
			"Alias \"/.well-known/oauth-protected-resource/mcp\" \"/var/www/oauth-protected-resource.json\"\n<Location \"/.well-known/oauth-protected-resource/mcp\">\n    ForceType application/json\n</Location>",
			"handle /.well-known/oauth-protected-resource/mcp {\n    header Content-Type application/json\n    respond `{\"resource\":\"https://YOUR.NAME/mcp\",\"authorization_servers\":[\"https://SIGN-IN.YOUR.NAME\"]}`\n}"),
		References: []string{mcpSignInRules, "https://www.rfc-editor.org/rfc/rfc9728", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP07"), clauses(owaspAPI, "API2"))),
		Run:        mcpCheck(runMCPMetadata),
	})
}

func runMCPMetadata(seen *mcpprobe.Result) Result {
	if seen.Refusal == nil {
		return pass()
	}
	m := seen.Metadata
	_, bearer := seen.Refusal.Bearer()
	evidence := lines(mcpAt(seen), fmt.Sprintf("Without a token it answers %d", seen.Refusal.Status), headerLine(seen.Refusal.Header, "WWW-Authenticate"))
	found := func(severity auditapi.Severity, title, detail string) Result {
		return fail(Finding{Title: title, Severity: severity, Evidence: lines(evidence, detail)})
	}
	named, err := url.Parse(m.Named)
	switch {
	case m.Unknown:
		return skip("The document that tells where to sign in did not arrive in time.")
	case m.Named != "" && (err != nil || named.Host == ""):
		return found(auditapi.Medium, "The address of the sign-in document is no address", "resource_metadata must be a full https:// address.")
	case m.Named != "" && named.Scheme != "https" && strings.HasPrefix(seen.URL, "https:"):
		return found(auditapi.Medium, "The sign-in document is offered without encryption", "resource_metadata must be an https:// address.")
	case m.Elsewhere:
		return skip("The document that tells where to sign in lies on another host, which is outside of this audit.")
	case !m.Found && m.Named != "":
		return found(auditapi.Medium, "The sign-in document that was named is not there", quote(m.Path)+" does not give a JSON document.")
	case !m.Found && bearer:
		return found(auditapi.Medium, "AI clients cannot find out where to sign in", "There is no resource_metadata, and no document at "+quote(m.Path)+" or below.")
	case !m.Found && len(seen.Refusal.Challenges) == 0:
		return found(auditapi.Medium, "AI clients cannot find out how to sign in", "Nothing is asked for by WWW-Authenticate, and there is no document at "+quote(m.Path)+" or below.")
	case !m.Found: // a password, which people may have been told
		return found(auditapi.Low, "AI clients cannot find out how to sign in", "No token is asked for by WWW-Authenticate, and there is no document at "+quote(m.Path)+" or below.")
	}
	evidence = lines(evidence, fmt.Sprintf("%s: resource %q, authorization_servers %s", quote(m.Path), quote(m.Resource), quote(strings.Join(m.Servers, ", "))))
	switch {
	case !sameResource(m.Resource, seen.URL):
		return found(auditapi.Medium, "The sign-in document is about another resource", "The resource must be the address of the AI interface.")
	case len(m.Servers) == 0:
		return found(auditapi.Medium, "The sign-in document names no place to sign in", "authorization_servers must hold at least one.")
	case strings.HasPrefix(seen.URL, "https:") && slices.ContainsFunc(m.Servers, func(s string) bool { return !strings.HasPrefix(strings.ToLower(s), "https://") }):
		return found(auditapi.Medium, "People are sent to sign in without encryption", "Each of authorization_servers must be an https:// address.")
	case len(seen.Refusal.Challenges) == 0:
		return found(auditapi.Low, "The refusal does not say that a token is needed", "A 401 must have a WWW-Authenticate header (RFC 9110).")
	}
	return pass()
}

// sameResource reports whether the document may be about the endpoint: RFC 9728 wants
// the very same address, but clients take one of the same origin whose path lies above.
func sameResource(resource, endpoint string) bool {
	r, err := url.Parse(resource)
	e, endpointErr := url.Parse(endpoint)
	if err != nil || endpointErr != nil || !strings.EqualFold(r.Scheme, e.Scheme) || !strings.EqualFold(withPort(r), withPort(e)) {
		return false
	}
	above := strings.TrimSuffix(r.Path, "/")
	path := strings.TrimSuffix(e.Path, "/")
	return path == above || strings.HasPrefix(path, above+"/")
}

func withPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return u.Host + map[string]string{"http": ":80", "https": ":443"}[strings.ToLower(u.Scheme)]
}
