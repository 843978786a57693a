package guard

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// maxURL is the longest address that is taken; browsers and servers agree on about
// this much.
const maxURL = 2048

// Target is a URL that was admitted: its syntax and its name are in order, its
// addresses are not known yet.
type Target struct {
	url    *url.URL // scheme and host in lower-case ASCII, no fragment, no default port
	host   string   // name or address, without brackets
	port   uint16
	public bool // false: only lab targets may be dialled
}

// URL returns a copy of the address in its normal form.
func (t Target) URL() *url.URL { u := *t.url; return &u }

// Host returns the name or address in lower-case ASCII, without port or brackets.
func (t Target) Host() string { return t.host }

// Port returns the port, the scheme's own where the address names none.
func (t Target) Port() uint16 { return t.port }

// Public reports whether the name is one of the public DNS. The others are lab
// targets.
func (t Target) Public() bool { return t.public }

func (t Target) hostPort() string { return net.JoinHostPort(t.host, strconv.Itoa(int(t.port))) }

// names is how international names become ASCII: like a browser, but with the
// rules for host names. Hyphens in the third and fourth place are not checked:
// such names exist.
var names = idna.New(
	idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true), idna.CheckHyphens(false),
	idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.Transitional(false),
)

// specialNames are top-level names that the list of public suffixes has, although
// nothing public answers there.
var specialNames = []string{"onion", "arpa"}

// Admit checks the text of an address. Its errors are refusals with the codes
// scheme, credentials, zone, host_syntax, port and not_public_name.
func (g *Guard) Admit(raw string) (Target, error) {
	t, err := g.admit(raw)
	return t, g.counted(err)
}

// admit takes the address apart by hand and hands only parts that are in order to
// url.Parse: parsers disagree about odd addresses, and a zone in the host has
// brought a well-known dial guard to its knees.
func (g *Guard) admit(raw string) (Target, error) {
	if raw == "" || len(raw) > maxURL || !utf8.ValidString(raw) || strings.ContainsFunc(raw, forbiddenRune) {
		return Target{}, refuse(auditapi.CodeHostSyntax, "This is not a web address: please give one such as https://www.example.com/, without spaces and shorter than %d characters.", maxURL)
	}
	scheme, rest, found := strings.Cut(raw, ":")
	scheme = strings.ToLower(scheme)
	if !found || (scheme != "http" && scheme != "https") {
		return Target{}, refuse(auditapi.CodeScheme, "The address must begin with http:// or https://.")
	}
	rest, found = strings.CutPrefix(rest, "//")
	if !found {
		return Target{}, refuse(auditapi.CodeHostSyntax, "The address must begin with http:// or https://, followed by the name of the site.")
	}
	authority, path := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority, path = rest[:end], rest[end:]
	}
	if strings.Contains(authority, "@") {
		return Target{}, refuse(auditapi.CodeCredentials, "The address must not contain a user name or a password (nor an @ before the first slash).")
	}
	if strings.Contains(authority, "%") && strings.HasPrefix(authority, "[") {
		return Target{}, refuse(auditapi.CodeZone, "The address must not contain a network zone (the part after %% in an IPv6 address).")
	}
	t, err := g.admitAuthority(scheme, authority)
	if err != nil {
		return Target{}, err
	}
	path, _, _ = strings.Cut(path, "#")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	t.url, err = url.Parse(scheme + "://" + t.authority(scheme) + path)
	if err != nil {
		return Target{}, refuse(auditapi.CodeHostSyntax, "The part of the address after the name of the site cannot be read; please check it for stray %% signs.")
	}
	return t, nil
}

// forbiddenRune reports runes that no part of an address may hold as they are.
func forbiddenRune(r rune) bool {
	return r == '\\' || unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError
}

