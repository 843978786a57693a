package screen

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Keys of what is wrong with the address of an audit's target.
const (
	TargetEmpty       Key = "target.empty"
	TargetTooLong     Key = "target.too_long"
	TargetCharacters  Key = "target.characters"  // white space, control characters, backslash, broken text
	TargetScheme      Key = "target.scheme"      // neither http nor https
	TargetCredentials Key = "target.credentials" // user name, password, or a mail address
	TargetHost        Key = "target.host"        // no host, or one that is none
	TargetZone        Key = "target.zone"        // a network zone after an IPv6 address
	TargetPort        Key = "target.port"        // not a port, or not one that is audited
	TargetIPAddress   Key = "target.ip_address"  // an address where a name is needed
	TargetPublicName  Key = "target.public_name" // not a name of the public DNS
	TargetPath        Key = "target.path"        // a stray percent sign
)

// TargetKeys returns all keys of targets.
func TargetKeys() []Key {
	return []Key{
		TargetEmpty, TargetTooLong, TargetCharacters, TargetScheme, TargetCredentials, TargetHost,
		TargetZone, TargetPort, TargetIPAddress, TargetPublicName, TargetPath,
	}
}

// defaultPorts are the audit engine's own.
var defaultPorts = []int{80, 443, 8080, 8443}

// hostNames is how international names become ASCII, with the rules for host names.
// Hyphens in the third and fourth place are not checked: such names exist.
var hostNames = idna.New(
	idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true), idna.CheckHyphens(false),
	idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.Transitional(false),
)

// ParseTarget checks the address of a site to audit and returns it clean: scheme and
// host in lower case, the host in ASCII, without fragment, trailing dot and default
// port. A missing scheme becomes https. A clean address stays as it is.
//
// Only the ports may be named; none means 80, 443, 8080 and 8443. needPublic asks for
// a name of the public DNS. Without it, addresses and other names will do as well, at
// any port: they are a lab's, which the audit engine must know. Whether a name leads
// to a public address is judged there too.
//
// If the address will not do, clean is empty and reason says why.
func ParseTarget(raw string, ports []int, needPublic bool) (clean string, reason Key) {
	switch {
	case raw == "":
		return "", TargetEmpty
	case len(raw) > maxURL*utf8.UTFMax || utf8.RuneCountInString(raw) > maxURL:
		return "", TargetTooLong
	case !utf8.ValidString(raw) || strings.ContainsFunc(raw, forbidden):
		return "", TargetCharacters
	}
	scheme, rest, ok := splitScheme(raw)
	if !ok {
		return "", TargetScheme
	}
	authority, path := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority, path = rest[:end], rest[end:]
	}
	site, reason := parseSite(scheme, authority)
	switch {
	case reason != "":
		return "", reason
	case needPublic && site.address:
		return "", TargetIPAddress
	case needPublic && !site.public():
		return "", TargetPublicName
	case site.public() && !slices.Contains(allowed(ports), site.port):
		return "", TargetPort
	}
	path, _, _ = strings.Cut(path, "#")
	// Only parts that are in order reach url.Parse: parsers disagree about odd ones.
	u, err := url.Parse(scheme + "://" + site.authority(scheme) + path)
	if err != nil {
		return "", TargetPath
	}
	u.RawQuery = escapeQuery(u.RawQuery)
	if clean = u.String(); len(clean) > maxURL {
		return "", TargetTooLong
	}
	return clean, ""
}

func allowed(ports []int) []int {
	if len(ports) == 0 {
		return defaultPorts
	}
	return ports
}

// forbidden reports runes that no part of an address may hold as they are. Browsers
// take a backslash for a slash, other programs do not.
func forbidden(r rune) bool {
	return r == '\\' || r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r)
}

// splitScheme returns the scheme, in lower case, and what follows its slashes. What
// stands before a colon is a host if it has a dot or if a port follows.
func splitScheme(raw string) (scheme, rest string, ok bool) {
	colon := strings.IndexAny(raw, ":/?#[@")
	if colon < 0 || raw[colon] != ':' {
		return "https", strings.TrimPrefix(raw, "//"), true
	}
	scheme, rest = strings.ToLower(raw[:colon]), raw[colon+1:]
	if after, found := strings.CutPrefix(rest, "//"); found {
		return scheme, after, scheme == "http" || scheme == "https"
	}
	host := strings.Contains(scheme, ".") || (rest != "" && rest[0] >= '0' && rest[0] <= '9')
	return "https", raw, host || strings.Contains(rest, "@")
}

