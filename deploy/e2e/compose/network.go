package compose

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Networking holds for either file as a whole.
var Networking = []func(*types.Project) []string{apart, reaching, calling, operating, auditing}

// JudgeNetworks applies the rules on networks.
func JudgeNetworks(p *types.Project) []string {
	var complaints []string
	for _, rule := range Networking {
		complaints = append(complaints, rule(p)...)
	}
	return complaints
}

// acquainted are the pairs that share a network. No others may.
var acquainted = [][2]string{
	{"audit-engine", "demo-target"},
	{"audit-engine", "storefront"},
	{"mailer", "storefront"},
	{"storefront", "stripe-sandbox"},
}

// apart: who needs to speak has a network in common, and nobody else. Since no
// three programs are acquainted, each such network is of two.
func apart(p *types.Project) []string {
	var c []string
	names := p.ServiceNames() // sorted, as the pairs are
	for i, a := range names {
		for _, b := range names[i+1:] {
			meet, may := len(common(p, a, b)) > 0, slices.Contains(acquainted, [2]string{a, b})
			if meet && !may {
				c = append(c, fmt.Sprintf("%s: it shares %q with %s", a, common(p, a, b), b))
			}
			if may && !meet {
				c = append(c, fmt.Sprintf("%s: it shares no network with %s", a, b))
			}
		}
	}
	return c
}

func common(p *types.Project, a, b string) []string {
	var shared []string
	for name := range p.Services[a].Networks {
		if _, ok := p.Services[b].Networks[name]; ok {
			shared = append(shared, name)
		}
	}
	slices.Sort(shared)
	return shared
}

// reaching: the networks are this project's own bridges, and lead out for all but
// the weak site.
func reaching(p *types.Project) []string {
	var c []string
	for _, key := range p.NetworkNames() {
		if n := p.Networks[key]; bool(n.External) || (n.Driver != "" && n.Driver != "bridge") {
			c = append(c, key+": it is not a bridge of this project's own")
		}
	}
	for _, name := range p.ServiceNames() {
		out := false
		for network := range p.Services[name].Networks {
			out = out || !p.Networks[network].Internal
		}
		if want := name != "demo-target"; out != want {
			c = append(c, fmt.Sprintf("%s: a way out of its networks: %v, want %v", name, out, want))
		}
	}
	return c
}

// calls are the variables with the address of another program.
var calls = []string{"AUDIT_ENGINE_URL", "MAILER_URL", "STRIPE_API_BASE", "SANDBOX_WEBHOOK_URL"}

// calling: who is called is in reach, by name, and listens there. A name is asked
// for anew at each connection; an address would be wrong after a restart.
func calling(p *types.Project) []string {
	var c []string
	for _, name := range p.ServiceNames() {
		for _, variable := range calls {
			value := Value(p, name, variable)
			if value == "" {
				continue
			}
			u, err := url.Parse(value)
			if err != nil || len(common(p, name, u.Hostname())) == 0 || !listens(p.Services[u.Hostname()], u.Port()) {
				c = append(c, fmt.Sprintf("%s: nobody answers at %s=%s", name, variable, value))
			}
		}
	}
	return c
}

// listens reports whether s listens on that port of all its addresses.
func listens(s types.ServiceConfig, port string) bool {
	for name, value := range s.Environment {
		if value == nil || !strings.HasSuffix(name, "_ADDR") {
			continue
		}
		host, own, err := net.SplitHostPort(*value)
		if err == nil && own == port && (host == "" || host == "0.0.0.0") {
			return true
		}
	}
	return false
}

// operating: the operators' listener is bound to an address that nobody shares, and
// that is the one at which published ports arrive. Docker publishes through the
// first network by name, of those that lead out.
func operating(p *types.Project) []string {
	const shop = "storefront"
	host, port, err := net.SplitHostPort(Value(p, shop, "STOREFRONT_OPS_ADDR"))
	if err != nil {
		return []string{shop + ": its operators' listener has no address"}
	}
	var bound []string
	first := ""
	for key, endpoint := range p.Services[shop].Networks {
		if endpoint != nil && slices.Contains(endpoint.Aliases, host) {
			bound = append(bound, key)
		}
		if n := p.Networks[key]; !n.Internal && (first == "" || n.Name < p.Networks[first].Name) {
			first = key
		}
	}
	if len(bound) != 1 {
		return []string{fmt.Sprintf("%s: its operators' listener is bound to %q, which names %d of its networks and not one", shop, host, len(bound))}
	}
	var c []string
	for _, name := range p.ServiceNames() {
		if _, ok := p.Services[name].Networks[bound[0]]; ok && name != shop {
			c = append(c, name+": it reaches the operators' listener")
		}
	}
	if first != bound[0] {
		c = append(c, fmt.Sprintf("%s: published ports arrive in %s and not in %s, where port %s listens", shop, first, bound[0], port))
	}
	return c
}

// auditing: each lab target is a program with exactly that address in a network of
// the engine's, and nobody can be given the address by chance.
func auditing(p *types.Project) []string {
	const engine = "audit-engine"
	var c []string
	for target := range strings.SplitSeq(Value(p, engine, "AUDIT_LAB_TARGETS"), ",") {
		if target == "" {
			continue
		}
		address, err := netip.ParseAddrPort(target)
		if err != nil || !slices.ContainsFunc(p.ServiceNames(), func(name string) bool { return at(p, engine, name, address) }) {
			c = append(c, fmt.Sprintf("%s: nobody answers at the lab target %s", engine, target))
		}
	}
	return c
}

// at reports whether name has the address in a network that it shares with from.
func at(p *types.Project, from, name string, address netip.AddrPort) bool {
	s := p.Services[name]
	for _, network := range common(p, from, name) {
		endpoint := s.Networks[network]
		if name == from || endpoint == nil || endpoint.Ipv4Address != address.Addr().String() || !listens(s, fmt.Sprint(address.Port())) {
			continue
		}
		for _, pool := range p.Networks[network].Ipam.Config {
			subnet, err := netip.ParsePrefix(pool.Subnet)
			given, rangeErr := netip.ParsePrefix(pool.IPRange)
			if err == nil && rangeErr == nil && subnet.Contains(address.Addr()) && !given.Contains(address.Addr()) {
				return true
			}
		}
	}
	return false
}

// Value is a variable of a service, empty when it is not set.
func Value(p *types.Project, service, variable string) string {
	if v := p.Services[service].Environment[variable]; v != nil {
		return *v
	}
	return ""
}
