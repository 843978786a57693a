package check

import (
	"slices"
	"strings"
)

// Bounds of what is read of policies. A header is short anyway; markup is not.
const (
	maxPolicies = 50
	maxPolicy   = 64 << 10 // bytes of one policy; the rest is not read
)

// policy is one Content-Security-Policy: the values by the directive's name in lower
// case.
type policy map[string]sources

// directive is one part of a policy as it was sent.
type directive struct {
	name   string
	values []string
}

// splitPolicy returns the directives of a policy in order, as CSP3 §2.2.1 reads them.
func splitPolicy(text string) []directive {
	var list []directive
	for part := range strings.SplitSeq(text[:min(len(text), maxPolicy)], ";") {
		if fields := strings.FieldsFunc(part, isSpace); len(fields) > 0 {
			list = append(list, directive{fields[0], fields[1:]})
		}
	}
	return list
}

// isSpace reports ASCII whitespace, which alone separates values.
func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\f' || r == '\r' }

// parsePolicy reads a policy as browsers do: names without regard to case, and the
// first of a directive that is there twice.
func parsePolicy(text string) policy {
	p := policy{}
	for _, d := range splitPolicy(text) {
		name := strings.ToLower(d.name)
		if _, again := p[name]; !again {
			p[name] = d.values
		}
	}
	return p
}

// headerOnly are directives that browsers ignore in markup (CSP3 §3.3).
var headerOnly = []string{"frame-ancestors", "report-uri", "sandbox"}

// policies returns the policies that browsers enforce for the site's page. Those of
// the markup count, except for directives that only a header may set.
func policies(site *Site) []policy {
	list := headerPolicies(site)
	for _, text := range markupPolicyTexts(site) {
		p := parsePolicy(text)
		for _, name := range headerOnly {
			delete(p, name)
		}
		list = append(list, p)
	}
	return list
}

func headerPolicies(site *Site) []policy {
	var list []policy
	for _, text := range headerPolicyTexts(site) {
		list = append(list, parsePolicy(text))
	}
	return list
}

// headerPolicyTexts returns the policies of the headers, each of which may hold
// several that a comma separates.
func headerPolicyTexts(site *Site) []string {
	var list []string
	for _, value := range site.Page.Header.Values("Content-Security-Policy") {
		list = append(list, strings.Split(value, ",")...)
	}
	return enforced(list)
}

func markupPolicyTexts(site *Site) []string { return enforced(site.pages()[0].Document().Policies) }

// enforced leaves out texts that hold no directive.
func enforced(texts []string) []string {
	texts = slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return len(splitPolicy(s)) == 0 })
	return texts[:min(len(texts), maxPolicies)]
}

// load is something that a policy may limit.
type load struct {
	directives []string // the first that is set counts
	sandbox    string   // a sandbox without this word forbids it; empty: it does not
}

// What the checks ask about. base-uri, form-action and frame-ancestors do not fall
// back to default-src.
var (
	scriptElements = load{[]string{"script-src-elem", "script-src", "default-src"}, "allow-scripts"}
	scriptHandlers = load{[]string{"script-src-attr", "script-src", "default-src"}, "allow-scripts"}
	scriptStrings  = load{[]string{"script-src", "default-src"}, "allow-scripts"} // eval and its relatives
	plugIns        = load{[]string{"object-src", "default-src"}, "allow-plugins"} // no such word: a sandbox has none
	baseAddresses  = load{[]string{"base-uri"}, ""}
	formTargets    = load{[]string{"form-action"}, "allow-forms"}
)

// limit returns what p allows of l, and whether it limits l at all.
func (p policy) limit(l load) (sources, bool) {
	if words, boxed := p["sandbox"]; boxed && l.sandbox != "" && !words.has(l.sandbox) {
		return sources{"'none'"}, true
	}
	for _, name := range l.directives {
		if values, ok := p[name]; ok {
			return values, true
		}
	}
	return nil, false
}

// limits returns what each policy allows of l that limits it. What is loaded must
// pass all of them.
func limits(list []policy, l load) []sources {
	var all []sources
	for _, p := range list {
		if allowed, ok := p.limit(l); ok {
			all = append(all, allowed)
		}
	}
	return all
}

// everywhere reports whether all of lists have the loophole: one that any policy
// closes is none.
func everywhere(lists []sources, loophole func(sources) bool) bool {
	return len(lists) > 0 && !slices.ContainsFunc(lists, func(s sources) bool { return !loophole(s) })
}

// noPolicy is why checks on the quality of a policy are skipped.
const noPolicy = "There is no policy for scripts that could be judged."

// policyLines is the evidence with the policies of the page, in header and markup.
func policyLines(site *Site) string {
	text := headerLine(site.Page.Header, "Content-Security-Policy")
	markup := markupPolicyTexts(site)
	for _, policy := range markup[:min(len(markup), 5)] {
		text = lines(text, "In the page: "+quote(policy))
	}
	return text
}

// cspExample is a policy to start from.
const cspExample = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// cspReferences are where the policy is explained.
var cspReferences = []string{"https://www.w3.org/TR/CSP3/", "https://csp.withgoogle.com/docs/strict-csp.html"}