// admitAuthority judges host and port.
func (g *Guard) admitAuthority(scheme, authority string) (Target, error) {
	host, port, err := splitPort(scheme, authority)
	if err != nil {
		return Target{}, err
	}
	if !slices.Contains(g.config.Ports, port) && !g.labPort(port) {
		return Target{}, refusePort(port)
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		address, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !address.Is6() || address.Zone() != "" {
			return Target{}, refuse(auditapi.CodeHostSyntax, "The IPv6 address in brackets cannot be read.")
		}
		return g.admitAddress(address, port)
	}
	name, err := names.ToASCII(host)
	labels := strings.Split(name, ".")
	if err != nil || slices.ContainsFunc(labels, badLabel) {
		return Target{}, refuse(auditapi.CodeHostSyntax, "%q is not a valid name of a site.", shorten(host))
	}
	if looksNumeric(labels[len(labels)-1]) {
		// A browser reads 127.1 or 0x7f000001 as an address. Only the plain form of
		// one is let through, to be told that a name is needed.
		address, err := netip.ParseAddr(name)
		if err != nil {
			return Target{}, refuse(auditapi.CodeHostSyntax, "%q is not a valid name of a site.", shorten(host))
		}
		return g.admitAddress(address, port)
	}
	t := Target{host: name, port: port, public: publicName(name)}
	if !t.public && !g.labPort(port) {
		return Target{}, refuseName(name)
	}
	return t, nil
}

// admitAddress lets an address in place of a name through only for a lab target.
// A report is about a site, which a name stands for: certificate, virtual host and
// public address all hang on it.
func (g *Guard) admitAddress(address netip.Addr, port uint16) (Target, error) {
	pair := netip.AddrPortFrom(address, port)
	if reason := g.forbidden(pair); reason != "" {
		return Target{}, refuseAddress(address.String(), pair, reason)
	}
	if !g.lab(pair) {
		return Target{}, refuse(auditapi.CodeNotPublicName, "Please give the name of the site, for example https://www.example.com/; an IP address cannot be audited.")
	}
	return Target{host: address.String(), port: port}, nil
}

func refuseName(name string) error {
	return refuse(auditapi.CodeNotPublicName, "%q is not a public name: the site must be reachable from the internet under a registered domain.", shorten(name))
}

func refuseAddress(host string, address netip.AddrPort, reason string) error {
	return &errs.Error{
		Kind: errs.Unprocessable, Code: auditapi.CodeForbiddenAddress, Err: fmt.Errorf("%s: %s", address, reason),
		Message: fmt.Sprintf("%s leads to an address that is not part of the public internet, so it cannot be audited from outside.", host),
	}
}

func refusePort(port uint16) error {
	return refuse(auditapi.CodePort, "Port %d cannot be audited; please give the address of the site's web server.", port)
}

// splitPort splits host and port; a port must be plain digits.
func splitPort(scheme, authority string) (host string, port uint16, err error) {
	host, digits := authority, map[string]string{"http": "80", "https": "443"}[scheme]
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		host, digits = authority[:colon], authority[colon+1:]
	}
	bracket := strings.HasPrefix(host, "[")
	if host == "" || bracket != strings.HasSuffix(host, "]") || (strings.Contains(host, ":") && !bracket) {
		return "", 0, refuse(auditapi.CodeHostSyntax, "The address lacks the name of a site.")
	}
	n, parseErr := strconv.ParseUint(digits, 10, 16)
	if parseErr != nil || n == 0 || digits != strconv.FormatUint(n, 10) {
		return "", 0, refuse(auditapi.CodePort, "The port in the address must be a number from 1 to 65535.")
	}
	return host, uint16(n), nil
}

// badLabel reports what IDNA lets pass: an empty label, which a trailing dot makes,
// and hyphens at an end.
func badLabel(label string) bool {
	return label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-")
}

// looksNumeric reports whether a browser would take a name that ends in label for
// an IPv4 address.
func looksNumeric(label string) bool {
	digits, hexadecimal := strings.CutPrefix(label, "0x")
	return strings.Trim(digits, "0123456789") == "" || (hexadecimal && strings.Trim(digits, "0123456789abcdef") == "")
}

// publicName reports whether name lies in the public DNS: at least two labels under
// a suffix that ICANN's part of the list of public suffixes knows, or that somebody
// registered below one.
func publicName(name string) bool {
	labels := strings.Split(name, ".")
	if len(labels) < 2 || slices.Contains(specialNames, labels[len(labels)-1]) {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix(name)
	return icann || strings.Contains(suffix, ".")
}

// authority is host and port as they stand in a URL.
func (t Target) authority(scheme string) string {
	host := t.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.port == map[string]uint16{"http": 80, "https": 443}[scheme] {
		return host
	}
	return host + ":" + strconv.Itoa(int(t.port))
}

// shorten keeps hostile names from filling a message.
func shorten(s string) string {
	const most = 80
	runes := []rune(s)
	return cmp.Or(string(runes[:min(len(runes), most)]), "The name")
}
