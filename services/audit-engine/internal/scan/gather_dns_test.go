package scan

import (
	"context"
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
	g, err := guard.New(guard.Config{
		Ports: []uint16{80, 443}, Resolver: one{},
		Dial: func(ctx context.Context, address netip.AddrPort, _ guard.Control) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
		},
	})
	if err != nil {
		t.Fatal(err)
	}
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