// escapeQuery escapes what must not stand in a query as it is (RFC 3986, section 3.4)
// and could be misread where the address is shown.
func escapeQuery(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c >= utf8.RuneSelf || strings.IndexByte("\"'<>`{}|^", c) >= 0 {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// site is the part of an address that is dialled.
type site struct {
	host    string // without brackets
	port    int
	address bool // host is an IP address
}

var defaultPort = map[string]int{"http": 80, "https": 443}

// parseSite reads host and port.
func parseSite(scheme, authority string) (site, Key) {
	switch {
	case strings.Contains(authority, "@"):
		return site{}, TargetCredentials
	case strings.HasPrefix(authority, "[") && strings.Contains(authority, "%"):
		return site{}, TargetZone
	}
	host, port, reason := splitPort(scheme, authority)
	if reason != "" {
		return site{}, reason
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		address, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !address.Is6() {
			return site{}, TargetHost
		}
		return site{host: address.String(), port: port, address: true}, ""
	}
	name, ok := asciiName(host)
	if !ok {
		return site{}, TargetHost
	}
	if !numeric(name[strings.LastIndexByte(name, '.')+1:]) {
		return site{host: name, port: port}, ""
	}
	// A browser reads 127.1 and 0x7f000001 as addresses too. They keep their text, and
	// the plain form alone is let through for a lab, by the engine.
	return site{host: name, port: port, address: true}, ""
}

// splitPort splits host and port. An empty port is the scheme's own (RFC 3986,
// section 3.2.3).
func splitPort(scheme, authority string) (host string, port int, reason Key) {
	host, port = authority, defaultPort[scheme]
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		digits := authority[colon+1:]
		host = authority[:colon]
		if digits != "" {
			n, err := strconv.ParseUint(digits, 10, 16)
			if err != nil || n == 0 || digits != strconv.FormatUint(n, 10) {
				reason = TargetPort
			}
			port = int(n)
		}
	}
	bracket := strings.HasPrefix(host, "[")
	if host == "" || bracket != strings.HasSuffix(host, "]") || (!bracket && strings.Contains(host, ":")) {
		return "", 0, TargetHost
	}
	return host, port, reason
}

// asciiName returns the ASCII form of a host name, without the dot of the root.
func asciiName(host string) (string, bool) {
	for _, dot := range []string{".", "。", "．", "｡"} { // all are dots to IDNA (UTS #46, section 2.3)
		if name, found := strings.CutSuffix(host, dot); found {
			host = name
			break
		}
	}
	name, err := hostNames.ToASCII(host)
	bad := func(label string) bool {
		return label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-")
	}
	return name, err == nil && !slices.ContainsFunc(strings.Split(name, "."), bad)
}

// numeric reports whether a browser takes a name that ends in label for an IPv4
// address (WHATWG URL, "ends in a number").
func numeric(label string) bool {
	digits, hexadecimal := strings.CutPrefix(label, "0x")
	return strings.Trim(digits, "0123456789") == "" || (hexadecimal && strings.Trim(digits, hexDigits) == "")
}

// public reports whether the site has a name of the public DNS: two labels or more
// under a suffix of ICANN's, or one that somebody registered below. So localhost,
// local, internal, test, invalid and example are not. onion and home.arpa are on the
// list of suffixes although nothing public answers there.
func (s site) public() bool {
	labels := strings.Split(s.host, ".")
	if s.address || len(labels) < 2 || slices.Contains([]string{"onion", "arpa"}, labels[len(labels)-1]) {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix(s.host)
	return icann || strings.Contains(suffix, ".")
}

// authority is host and port as they stand in an address.
func (s site) authority(scheme string) string {
	host := s.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if s.port == defaultPort[scheme] {
		return host
	}
	return host + ":" + strconv.Itoa(s.port)
}
