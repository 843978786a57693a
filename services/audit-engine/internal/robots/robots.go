// Package robots reads robots.txt (RFC 9309): a wish of the site's, not a permission. An
// audit honours it unless it is the owner's own.
package robots

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"doorstep.example/services/audit-engine/internal/guard"
)

// Bounds of a robots.txt. RFC 9309 asks for at least 500 KiB; no site has a
// thousand rules for us.
const (
	maxRobots     = 500 << 10
	maxRules      = 1000
	maxRuleLength = 2048
)

// product is our name in robots.txt, in lower case.
const product = "doorstepaudit"

// File is what a robots.txt asks of us. Its zero value allows everything.
type File struct {
	// Closed tells that nothing is allowed, because the site could not say what is
	// (RFC 9309, 2.3.1.4).
	Closed bool
	// Disallowed are the paths of all groups, as written, each once.
	Disallowed []string

	rules []rule
}

// Ask fetches the robots.txt of target's origin.
func Ask(ctx context.Context, client *guard.Client, target guard.Target) File {
	at, err := client.Sibling(target, "/robots.txt")
	if err != nil {
		return File{Closed: true}
	}
	answer, err := client.Do(ctx, guard.Request{Target: at, Probe: true})
	switch {
	case err != nil, answer.Status >= http.StatusInternalServerError, answer.Status == http.StatusTooManyRequests:
		return File{Closed: true}
	case answer.Status == http.StatusOK && answer.BodyErr == nil:
		return Parse(answer.Body)
	}
	return File{}
}

// Lift returns f without its rules, for an audit of the owner's.
func (f File) Lift() File { return File{Disallowed: f.Disallowed} }

type rule struct {
	allow bool
	path  string // normalized; * stands for anything, $ at the end for the end
}

// Parse reads a robots.txt: the groups that name us count, else those for everybody.
func Parse(text []byte) File {
	var disallowed []string
	text = bytes.TrimPrefix(text[:min(len(text), maxRobots)], []byte("\ufeff"))
	var ours, everybody []rule
	var named, forUs, forAll, inRules bool
	for line := range bytes.FieldsFuncSeq(text, func(c rune) bool { return c == '\n' || c == '\r' }) {
		plain, _, _ := strings.Cut(string(line), "#")
		key, value, found := strings.Cut(plain, ":")
		value = strings.TrimSpace(value)
		if !found || len(value) > maxRuleLength {
			continue
		}
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent":
			if inRules {
				forUs, forAll, inRules = false, false, false
			}
			us := agent(value) == product
			forUs, forAll, named = forUs || us, forAll || value == "*", named || us
		case "allow", "disallow":
			inRules = true
			if value == "" {
				continue
			}
			if key == "disallow" && len(disallowed) < maxRules && !slices.Contains(disallowed, value) {
				disallowed = append(disallowed, value)
			}
			next := rule{allow: key == "allow", path: normal(value)}
			if forUs && len(ours) < maxRules {
				ours = append(ours, next)
			}
			if forAll && len(everybody) < maxRules {
				everybody = append(everybody, next)
			}
		}
	}
	if named {
		return File{Disallowed: disallowed, rules: ours}
	}
	return File{Disallowed: disallowed, rules: everybody}
}

// agent is the product token of a User-agent line, in lower case.
func agent(value string) string {
	end := strings.IndexFunc(value, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_'
	})
	if end >= 0 {
		value = value[:end]
	}
	return strings.ToLower(value)
}

// Allows reports whether path, with its query, may be asked for: the longest rule
// that matches decides, and Allow where two are as long.
func (f File) Allows(path string) bool {
	if f.Closed {
		return false
	}
	path = normal(path)
	longest, allowed := -1, true
	for _, rule := range f.rules {
		if len(rule.path) < longest || !matches(rule.path, path) {
			continue
		}
		if len(rule.path) > longest {
			longest, allowed = len(rule.path), rule.allow
		} else {
			allowed = allowed || rule.allow
		}
	}
	return allowed
}

// matches reports whether path begins with pattern. Each piece between two stars is
// taken where it comes first, which is enough and never goes back.
func matches(pattern, path string) bool {
	pattern, toEnd := strings.CutSuffix(pattern, "$")
	pieces := strings.Split(pattern, "*")
	rest, found := strings.CutPrefix(path, pieces[0])
	if !found {
		return false
	}
	if len(pieces) == 1 {
		return !toEnd || rest == ""
	}
	last := len(pieces) - 1
	for _, piece := range pieces[1:last] {
		_, after, found := strings.Cut(rest, piece)
		if !found {
			return false
		}
		rest = after
	}
	if toEnd {
		return strings.HasSuffix(rest, pieces[last])
	}
	return strings.Contains(rest, pieces[last])
}

// normal writes a path so that two spellings of it compare equal (RFC 9309, 2.2.2):
// plain characters as they are, all others percent-encoded.
func normal(path string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		switch {
		case c == '%' && i+2 < len(path) && hexadecimal(path[i+1]) >= 0 && hexadecimal(path[i+2]) >= 0:
			decoded := byte(hexadecimal(path[i+1])<<4 | hexadecimal(path[i+2]))
			i += 2
			if unreserved(decoded) {
				b.WriteByte(decoded)
			} else {
				b.Write([]byte{'%', digits[decoded>>4], digits[decoded&15]})
			}
		case c <= ' ' || c >= 0x7f || c == '%':
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func hexadecimal(c byte) int { return strings.IndexByte("0123456789abcdef", c|0x20) }

// unreserved characters never need an encoding (RFC 3986, 2.3).
func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
