//go:build linux

package guard

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
)

// The honest site of the tests, by name and address.
const (
	honest4, honest6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
	honestZone       = "honest.example.com. A " + honest4 + "\nsix.example.com. AAAA " + honest6 + "\n"
)

// canaries are forbidden addresses of every kind that a connection can be opened to.
var canaries = []string{
	"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "168.63.129.16",
	"192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "240.0.0.1",
	"::1", "::", "fd00::1", "fd00:ec2::254", "fec0::1", "100::1", "2001:db8::1", "2001:2::1",
	"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::1", "2001:0:7f00:1::1", "2606:4700::5efe:127.0.0.1",
}

// TestNoConnectionToForbiddenAddresses walks every way that is known to lead a server
// to an address that it should not connect to. It does so in a network where every
// address answers, so that a way that is open is seen; no connection may come about.
func TestNoConnectionToForbiddenAddresses(t *testing.T) {
	t.Parallel()
	if !inNamespace(t) {
		return
	}
	tr := newTrap(t, honestZone+canaryZone()+mixedZone+rebindingZone, secondZone)
	t.Run("every canary sings", tr.canariesSing)
	t.Run("literal", tr.literal)
	t.Run("each line alone", tr.eachLine)
	t.Run("DNS answer", tr.answer)
	t.Run("second DNS answer", tr.secondAnswer)
	t.Run("redirect", tr.redirect)
	t.Run("honest site", tr.honest) // last: what came before it was noted before it
	for address, n := range tr.take() {
		if address.String() != honest4 && address.String() != honest6 {
			t.Errorf("%d connections to %s", n, address)
		}
	}
}

// canariesSing connects to every canary without a guard.
func (tr *trap) canariesSing(t *testing.T) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, text := range append([]string{"fe80::1%lo"}, canaries...) {
		before := opened(t)
		resp, err := client.Get((&url.URL{Scheme: "http", Host: net.JoinHostPort(text, "80")}).String())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if n := opened(t) - before; string(body) != "here" || err != nil || n != 1 {
			t.Errorf("%s: %q, %v, %d connections", text, body, err, n)
		}
	}
	sung := tr.take()
	for _, text := range canaries {
		address := netip.MustParseAddr(text).Unmap()
		if !address.IsUnspecified() && sung[address] == 0 { // that one stands for the loopback address
			t.Errorf("the connection to %s was not noted", text)
		}
	}
}

func (tr *trap) literal(t *testing.T) {
	g := tr.guard(t)
	for _, text := range append([]string{"224.0.0.1", "255.255.255.255", "ff02::1", "fe80::1"}, canaries...) {
		tr.refused(t, g, "http://"+hostOf(text)+"/", auditapi.CodeForbiddenAddress)
		tr.refused(t, g, "https://"+hostOf(text)+"/", auditapi.CodeForbiddenAddress)
	}
	for _, host := range []string{"１２７.0.0.1", "127。0。0。1", "[::FFFF:7F00:1]", "[0:0:0:0:0:ffff:a9fe:a9fe]", "[64:ff9b::169.254.169.254]"} {
		tr.refused(t, g, "http://"+host+"/", auditapi.CodeForbiddenAddress)
	}
	for _, host := range numericHosts {
		tr.refused(t, g, "http://"+host+"/", auditapi.CodeHostSyntax)
	}
	tr.refused(t, g, "http://[fe80::1%25lo]/", auditapi.CodeZone)
	tr.refused(t, g, "http://localhost/", auditapi.CodeNotPublicName)
	tr.refused(t, g, "http://honest.example.com@127.0.0.1/", auditapi.CodeCredentials)
}

// numericHosts are 127.0.0.1, 169.254.169.254 and 0.0.0.0 as inet_aton reads them.
var numericHosts = []string{
	"2130706433", "017700000001", "0x7f000001", "0X7F000001", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.0.0.1.",
	"2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "0", "0x0", "00000000000", "４２.1",
}

// eachLine lets every address past admission, and past the judgement of answers too.
func (tr *trap) eachLine(t *testing.T) {
	g := tr.guard(t)
	for _, text := range canaries {
		address := netip.AddrPortFrom(netip.MustParseAddr(text), 80)
		target := Target{url: &url.URL{Scheme: "http", Host: address.String(), Path: "/"}, host: text, port: 80, public: true}
		for way, open := range ways {
			connects(t, way+" "+text, 0, func() {
				wantCode(t, text, open(t.Context(), g.Client("test"), target), auditapi.CodeForbiddenAddress)
			})
		}
		connects(t, "connect to "+text, 0, func() {
			if conn, err := dialTCP(t.Context(), address, g.control); err == nil {
				conn.Close()
				t.Errorf("connect to %s: no error", text)
			}
		})
	}
}

