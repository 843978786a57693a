package check

import (
	"context"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "csp-strength", Title: "No loopholes in the content security policy", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "The policy is there, but it lets in the very scripts that it is meant to stop: one that somebody has placed in the page still runs.",
		Remediation: setHeader("Mark your own scripts with a nonce, a random value that changes with every answer, and allow only those. Then 'unsafe-inline', 'unsafe-eval', * and bare schemes can go.",
			"Content-Security-Policy", "script-src 'nonce-RANDOM' 'strict-dynamic'; object-src 'none'; base-uri 'none'"),
		References: cspReferences,
		Controls:   controls(clientCode, "3.4.3"),
		Run:        onPages(runCSPStrength, anyPage),
	})
}

// A script must pass every policy, so a loophole counts only where all of them
// have it.
func runCSPStrength(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	list := policies(site)
	elements, handlers := limits(list, scriptElements), limits(list, scriptHandlers)
	if len(elements) == 0 {
		return skip(noPolicy)
	}
	evidence := func(lists []sources, why string) string {
		var seen []string
		for _, s := range lists {
			seen = append(seen, "Scripts may come from: "+quote(strings.Join(s, " ")))
		}
		return lines(at(site.Page), strings.Join(seen, "\n"), why)
	}
	var findings []Finding
	switch {
	case everywhere(elements, sources.allowsInline):
		findings = append(findings, Finding{Title: "The security policy allows any script in the page", Severity: auditapi.Medium,
			Evidence: evidence(elements, "'unsafe-inline' is allowed, and neither a nonce nor a hash takes its place.")})
	case everywhere(handlers, sources.allowsInline):
		findings = append(findings, Finding{Title: "The security policy allows any event handler in the page", Severity: auditapi.Medium,
			Evidence: evidence(handlers, "'unsafe-inline' is allowed for scripts in attributes such as onclick.")})
	}
	if everywhere(elements, sources.isBroad) {
		findings = append(findings, Finding{Title: "The security policy allows scripts from anywhere", Severity: auditapi.Medium,
			Evidence: evidence(elements, "Too broad: "+quote(strings.Join(elements[0].broad(), " ")))})
	}
	if everywhere(limits(list, scriptStrings), func(s sources) bool { return s.has("'unsafe-eval'") }) && !trustedTypes(list) {
		findings = append(findings, Finding{Title: "The security policy allows text to be run as code", Severity: auditapi.Low,
			Evidence: evidence(limits(list, scriptStrings), "'unsafe-eval' is allowed."),
			Impact:   "Where a script turns input into code (eval and its relatives), the policy does not stop what somebody has slipped in."})
	}
	if open := openLoads(list); len(open) > 0 && !everywhere(elements, sources.isBroad) {
		findings = append(findings, Finding{Title: "The policy lets others load plug-ins or move links", Severity: auditapi.Low,
			Evidence: lines(at(site.Page), strings.Join(open, "\n")),
			Impact:   "Plug-in content from anywhere, or a <base> that points anywhere, are known ways around a policy that is strict with scripts."})
	}
	if plain := plainSources(site, list); len(plain) > 0 {
		findings = append(findings, Finding{Title: "The security policy allows unencrypted sources", Severity: auditapi.Low,
			Evidence: lines(at(site.Page), strings.Join(plain, "\n")),
			Impact:   "Whoever listens on the way can read and exchange what is loaded from these addresses, if a browser loads it at all.",
			Remediation: setHeader("Write https: in place of http: in the policy, and have browsers turn what is left into https.",
				"Content-Security-Policy", "upgrade-insecure-requests")})
	}
	if everywhere(handlers, func(s sources) bool { return s.has("'unsafe-hashes'") && s.hasHash() }) {
		findings = append(findings, Finding{Title: "The security policy allows event handlers by their hash", Severity: auditapi.Info,
			Evidence: evidence(handlers, "'unsafe-hashes' is allowed."),
			Impact:   "Whoever can place markup in the page can attach these handlers to other elements, and so run them when they are not meant to."})
	}
	return fail(findings...)
}

// trustedTypes reports whether browsers that know them demand Trusted Types, which
// keeps plain text from being run as code.
func trustedTypes(list []policy) bool {
	for _, p := range list {
		if p["require-trusted-types-for"].has("'script'") {
			return true
		}
	}
	return false
}

// openLoads describes what may come from anywhere besides scripts and yet lead to some.
func openLoads(list []policy) []string {
	var open []string
	for _, l := range []load{plugIns, baseAddresses} {
		if lists := limits(list, l); everywhere(lists, sources.isBroad) {
			open = append(open, l.directives[0]+" allows "+quote(strings.Join(lists[0].broad(), " ")))
		}
	}
	return open
}

// otherLoads are the directives of what is loaded besides scripts and plug-ins, with
// their fallbacks (CSP3 §6.8.3).
var otherLoads = []load{
	{directives: []string{"style-src-elem", "style-src", "default-src"}},
	{directives: []string{"frame-src", "child-src", "default-src"}},
	{directives: []string{"worker-src", "child-src", "script-src", "default-src"}},
	{directives: []string{"connect-src", "default-src"}},
	{directives: []string{"img-src", "default-src"}},
	{directives: []string{"media-src", "default-src"}},
	{directives: []string{"font-src", "default-src"}},
	formTargets,
}

// plainSources describes what an encrypted page may load without encryption.
func plainSources(site *Site, list []policy) []string {
	if !site.Encrypted() {
		return nil
	}
	for _, p := range list {
		if _, upgraded := p["upgrade-insecure-requests"]; upgraded {
			return nil
		}
	}
	var seen []string
	look := func(l load) {
		lists := limits(list, l)
		if everywhere(lists, func(s sources) bool { return len(s.plain()) > 0 }) {
			seen = append(seen, l.directives[0]+" allows "+quote(strings.Join(lists[0].plain(), " ")))
		}
	}
	for _, l := range []load{scriptElements, plugIns} {
		if !everywhere(limits(list, l), sources.isBroad) { // that is told already
			look(l)
		}
	}
	for _, l := range otherLoads {
		look(l)
	}
	return seen
}

// plain returns the sources that demand http. A * covers http too, but says nothing
// about what is meant; and the browser's own machine needs no encryption (Secure
// Contexts §3.1).
func (s sources) plain() sources {
	var found sources
	for _, v := range s.addresses() {
		if h := parseHost(v); h.scheme == "http" && h.name != "*" && !h.loopback() {
			found = append(found, v)
		}
	}
	return found
}
