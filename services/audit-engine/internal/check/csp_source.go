package check

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// sources are the values of one directive.
type sources []string

// has reports a keyword, with its quotation marks.
func (s sources) has(keyword string) bool {
	return slices.ContainsFunc(s, func(v string) bool { return strings.EqualFold(v, keyword) })
}

// Sources that name scripts one by one (CSP3 §2.3.1). Browsers ignore what does not
// fit, and so does not replace 'unsafe-inline'.
var (
	nonceSource = regexp.MustCompile(`(?i)^'nonce-([A-Za-z0-9+/_-]+={0,2})'$`)
	hashSource  = regexp.MustCompile(`(?i)^'sha(256|384|512)-[A-Za-z0-9+/_-]+={0,2}'$`)
)

func (s sources) hasNonce() bool { return slices.ContainsFunc(s, nonceSource.MatchString) }
func (s sources) hasHash() bool  { return slices.ContainsFunc(s, hashSource.MatchString) }

// allowsInline reports whether any script in the markup may run. Browsers ignore
// 'unsafe-inline' beside a nonce, a hash or 'strict-dynamic'; it stands there for
// browsers that know none of them.
func (s sources) allowsInline() bool {
	return s.has("'unsafe-inline'") && !s.hasNonce() && !s.hasHash() && !s.has("'strict-dynamic'")
}

// addresses returns the sources that are hosts or schemes. Beside 'strict-dynamic'
// browsers ignore them for scripts.
func (s sources) addresses() sources {
	if s.has("'strict-dynamic'") {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s), func(v string) bool { return strings.HasPrefix(v, "'") })
}

// broad returns the sources that let in content from nearly everywhere.
func (s sources) broad() sources {
	var found sources
	for _, v := range s.addresses() {
		switch h := parseHost(v); {
		case h.name == "*", h.name == "" && slices.Contains([]string{"http", "https", "data"}, h.scheme):
			found = append(found, v)
		}
	}
	return found
}

func (s sources) isBroad() bool { return len(s.broad()) > 0 }

// host is a source that is an address: a scheme alone, or a host with what may stand
// around it.
type host struct {
	scheme string // in lower case; empty: that of the page
	name   string // in lower case; begins with *. or is * for many; empty: a scheme alone
	path   string
}

// parseHost reads a source that is no keyword.
func parseHost(source string) host {
	var h host
	rest := source
	if scheme, after, found := strings.Cut(source, "://"); found {
		h.scheme, rest = strings.ToLower(scheme), after
	} else if scheme, found := strings.CutSuffix(source, ":"); found {
		return host{scheme: strings.ToLower(scheme)}
	}
	name, path, found := strings.Cut(rest, "/")
	if found {
		h.path = "/" + path
	}
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i] // the port
	}
	h.name = strings.ToLower(name)
	return h
}

// matches reports whether the source covers an address, by CSP3 §6.7.2.8 without
// scheme and port: a path that ends with a slash covers all below it.
func (h host) matches(name, path string) bool {
	switch {
	case h.name == "*":
	case strings.HasPrefix(h.name, "*."):
		if !strings.HasSuffix(name, h.name[1:]) {
			return false
		}
	case h.name != name:
		return false
	}
	switch {
	case h.path == "" || h.path == "/":
		return true
	case strings.HasSuffix(h.path, "/"):
		return strings.HasPrefix(path, h.path)
	}
	return h.path == path
}

// address reports an IP address as a host, which browsers do not match, except for
// 127.0.0.1 (CSP3 §6.7.2.10).
func (h host) address() bool {
	ip, err := netip.ParseAddr(strings.Trim(h.name, "[]"))
	return err == nil && ip.String() != "127.0.0.1"
}

func (h host) loopback() bool {
	ip, err := netip.ParseAddr(strings.Trim(h.name, "[]"))
	return h.name == "localhost" || err == nil && ip.IsLoopback()
}