// canaryZone names canary i canary<i>.example.com.
func canaryZone() string {
	var zone strings.Builder
	for i, text := range canaries {
		kind := "A"
		if strings.Contains(text, ":") {
			kind = "AAAA"
		}
		fmt.Fprintf(&zone, "canary%d.example.com. %s %s\n", i, kind, text)
	}
	return zone.String()
}

// mixedZone has names that lead to the honest site and a canary.
const mixedZone = `
mixed1.example.com. A     93.184.215.14
mixed1.example.com. A     10.0.0.1
mixed2.example.com. A     169.254.169.254
mixed2.example.com. A     93.184.215.14
mixed3.example.com. A     93.184.215.14
mixed3.example.com. AAAA  ::1
mixed4.example.com. AAAA  2606:2800:21f:cb07:6820:80da:af6b:8b2c
mixed4.example.com. A     192.168.1.1
mixed5.example.com. A     93.184.215.14
mixed5.example.com. AAAA  ::ffff:127.0.0.1
mixed6.example.com. A     93.184.215.14
mixed6.example.com. A     93.184.215.15
mixed6.example.com. A     93.184.215.16
mixed6.example.com. A     93.184.215.17
mixed6.example.com. A     127.0.0.1
alias.example.com.  CNAME inside.example.net.
inside.example.net. A     10.0.0.1
`

func (tr *trap) answer(t *testing.T) {
	g := tr.guard(t)
	for i := range canaries {
		tr.refused(t, g, fmt.Sprintf("http://canary%d.example.com/", i), auditapi.CodeForbiddenAddress)
		tr.refused(t, g, fmt.Sprintf("https://canary%d.example.com/", i), auditapi.CodeForbiddenAddress)
	}
	for _, name := range []string{"mixed1", "mixed2", "mixed3", "mixed4", "mixed5", "mixed6", "alias"} {
		tr.refused(t, g, "https://"+name+".example.com/", auditapi.CodeForbiddenAddress)
	}
}

// The names that rebind are the honest site at the first question, and a canary, or
// the site and a canary, from the second on.
const (
	rebindingZone = `
rebind1.example.com. A    93.184.215.14
rebind2.example.com. A    93.184.215.14
rebind3.example.com. A    93.184.215.14
rebind4.example.com. A    93.184.215.14
`
	secondZone = `
rebind1.example.com. A    127.0.0.1
rebind2.example.com. A    169.254.169.254
rebind3.example.com. A    93.184.215.14
rebind3.example.com. AAAA ::1
rebind4.example.com. A    10.0.0.1
`
)

func (tr *trap) secondAnswer(t *testing.T) {
	g := tr.guard(t)
	for _, site := range []string{"http://rebind1.example.com/", "https://rebind2.example.com/", "http://rebind3.example.com/"} {
		// One question for one connection: what was judged is what is dialled.
		connects(t, site, 1, func() {
			if err := walk(t, g, site, ways["fetch"]); err != nil {
				t.Errorf("%s at its first answer: %v", site, err)
			}
		})
		tr.refused(t, g, site, auditapi.CodeForbiddenAddress)
	}
	// Between two connections of one fetch.
	connects(t, "rebind4", 1, func() {
		wantCode(t, "rebind4", walk(t, g, "http://rebind4.example.com/?status=302&to=/again", ways["fetch"]), auditapi.CodeRedirectForbidden)
	})
}

