package guard

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForbiddenAddresses(t *testing.T) {
	t.Parallel()
	g := newGuard(t, testConfig())
	for _, text := range []string{
		// this network, loopback, private, shared, link local
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.127.255.255", "169.254.0.1",
		// metadata of clouds
		"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
		// protocol assignments, documentation, benchmarking, relays, AS112
		"192.0.0.1", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1",
		// multicast, reserved, broadcast
		"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		// IPv6: unspecified, loopback, local, multicast, site local, discard, documentation, ORCHID, AS112
		"::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "100::1", "2001:db8::1", "3fff::1", "2001:10::1", "2001:20::1", "2001:2::1", "2001:1::1", "2620:4f:8000::1", "5f00::1", "4000::1", "9000::1",
		// IPv4 inside of IPv6, public ones too: mapped, compatible, SIIT, NAT64, local NAT64, 6to4, Teredo, ISATAP
		"::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "::93.184.216.34", "::ffff:0:93.184.216.34", "64:ff9b::127.0.0.1", "64:ff9b::5db8:d822", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1",
		"2002:7f00:1::1", "2002:5db8:d822::1", "2001:0:5db8:d822::1", "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:93.184.216.34",
		// addresses of this machine
		"10.1.1.1", "8.8.4.4",
	} {
		if reason := g.forbidden(netip.AddrPortFrom(netip.MustParseAddr(text), 443)); reason == "" {
			t.Errorf("%s may be dialled", text)
		}
	}
	if g.forbidden(netip.AddrPort{}) == "" || g.forbidden(netip.AddrPortFrom(netip.MustParseAddr("2606:4700::1%eth0"), 443)) == "" {
		t.Error("an invalid address or one with a zone may be dialled")
	}
}

func TestAllowedAddresses(t *testing.T) {
	t.Parallel()
	g := newGuard(t, testConfig())
	for _, text := range []string{
		"93.184.216.34", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.0.1", "192.167.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.254", "168.63.129.17",
		"2606:4700::6810:84e5", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888", "2620:fe::fe", "2400:cb00:2048:1::c629:d7a2",
	} {
		if reason := g.forbidden(netip.AddrPortFrom(netip.MustParseAddr(text), 443)); reason != "" {
			t.Errorf("%s is forbidden: %s", text, reason)
		}
	}
}

func TestOwnListener(t *testing.T) {
	t.Parallel()
	lab := func(texts ...string) []netip.AddrPort {
		var list []netip.AddrPort
		for _, text := range texts {
			list = append(list, netip.MustParseAddrPort(text))
		}
		return list
	}
	for _, test := range []struct {
		listener, address string
		forbidden         bool
	}{
		{"127.0.0.1:5000", "127.0.0.1:5000", true},
		{"127.0.0.1:5000", "[::ffff:127.0.0.1]:5000", true},
		{"localhost:5000", "127.0.0.1:5000", true},
		{"127.0.0.1:5000", "127.0.0.1:5001", false},
		{"0.0.0.0:5000", "127.0.0.1:5000", true},
		{":5000", "10.1.1.1:5000", true},
		{":5000", "8.8.4.4:5000", true},
		{":5000", "[::1]:5000", true},
		{":5000", "0.0.0.0:5000", true},
		{":5000", "10.1.1.1:5001", false},
		{":5000", "10.9.9.9:5000", false}, // another machine of the lab
	} {
		c := testConfig()
		c.Listener, c.Lab = test.listener, lab(test.address)
		g := newGuard(t, c)
		if got := g.forbidden(netip.MustParseAddrPort(test.address)) != ""; got != test.forbidden {
			t.Errorf("listener %s, lab target %s: forbidden = %v, want %v", test.listener, test.address, got, test.forbidden)
		}
	}
}

func TestUnknownInterfacesForbidEverything(t *testing.T) {
	t.Parallel()
	c := testConfig()
	c.Interfaces = func() ([]netip.Addr, error) { return nil, errors.New("no netlink here") }
	if newGuard(t, c).forbidden(netip.MustParseAddrPort("93.184.216.34:443")) == "" {
		t.Error("without the list of own addresses nothing may be dialled")
	}
}

func TestInterfacesOfThisMachine(t *testing.T) {
	t.Parallel()
	found, err := interfaces()
	if err != nil {
		t.Fatal(err)
	}
	loopback := false
	for _, ip := range found {
		loopback = loopback || ip.IsLoopback()
	}
	if !loopback {
		t.Errorf("no loopback among %v", found)
	}
}

func TestParseListener(t *testing.T) {
	t.Parallel()
	got, err := parseListener("")
	if diff := cmp.Diff(listener{}, got, cmp.AllowUnexported(listener{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); err != nil || diff != "" {
		t.Errorf("empty: %v\n%s", err, diff)
	}
	for _, bad := range []string{"5000", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000"} {
		if _, err := parseListener(bad); err == nil {
			t.Errorf("parseListener(%q): no error", bad)
		}
	}
}
