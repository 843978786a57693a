package guard

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// azureHost is the address under which Azure's virtual machines reach their host:
// public by its number, internal by its nature, and on no registry's list.
var azureHost = netip.MustParseAddr("168.63.129.16")

// embedding are the IPv6 networks whose addresses carry an IPv4 address. A gateway
// or a kernel may turn such an address into the IPv4 one, so none of them is
// dialled, whatever it carries.
var embedding = []netip.Prefix{
	netip.MustParsePrefix("::/96"),           // IPv4-compatible (and :: and ::1)
	netip.MustParsePrefix("::ffff:0:0/96"),   // IPv4-mapped
	netip.MustParsePrefix("::ffff:0:0:0/96"), // SIIT
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),  // NAT64, local use
	netip.MustParsePrefix("2001::/32"),       // Teredo
	netip.MustParsePrefix("2002::/16"),       // 6to4
}

// forbidden says why address must not be dialled, or "". The reason is for the log.
func (g *Guard) forbidden(address netip.AddrPort) string {
	ip := address.Addr()
	if reason := g.ours(address); reason != "" {
		return reason // even a lab target must not be the engine itself
	}
	if g.lab(address) {
		return ""
	}
	if !ip.IsValid() || ip.Zone() != "" {
		return "not a plain address"
	}
	for _, network := range embedding {
		if ip.Is6() && containsMapped(network, ip) {
			return "embeds IPv4 (" + network.String() + ")"
		}
	}
	if isatap(ip) {
		return "embeds IPv4 (ISATAP)"
	}
	if ip == azureHost {
		return "a cloud's host address"
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return "not a public address"
	}
	if err := g.ssrf.SafeAddr(ip); err != nil {
		return err.Error()
	}
	return ""
}

// containsMapped is network.Contains, which never holds for an IPv4-mapped address.
func containsMapped(network netip.Prefix, ip netip.Addr) bool {
	return network.Contains(ip) || (ip.Is4In6() && network.Addr().Is4In6())
}

// isatap reports an interface identifier of RFC 5214, which carries IPv4 under any
// prefix.
func isatap(ip netip.Addr) bool {
	b := ip.As16()
	return ip.Is6() && b[8]&^0x03 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

// listener is our own address. An unspecified ip stands for every address of this
// machine.
type listener struct {
	ip   netip.Addr
	port uint16
}

func parseListener(hostPort string) (listener, error) {
	if hostPort == "" {
		return listener{}, nil
	}
	host, digits, err := net.SplitHostPort(hostPort)
	if err != nil {
		return listener{}, fmt.Errorf("must be host:port")
	}
	port, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return listener{}, fmt.Errorf("the port must be a number")
	}
	l := listener{ip: netip.IPv6Unspecified(), port: uint16(port)}
	if ip, err := netip.ParseAddr(host); err == nil {
		l.ip = ip.Unmap()
	} else if host == "localhost" {
		l.ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return l, nil
}

// ours says whether address is this engine's listener or a public address of this
// machine: what is served there trusts the machine more than it trusts strangers.
func (g *Guard) ours(address netip.AddrPort) string {
	ip := address.Addr().Unmap()
	local, err := g.config.Interfaces()
	if err != nil {
		return "the addresses of this machine are unknown: " + err.Error()
	}
	here := ip.IsLoopback() || ip.IsUnspecified()
	for _, own := range local {
		here = here || own.Unmap().WithZone("") == ip.WithZone("")
	}
	if g.own.port != 0 && address.Port() == g.own.port && (ip == g.own.ip || (here && (g.own.ip.IsUnspecified() || ip.IsUnspecified()))) {
		return "our own listener"
	}
	if here && !g.lab(address) {
		return "an address of this machine"
	}
	return ""
}

func interfaces() ([]netip.Addr, error) {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list the interfaces: %w", err)
	}
	addresses := make([]netip.Addr, 0, len(found))
	for _, a := range found {
		if network, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(network.IP); ok {
				addresses = append(addresses, ip.Unmap())
			}
		}
	}
	return addresses, nil
}
