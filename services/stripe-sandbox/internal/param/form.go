package param

import (
	"net/url"
	"strconv"
	"strings"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// Limits of a request's fields. The largest honest request, a session with a
// hundred line items and full metadata, stays far below them.
const (
	maxFields = 4000
	maxDepth  = 12
)

// Tree is a request's fields by name. A value is a string, or a Tree for nested
// ones; the elements of a list are under "0", "1" and so on.
type Tree map[string]any

// Parse reads form-encoded fields. Of a field that is there twice the last one
// counts, as it does at Stripe.
func Parse(encoded string) (Tree, *refusal.Error) {
	root := Tree{}
	count := 0
	for pair := range strings.SplitSeq(encoded, "&") {
		if pair == "" {
			continue
		}
		if count++; count > maxFields {
			return nil, refusal.Invalid("", "", "The request has more than %d parameters.", maxFields)
		}
		rawKey, rawValue, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(rawKey)
		if err != nil {
			return nil, refusal.Invalid("", "", "The name of a parameter is not form-encoded.")
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			return nil, refusal.Invalid(key, "", "The value of %s is not form-encoded.", key)
		}
		path, ok := split(key)
		if !ok || !root.put(path, value) {
			return nil, refusal.Invalid(key, "", "Invalid parameter name: %s", key)
		}
	}
	return root, nil
}

// split takes a[b][] apart into a, b and the empty name.
func split(key string) ([]string, bool) {
	name, rest, nested := strings.Cut(key, "[")
	if name == "" || strings.Contains(name, "]") {
		return nil, false
	}
	path := []string{name}
	for nested {
		part, after, closed := strings.Cut(rest, "]")
		if !closed || strings.Contains(part, "[") || len(path) == maxDepth {
			return nil, false
		}
		path = append(path, part)
		if after == "" {
			return path, true
		}
		if after[0] != '[' {
			return nil, false
		}
		rest = after[1:]
	}
	return path, true
}

// put stores value under path. It reports false when a name stands for a plain
// value and for a nested one.
func (t Tree) put(path []string, value string) bool {
	name := path[0]
	if name == "" {
		name = t.slot(path[1:])
	}
	if len(path) == 1 {
		if _, nested := t[name].(Tree); nested {
			return false
		}
		t[name] = value
		return true
	}
	if t[name] == nil {
		t[name] = Tree{}
	}
	sub, ok := t[name].(Tree)
	return ok && sub.put(path[1:], value)
}

// slot is the index that [] stands for: the last element while it lacks the
// field that is being added, otherwise a new one.
func (t Tree) slot(rest []string) string {
	next := strconv.Itoa(len(t))
	if len(rest) == 0 || len(t) == 0 {
		return next
	}
	last := strconv.Itoa(len(t) - 1)
	element, ok := t[last].(Tree)
	if !ok {
		return next
	}
	if _, taken := element[rest[0]].(string); taken {
		return next
	}
	return last
}
