package scan

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
	"doorstep.example/services/audit-engine/internal/guard"
)

// one is a resolver to which every name is at the same public address.
type one struct{}

func (one) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("93.184.215.14")}, nil
}

// dnsChecks are those of the area, so that a test asks nothing else of its server.
func dnsChecks(tier string) []check.Check {
	return slices.DeleteFunc(check.ForTier(tier), func(c check.Check) bool { return c.Area != check.AreaDNS })
}

// The records come from the resolver, and the pages that they lead to through the
// guard, here to a server that stands for every public address.
func TestDNSOfAPublicName(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.Host == "docs.example.com" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "There isn't a GitHub Pages site here.")
			return
		}
		_, _ = io.WriteString(w, `<script src="http://docs.example.com/a.js"></script>`)
	}))
	t.Cleanup(server.Close)
	g := guardOfAll(t, server)
	zone := dnsprobetest.Parse(t, `
www.example.com.  A     93.184.215.14
docs.example.com. CNAME user.github.io.
user.github.io.   A     93.184.215.14
example.com.      MX    10 mx.example.com.
example.com.      TXT   "v=spf1 +all"
`)
	s, err := New(Config{Guard: g, Log: slog.New(slog.DiscardHandler), Timeout: time.Minute, Concurrency: 1, DNS: zone.Exchange, Checks: dnsChecks})
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Run(t.Context(), request("http://www.example.com/"), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := found(report)
	for _, want := range []string{"dns-dangling-cname high", "mail-spf medium", "mail-dmarc medium", "dnssec low", "dns-caa low", "ipv6 info"} {
		if !slices.Contains(got, want) {
			t.Errorf("findings %v lack %q", got, want)
		}
	}
}

// A domain that does everything right with its mail and its records has nothing to
// mend; what cannot be asked of it is skipped.
func TestDNSOfAnExemplaryDomain(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "mta-sts.example.com" {
			_, _ = io.WriteString(w, "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n")
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<p>Hello</p>")
	}))
	t.Cleanup(server.Close)
	zone := dnsprobetest.Parse(t, `
www.example.com.      A     93.184.215.14
www.example.com.      AAAA  2606:2800:21f:cb07:6820:80da:af6b:8b2c
example.com.          MX    10 mx.example.com.
mx.example.com.       A     93.184.215.14
example.com.          CAA   0 issue "letsencrypt.org"
example.com.          TXT   "v=spf1 ip4:93.184.215.14 -all"
_dmarc.example.com.   TXT   "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
_mta-sts.example.com. TXT   "v=STSv1; id=20261124"
mta-sts.example.com.  A     93.184.215.14
_smtp._tls.example.com. TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
`)
	s, err := New(Config{Guard: guardOfAll(t, server), Log: slog.New(slog.DiscardHandler), Timeout: time.Minute, Concurrency: 1, DNS: zone.Exchange, Checks: dnsChecks})
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Run(t.Context(), request("http://www.example.com/"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Check != "dnssec" && f.Severity != auditapi.Info { // the zone of the test is not signed
			t.Errorf("%s %s: %s\n%s", f.Check, f.Severity, f.Title, f.Evidence)
		}
	}
}

// guardOfAll is a guard to which server stands for every public address.
func guardOfAll(t *testing.T, server *httptest.Server) *guard.Guard {
	t.Helper()
	g, err := guard.New(guard.Config{
		Ports: []uint16{80, 443}, Resolver: one{},
		Dial: func(ctx context.Context, _ netip.AddrPort, _ guard.Control) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A resolver that was named for it may know the names of a laboratory, too.
func TestDNSOfALabTargetWithAName(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	t.Cleanup(server.Close)
	zone := dnsprobetest.Parse(t, `
www.shop.test.  A    127.0.0.1
shop.test.      TXT  "v=spf1 +all"
`)
	address := netip.MustParseAddrPort(server.Listener.Addr().String())
	lab, err := guard.New(guard.Config{Ports: []uint16{80}, Lab: []netip.AddrPort{address}, Resolver: here{}})
	if err != nil {
		t.Fatal(err)
	}
	s := newScanner(t, func(c *Config) { c.Guard, c.DNS, c.PrivateDNS, c.Checks = lab, zone.Exchange, true, dnsChecks })
	report, err := s.Run(t.Context(), request(fmt.Sprintf("http://www.shop.test:%d/", address.Port())), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(found(report), "mail-spf medium") {
		t.Errorf("findings %v, skipped %v", found(report), report.Skipped)
	}
}

// here is a resolver to which every name is on this machine.
type here struct{}

func (here) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

func TestDNSOfALabTargetIsSkipped(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	t.Cleanup(server.Close)
	zone := dnsprobetest.Parse(t, "")
	s := newScanner(t, func(c *Config) { c.DNS, c.Checks = zone.Exchange, dnsChecks }, server.Listener.Addr().String())
	report, err := s.Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Skipped) != len(dnsChecks(auditapi.TierAutomated)) || len(report.Findings) > 0 {
		t.Errorf("skipped %v, findings %v", report.Skipped, report.Findings)
	}
	for _, skipped := range report.Skipped {
		if !strings.Contains(skipped.Reason, "no public name") {
			t.Errorf("%s: %s", skipped.Check, skipped.Reason)
		}
	}
}
