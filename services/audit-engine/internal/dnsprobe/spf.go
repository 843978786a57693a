package dnsprobe

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// spfTerm is a mechanism or a modifier of an SPF record.
type spfTerm struct {
	qualifier string // +, -, ~ or ?; "" for a modifier
	name      string // lower case
	domain    string // as it was given; "" means the record's own domain
	anybody   bool   // a network of all addresses
	wide      bool   // a network larger than anybody has
}

// The shortest networks, in bits, that one organisation has: nobody ever got more.
const (
	shortest4 = 8
	shortest6 = 16
)

// spfMechanisms are those of RFC 7208 section 5, with what may follow them.
var spfMechanisms = map[string]struct{ domain, needed, cidr, address bool }{
	"all":     {},
	"include": {domain: true, needed: true},
	"a":       {domain: true, cidr: true},
	"mx":      {domain: true, cidr: true},
	"ptr":     {domain: true},
	"ip4":     {address: true},
	"ip6":     {address: true},
	"exists":  {domain: true, needed: true},
}

var (
	spfModifier = regexp.MustCompile(`(?s)^([A-Za-z][A-Za-z0-9._-]*)=(.*)$`)
	spfCIDR     = regexp.MustCompile(`(?s)^(.*?)(/[0-9]{1,2})?(//[0-9]{1,3})?$`)
	// spfMacros is a domain-spec or macro-string (section 7.1), of any length.
	spfMacros = regexp.MustCompile(`^(?:[!-$&-~]|%%|%_|%-|%\{[SsLlOoDdIiPpHhCcRrTtVv][0-9]*[Rr]?[-.+,/_=]*\})*$`)
	// spfEnd is how a domain-spec ends: a dot and a top-level label, or a macro.
	spfEnd = regexp.MustCompile(`(?:%\{[^}]*\}|\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?)$`)
)

// isSPF reports whether text is an SPF record (section 4.5).
func isSPF(text string) bool {
	version, _, _ := strings.Cut(text, " ")
	return strings.EqualFold(version, "v=spf1")
}

// parseSPF reads a record. Its error says which term is wrong; receivers then treat
// the whole record as an error (section 4.6).
func parseSPF(text string) ([]spfTerm, error) {
	if !isSPF(text) {
		return nil, fmt.Errorf("it does not begin with v=spf1")
	}
	var terms []spfTerm
	once := map[string]bool{}
	for part := range strings.SplitSeq(text[len("v=spf1"):], " ") {
		if part == "" {
			continue
		}
		term, err := parseSPFTerm(part)
		if err != nil {
			return nil, err
		}
		if term.name == "redirect" || term.name == "exp" {
			if once[term.name] {
				return nil, fmt.Errorf("%s= is there twice", term.name)
			}
			once[term.name] = true
		}
		terms = append(terms, term)
	}
	return terms, nil
}

func parseSPFTerm(part string) (spfTerm, error) {
	if m := spfModifier.FindStringSubmatch(part); m != nil {
		return parseSPFModifier(part, strings.ToLower(m[1]), m[2])
	}
	term := spfTerm{qualifier: "+"}
	rest := part
	if strings.ContainsAny(rest[:1], "+-~?") {
		term.qualifier, rest = rest[:1], rest[1:]
	}
	end := strings.IndexAny(rest, ":/")
	if end < 0 {
		end = len(rest)
	}
	term.name = strings.ToLower(rest[:end])
	argument, given := strings.CutPrefix(rest[end:], ":")
	rule, known := spfMechanisms[term.name]
	switch {
	case !known:
		return spfTerm{}, fmt.Errorf("%q is no mechanism of SPF", part)
	case rule.address:
		if !given || !spfNetwork(term.name, argument) {
			return spfTerm{}, fmt.Errorf("%q names no network", part)
		}
		_, length, _ := strings.Cut(argument, "/")
		term.setReach(length, map[string]int{"ip4": shortest4, "ip6": shortest6}[term.name])
		return term, nil
	}
	if rule.cidr {
		m := spfCIDR.FindStringSubmatch(argument)
		if !inRange(m[2], "/", 32) || !inRange(m[3], "//", 128) {
			return spfTerm{}, fmt.Errorf("%q has a wrong length of its network", part)
		}
		argument = m[1]
		term.setReach(strings.TrimPrefix(m[2], "/"), shortest4)
		term.setReach(strings.TrimPrefix(m[3], "//"), shortest6)
	}
	switch {
	case rule.needed && argument == "", given && argument == "", argument != "" && !given, argument != "" && !rule.domain:
		return spfTerm{}, fmt.Errorf("%q has no domain where one belongs, or one where none does", part)
	case argument != "" && !isDomainSpec(argument):
		return spfTerm{}, fmt.Errorf("%q names no domain", part)
	}
	term.domain = argument
	return term, nil
}

// setReach notes what a network of length bits, or of one address for "", lets in.
func (t *spfTerm) setReach(length string, shortest int) {
	if bits, err := strconv.Atoi(length); err == nil {
		t.anybody = t.anybody || bits == 0
		t.wide = t.wide || (bits > 0 && bits < shortest)
	}
}

func parseSPFModifier(part, name, value string) (spfTerm, error) {
	if !spfMacros.MatchString(value) || ((name == "redirect" || name == "exp") && !isDomainSpec(value)) {
		return spfTerm{}, fmt.Errorf("%q names no domain", part)
	}
	return spfTerm{name: name, domain: value}, nil
}

func isDomainSpec(s string) bool { return spfMacros.MatchString(s) && spfEnd.MatchString(s) }

// spfNetwork reports whether argument is an address of the mechanism's family, with
// or without a length.
func spfNetwork(mechanism, argument string) bool {
	address, length, found := strings.Cut(argument, "/")
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Zone() != "" || ip.Is4() != (mechanism == "ip4") {
		return false
	}
	return !found || (isDigits(length) && inRange("/"+length, "/", ip.BitLen()))
}

// inRange reports whether text is empty, or prefix and a number up to most.
func inRange(text, prefix string, most int) bool {
	if text == "" {
		return true
	}
	n, err := strconv.Atoi(strings.TrimPrefix(text, prefix))
	return err == nil && n <= most
}

// hasMacro reports whether what a term leads to depends on the mail.
func (t spfTerm) hasMacro() bool { return strings.Contains(t.domain, "%") }
