package exposed

import (
	"net/http"
	"strings"

	"doorstep.example/services/audit-engine/internal/guard"
)

const (
	robotsPath = "/robots.txt"
	agent      = "doorstepaudit" // our name in it, as in the User-Agent
	maxRobots  = 500 << 10       // what RFC 9309 asks to read at least
	maxRules   = 1000
)

// robots are the rules of a robots.txt that are meant for us (RFC 9309).
type robots struct {
	all   bool // nothing may be asked for
	rules []rule
}

type rule struct {
	allow bool
	path  string
}

// robotsOf reads an answer. A site that has no robots.txt allows everything, one that
// fails to give it nothing (RFC 9309, 2.3.1).
func robotsOf(r *guard.Response) robots {
	switch {
	case r == nil, r.Status >= http.StatusInternalServerError, r.Status == http.StatusTooManyRequests:
		return robots{all: true}
	case r.Status != http.StatusOK:
		return robots{}
	}
	return parseRobots(string(r.Body[:min(len(r.Body), maxRobots)]))
}

// parseRobots collects the rules of the groups that name us, or else of those for
// everybody.
func parseRobots(text string) robots {
	var ours, everybodys []rule
	var named, forUs, forAll, inRules bool
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line, _, _ = strings.Cut(line, "#")
		key, value, found := strings.Cut(line, ":")
		if !found {
			continue
		}
		value = strings.TrimSpace(value)
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent":
			if inRules { // a new group begins
				forUs, forAll, inRules = false, false, false
			}
			product, _, _ := strings.Cut(value, "/")
			forUs = forUs || strings.EqualFold(product, agent)
			forAll = forAll || value == "*"
			named = named || forUs
		case "allow", "disallow":
			inRules = true
			if value == "" || len(ours)+len(everybodys) >= maxRules {
				continue
			}
			if forUs {
				ours = append(ours, rule{key == "allow", value})
			}
			if forAll {
				everybodys = append(everybodys, rule{key == "allow", value})
			}
		}
	}
	if named {
		return robots{rules: ours}
	}
	return robots{rules: everybodys}
}

// disallows reports whether path is not to be asked for: the longest rule counts, and
// of two as long the one that allows.
func (r robots) disallows(path string) bool {
	longest, disallowed := -1, r.all
	for _, rule := range r.rules {
		if n := len(rule.path); (n > longest || (n == longest && rule.allow)) && rule.covers(path) {
			longest, disallowed = n, !rule.allow
		}
	}
	return disallowed
}

// covers reports whether the rule is about path: it begins as the rule says, in which
// * stands for anything and $ at the end for the end.
func (r rule) covers(path string) bool {
	pattern, anchored := strings.CutSuffix(r.path, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	if len(parts) == 1 {
		return !anchored || rest == ""
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	if anchored {
		return strings.HasSuffix(rest, parts[last])
	}
	return strings.Contains(rest, parts[last])
}
