package dnsprobe

import (
	"context"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// maxNames is how many names of the domain are looked at for aliases.
const maxNames = 6

// Alias is a name of the domain that stands for another one.
type Alias struct {
	Name  string
	Chain []string // what it is an alias of, one after the other; never empty
	// Gone: the name at the end does not exist, said twice by the zone that it would
	// lie in.
	Gone bool
	// Unregistered is the registrable domain of that end, when it does not exist either.
	Unregistered string
}

// End returns the name at the end of the aliases.
func (a Alias) End() string { return a.Chain[len(a.Chain)-1] }

// lookAlias looks at one name. nil: it is no alias, or it is not known what it leads
// to.
func lookAlias(ctx context.Context, s *session, name string) (*Alias, error) {
	a, err := s.ask(ctx, name, dns.TypeA)
	if err != nil {
		return nil, err
	}
	if len(a.chain) == 0 {
		return nil, nil
	}
	alias := &Alias{Name: name, Chain: a.chain}
	if a.exists {
		return alias, nil
	}
	if alias.Gone, err = missing(ctx, s, alias.End(), dns.TypeAAAA); err != nil || !alias.Gone {
		return alias, err
	}
	domain, provider := registrable(alias.End())
	if provider != "" {
		return alias, nil // below a provider's name, nothing is registered
	}
	gone, err := missing(ctx, s, domain, dns.TypeNS)
	if gone {
		alias.Unregistered = domain
	}
	return alias, err
}

// nowhere is below a top-level domain that does not exist. The names that are reserved
// for that will not do: some resolvers answer for them by themselves.
const nowhere = "control.doorstep-nonexistent"

// missing reports whether the zone around name says that it does not exist. A
// resolver that blocks names says so for a zone of its own, or for none: that counts
// only where the resolver says the same of every name that does not exist, as the
// small ones do that leave the zone out (RFC 2308 section 2.1).
func missing(ctx context.Context, s *session, name string, kind uint16) (bool, error) {
	a, err := s.ask(ctx, name, kind)
	if err != nil || a.exists {
		return false, err
	}
	if a.zone == "." || a.zone != name && strings.HasSuffix(name, "."+a.zone) {
		return true, nil
	}
	control, err := s.ask(ctx, nowhere, kind)
	return err == nil && len(control.records) == 0 && control.zone == a.zone, nil
}

// aliasNames are the names to look at: the host, the domain, its www, and those
// that the page is made of, without repeats and as long as they are the domain's.
func aliasNames(host, domain string, more []string) []string {
	var names []string
	for _, name := range slices.Concat([]string{host, domain, "www." + domain}, more) {
		name = canonical(name)
		if name != domain && !strings.HasSuffix(name, "."+domain) || slices.Contains(names, name) {
			continue
		}
		if names = append(names, name); len(names) == maxNames {
			break
		}
	}
	return names
}
