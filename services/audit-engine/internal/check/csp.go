package check

import (
	"slices"
	"strings"
)

// policy is one Content-Security-Policy: the sources by directive.
type policy map[string][]string

// parsePolicy reads a policy as browsers do: names without regard to case, and the
// first of a directive that is there twice.
func parsePolicy(text string) policy {
	p := policy{}
	for directive := range strings.SplitSeq(text, ";") {
		fields := strings.Fields(directive)
		if len(fields) == 0 {
			continue
		}
		name := strings.ToLower(fields[0])
		if _, again := p[name]; !again {
			p[name] = fields[1:]
		}
	}
	return p
}

// policies returns the policies that browsers enforce for the site's page. Those of
// the markup count, except for directives that only a header may set.
func policies(site *Site) []policy {
	list := headerPolicies(site)
	for _, text := range site.Document().Policies {
		p := parsePolicy(text)
		for _, name := range []string{"frame-ancestors", "report-uri", "sandbox"} {
			delete(p, name)
		}
		list = append(list, p)
	}
	return list
}

func headerPolicies(site *Site) []policy {
	var list []policy
	for _, value := range site.Page.Header.Values("Content-Security-Policy") {
		for text := range strings.SplitSeq(value, ",") {
			if strings.TrimSpace(text) != "" {
				list = append(list, parsePolicy(text))
			}
		}
	}
	return list
}

// sources returns what the first of names that is set allows.
func (p policy) sources(names ...string) (allowed []string, restricted bool) {
	for _, name := range names {
		if values, ok := p[name]; ok {
			return values, true
		}
	}
	return nil, false
}

// scripts returns where scripts may come from.
func (p policy) scripts() ([]string, bool) {
	return p.sources("script-src-elem", "script-src", "default-src")
}

func has(sources []string, keyword string) bool {
	return slices.ContainsFunc(sources, func(s string) bool { return strings.EqualFold(s, keyword) })
}

// names reports a source that names scripts one by one: a nonce or a hash.
func namesScripts(sources []string) bool {
	return slices.ContainsFunc(sources, func(s string) bool {
		s = strings.ToLower(s)
		return strings.HasPrefix(s, "'nonce-") || strings.HasPrefix(s, "'sha256-") || strings.HasPrefix(s, "'sha384-") || strings.HasPrefix(s, "'sha512-")
	})
}

// allowsInline reports whether sources let any script in the markup run. Browsers
// ignore 'unsafe-inline' beside a nonce, a hash or 'strict-dynamic'; it stands there
// for browsers that know none of them.
func allowsInline(sources []string) bool {
	return has(sources, "'unsafe-inline'") && !namesScripts(sources) && !has(sources, "'strict-dynamic'")
}

// broad returns the sources that let in scripts from nearly everywhere. Beside
// 'strict-dynamic' browsers ignore them.
func broad(sources []string) []string {
	if has(sources, "'strict-dynamic'") {
		return nil
	}
	var found []string
	for _, s := range sources {
		switch strings.ToLower(s) {
		case "*", "http:", "https:", "data:", "http://*", "https://*":
			found = append(found, s)
		}
	}
	return found
}

// cspExample is a policy to start from.
const cspExample = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// cspReferences are where the policy is explained.
var cspReferences = []string{"https://www.w3.org/TR/CSP3/", "https://csp.withgoogle.com/docs/strict-csp.html"}
