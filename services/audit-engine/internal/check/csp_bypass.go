package check

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "csp-bypass", Title: "No hosts in the policy that anybody can use", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "The policy trusts whole hosts, and these hand out more than your scripts: files that anybody may publish, or old libraries that run what stands in the markup. An attacker who can place markup in the page loads what is needed from there, and the policy lets it pass.",
		Remediation: setHeader("Serve your libraries from your own site, or mark your scripts with a nonce that changes with every answer: browsers then no longer look at the list of hosts. If a host has to stay, name the full path of the file that you use.",
			"Content-Security-Policy", "script-src 'nonce-RANDOM' 'strict-dynamic'; object-src 'none'; base-uri 'none'"),
		References: []string{"https://www.w3.org/TR/CSP3/#strict-dynamic-usage", "https://research.google/pubs/csp-is-dead-long-live-csp-on-the-insecurity-of-whitelists-and-the-future-of-content-security-policy/"},
		Controls:   controls(clientCode, "3.4.3"),
		Run:        onPages(runCSPBypass, anyPage),
	})
}

func runCSPBypass(_ context.Context, site *Site) Result {
	list := policies(site)
	lists := limits(list, scriptElements)
	if len(lists) == 0 {
		return skip(noPolicy)
	}
	eval := everywhere(limits(list, scriptStrings), func(s sources) bool { return s.has("'unsafe-eval'") })
	open, callbacks := publicSources(lists), []string(nil)
	for _, b := range bypasses {
		source, ok := b.through(lists)
		switch {
		case !ok, b.eval && !eval:
		case b.kind == callback:
			callbacks = append(callbacks, quote(source)+" covers "+b.name+b.path+", "+string(b.kind))
		default:
			open = append(open, quote(source)+" covers "+b.name+b.path+", "+string(b.kind))
		}
	}
	var findings []Finding
	evidence := func(seen []string) string {
		return lines(at(site.Page), strings.Join(seen[:min(len(seen), maxSightings)], "\n"), "List of such hosts: "+bypassesDate)
	}
	if len(open) > 0 {
		findings = append(findings, Finding{Title: "The security policy trusts hosts that serve anybody's code", Severity: auditapi.Medium, Evidence: evidence(open)})
	}
	if len(callbacks) > 0 {
		findings = append(findings, Finding{Title: "The security policy trusts hosts that return given text", Severity: auditapi.Low, Evidence: evidence(callbacks),
			Impact: "These hosts answer with a script that begins with a word from the address (JSONP). An attacker who can place markup in the page has code of their own returned from there, as far as the service lets it."})
	}
	return fail(findings...)
}

// through returns the source that lets b into a page with these policies. All must
// let it pass, and one of them by naming the host: what is open to everybody anyway
// is told by another check.
func (b bypass) through(lists []sources) (source string, ok bool) {
	for _, list := range lists {
		if list.isBroad() {
			continue
		}
		i := slices.IndexFunc(list.addresses(), func(v string) bool { return parseHost(v).matches(b.name, b.path) })
		if i < 0 {
			return "", false
		}
		source = list.addresses()[i]
	}
	return source, source != ""
}

// publicSources describes sources such as *.github.io, below which anybody can have
// a name. A single policy decides: across several, names would have to be compared.
func publicSources(lists []sources) []string {
	if len(lists) != 1 {
		return nil
	}
	var seen []string
	for _, v := range lists[0].addresses() {
		name, wild := strings.CutPrefix(parseHost(v).name, "*.")
		suffix, icann := publicsuffix.PublicSuffix(name)
		if wild && suffix == name && (icann || strings.Contains(name, ".")) {
			seen = append(seen, quote(v)+" covers names that anybody can register")
		}
	}
	return seen
}