func (tr *trap) redirect(t *testing.T) {
	g := tr.guard(t)
	locations := []string{
		"//127.0.0.1/", "//2130706433/", "//[::1]/", "//canary4.example.com/", "//honest.example.com@127.0.0.1/", "http:127.0.0.1", "http:/127.0.0.1/", "http:///127.0.0.1/", "/\t/127.0.0.1/", `\\127.0.0.1/`, `/\127.0.0.1/`, `http:\\127.0.0.1\`,
		"http://localhost/", "http://[fe80::1%25lo]/", "http://user:secret@10.0.0.1/", "http://honest.example.com:80@10.0.0.1/", "http://honest.example.com:6379/", "HTTP://127.0.0.1/", "https://mixed1.example.com/",
		"gopher://127.0.0.1:80/_GET", "gopher://honest.example.com:80/", "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "ftp://10.0.0.1/", "dict://127.0.0.1:80/", "ldap://127.0.0.1:80/", "unix:/run/docker.sock", "javascript:alert(1)",
	}
	for i, text := range canaries {
		locations = append(locations, "http://"+hostOf(text)+"/", fmt.Sprintf("https://canary%d.example.com/", i))
	}
	for _, host := range numericHosts {
		locations = append(locations, "http://"+host+"/")
	}
	for site, codes := range map[string][]int{"http://honest.example.com/": {301, 302, 303, 307, 308}, "https://six.example.com/": {302}} {
		for _, status := range codes {
			for _, location := range locations {
				what := fmt.Sprintf("%d of %s to %s", status, site, location)
				connects(t, what, 1, func() {
					wantCode(t, what, walk(t, g, redirecting(site, status, location), ways["fetch"]), auditapi.CodeRedirectForbidden)
				})
			}
		}
	}
	// These are paths of the site.
	for _, location := range []string{"/%2f127.0.0.1/", "/.//127.0.0.1/"} {
		connects(t, location, 2, func() {
			if err := walk(t, g, redirecting("http://honest.example.com/", 302, location), ways["fetch"]); err != nil {
				t.Errorf("redirect to %s: %v", location, err)
			}
		})
	}
	twice := redirecting("http://honest.example.com/", 302, redirecting("https://six.example.com/", 307, "http://169.254.169.254/"))
	connects(t, twice, 2, func() { wantCode(t, twice, walk(t, g, twice, ways["fetch"]), auditapi.CodeRedirectForbidden) })
}

// honest wants the site to be reached in each of the ways that are closed to others.
func (tr *trap) honest(t *testing.T) {
	g := tr.guard(t)
	for _, site := range []string{"http://honest.example.com/", "https://six.example.com/"} {
		for way, open := range ways {
			connects(t, way+" "+site, 1, func() {
				if err := walk(t, g, site, open); err != nil {
					t.Errorf("%s %s: %v", way, site, err)
				}
			})
		}
		for _, status := range []int{301, 302, 303, 307, 308} {
			connects(t, site, 2, func() {
				if err := walk(t, g, redirecting(site, status, "//honest.example.com/end"), ways["fetch"]); err != nil {
					t.Errorf("%d of %s to the honest site: %v", status, site, err)
				}
			})
		}
	}
}

// guard is one that stands in the namespace as the engine does in its own: its dialler
// and its list of interfaces are the real ones.
func (tr *trap) guard(t *testing.T) *Guard {
	t.Helper()
	c := testConfig()
	c.Resolver, c.Dial, c.Interfaces = tr.resolver, nil, nil
	return newGuard(t, c)
}

// ways are the two that lead out.
var ways = map[string]func(context.Context, *Client, Target) error{
	"fetch": func(ctx context.Context, c *Client, target Target) error {
		resp, err := c.Do(ctx, Request{Target: target})
		if err == nil && string(resp.Body) != "here" {
			return fmt.Errorf("the answer is %d %q", resp.Status, resp.Body)
		}
		return err
	},
	"dial": func(ctx context.Context, c *Client, target Target) error {
		conn, err := c.Dial(ctx, target)
		if err != nil {
			return err
		}
		defer conn.Close()
		if target.Port() != 443 {
			return nil
		}
		return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(ctx)
	},
}

// walk goes to address in one of the ways, as a scan of its own.
func walk(t *testing.T, g *Guard, address string, open func(context.Context, *Client, Target) error) error {
	t.Helper()
	target, err := g.Admit(address)
	if err != nil {
		return err
	}
	return open(t.Context(), g.Client("test"), target)
}

// refused wants both ways to address to end in a refusal with the code, without a
// connection.
func (tr *trap) refused(t *testing.T, g *Guard, address, code string) {
	t.Helper()
	for way, open := range ways {
		connects(t, way+" "+address, 0, func() { wantCode(t, way+" "+address, walk(t, g, address, open), code) })
	}
}

// connects wants do to open so many connections, wherever to.
func connects(t *testing.T, what string, want int, do func()) {
	t.Helper()
	before := opened(t)
	do()
	if n := opened(t) - before; n != want {
		t.Errorf("%s: %d connections, want %d", what, n, want)
	}
}

// redirecting is the address at which site answers with the status and location.
func redirecting(site string, status int, location string) string {
	return fmt.Sprintf("%s?status=%d&to=%s", site, status, url.QueryEscape(location))
}

// hostOf is an address as it stands in a URL.
func hostOf(address string) string {
	if strings.Contains(address, ":") {
		return "[" + address + "]"
	}
	return address
}
