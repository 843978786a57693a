package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "csp-syntax", Title: "The content security policy is written correctly", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Browsers skip what they do not understand in a policy, without a word to anybody. The policy then stops less than it seems to, or more than it should.",
		Remediation: setHeader("Correct what the evidence names. A semicolon ends each directive, and keywords, nonces and hashes stand in single straight quotation marks.",
			"Content-Security-Policy", cspExample),
		References: []string{"https://www.w3.org/TR/CSP3/#framework-policy", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy"},
		Controls:   controls(clientCode, "3.4.3"),
		Run:        onPages(runCSPSyntax, anyPage),
	})
}

func runCSPSyntax(_ context.Context, site *Site) Result {
	header, markup := headerPolicyTexts(site), markupPolicyTexts(site)
	if len(header)+len(markup) == 0 {
		return skip("There is no content security policy that could be read.")
	}
	var n notes
	for _, text := range header {
		n.policy(text)
	}
	for _, text := range markup {
		n.policy(text)
		for _, name := range headerOnly {
			if _, set := parsePolicy(text)[name]; set {
				n.wrong("%s stands in the page, where browsers ignore it", name)
			}
		}
	}
	evidence := func(seen []string) string {
		return lines(at(site.Page), policyLines(site), strings.Join(seen[:min(len(seen), maxSightings)], "\n"))
	}
	var findings []Finding
	if len(n.mistakes) > 0 {
		findings = append(findings, Finding{Title: "The content security policy contains mistakes", Severity: auditapi.Low, Evidence: evidence(n.mistakes)})
	}
	if len(n.outdated) > 0 {
		findings = append(findings, Finding{Title: "The security policy contains what browsers no longer read", Severity: auditapi.Info, Evidence: evidence(n.outdated),
			Impact: "It does no harm, but it does nothing either. Whoever relies on it is mistaken."})
	}
	return fail(findings...)
}

// Directives that browsers know (CSP3, Trusted Types, WebRTC), those of them that list
// sources, and those that browsers once knew, with what took their place.
var (
	knownDirectives = []string{
		"child-src", "connect-src", "default-src", "font-src", "frame-src", "img-src", "manifest-src", "media-src", "object-src",
		"script-src", "script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "worker-src", "fenced-frame-src",
		"base-uri", "sandbox", "form-action", "frame-ancestors", "report-to", "report-uri", "upgrade-insecure-requests",
		"require-trusted-types-for", "trusted-types", "webrtc",
	}
	sourceDirectives = []string{"base-uri", "form-action", "frame-ancestors"} // besides those with -src
	oldDirectives    = map[string]string{
		"block-all-mixed-content": "browsers block such content by themselves",
		"disown-opener":           "Cross-Origin-Opener-Policy does that",
		"navigate-to":             "no browser supports it",
		"plugin-types":            "object-src 'none' does that",
		"prefetch-src":            "default-src does that",
		"referrer":                "Referrer-Policy does that",
		"reflected-xss":           "no browser supports it",
		"require-sri-for":         "no browser supports it",
	}
)

func knownDirective(name string) bool {
	_, old := oldDirectives[name]
	return old || slices.Contains(knownDirectives, name)
}

// keywords are what may stand in quotation marks in a list of sources.
var keywords = []string{
	"self", "none", "unsafe-inline", "unsafe-eval", "strict-dynamic", "unsafe-hashes", "report-sample", "wasm-unsafe-eval",
	"inline-speculation-rules", "trusted-types-eval", "unsafe-allow-redirects", "unsafe-webtransport-hashes", "report-sha256", "report-sha384", "report-sha512",
}

// notes are what is to be said about the way policies are written.
type notes struct{ mistakes, outdated []string }

func (n *notes) wrong(format string, args ...any) { note(&n.mistakes, fmt.Sprintf(format, args...)) }
func (n *notes) old(format string, args ...any)   { note(&n.outdated, fmt.Sprintf(format, args...)) }

// note adds within a bound, and nothing twice.
func note(list *[]string, text string) {
	if len(*list) < maxSightings && !slices.Contains(*list, text) {
		*list = append(*list, text)
	}
}

func (n *notes) policy(text string) {
	seen := map[string]bool{}
	for _, d := range splitPolicy(text) {
		name := strings.ToLower(d.name)
		replacement, old := oldDirectives[name]
		switch {
		case seen[name]:
			n.wrong("%s is there twice, and only the first one counts", quote(d.name))
			continue
		case old:
			n.old("%s: %s", name, replacement)
		case !knownDirective(name):
			n.wrong("%s is no directive that browsers know", quote(d.name))
		}
		seen[name] = true
		if slices.Contains(knownDirectives, name) && (strings.Contains(name, "-src") || slices.Contains(sourceDirectives, name)) {
			n.sources(name, d.values)
		}
	}
	if scripts, _ := parsePolicy(text).limit(scriptElements); scripts.has("'strict-dynamic'") && !scripts.hasNonce() && !scripts.hasHash() {
		n.wrong("'strict-dynamic' without a nonce or hash blocks every script")
	}
}

func (n *notes) sources(name string, list sources) {
	if list.has("'none'") && len(list) > 1 {
		n.wrong("%s has 'none' beside other sources, where it means nothing", name)
	}
	for _, v := range list {
		n.source(name, v)
	}
}

func (n *notes) source(name, v string) {
	lower := strings.ToLower(v)
	switch {
	case strings.ContainsAny(v, "\"‘’“”`"):
		n.wrong("%s: %s has other quotation marks than '", name, quote(v))
	case strings.HasPrefix(lower, "'nonce-"), strings.HasPrefix(lower, "'sha"):
		if !nonceSource.MatchString(v) && !hashSource.MatchString(v) {
			n.wrong("%s: %s has characters that a nonce or hash cannot have", name, quote(v))
		}
	case strings.HasPrefix(v, "'"):
		if !slices.Contains(keywords, strings.Trim(lower, "'")) || !strings.HasSuffix(v, "'") {
			n.wrong("%s: %s is no keyword that browsers know", name, quote(v))
		}
	case slices.Contains(keywords, lower), strings.HasPrefix(lower, "nonce-"), strings.HasPrefix(lower, "sha256-"), strings.HasPrefix(lower, "sha384-"), strings.HasPrefix(lower, "sha512-"):
		n.wrong("%s: %s lacks its quotation marks, so it is read as a host", name, quote(v))
	case strings.Contains(v, "-") && knownDirective(lower):
		n.wrong("%s: a semicolon is missing before %s", name, quote(v))
	case strings.ContainsAny(v, "?#"):
		n.wrong("%s: %s has a query, and browsers ignore it for that", name, quote(v))
	case parseHost(v).address():
		n.old("%s: %s is an address, which browsers do not match", name, quote(v))
	}
}
