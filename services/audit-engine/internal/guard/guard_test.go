package guard

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// answers is a resolver whose answers change: the first list for the first
// question, and so on, the last one for all that follow.
type answers struct {
	mu    sync.Mutex
	lists map[string][][]netip.Addr
	asked int
}

func (a *answers) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	lists := a.lists[host]
	if len(lists) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(lists) > 1 {
		a.lists[host] = lists[1:]
	}
	return lists[0], nil
}

func resolves(lists map[string][]string) *answers {
	a := &answers{lists: map[string][][]netip.Addr{}}
	for host, texts := range lists {
		a.lists[host] = [][]netip.Addr{addrs(texts...)}
	}
	return a
}

func addrs(texts ...string) []netip.Addr {
	var list []netip.Addr
	for _, text := range texts {
		list = append(list, netip.MustParseAddr(text))
	}
	return list
}

// dials records each address that would be connected to. Those in routes lead to a
// server of the test, all others fail.
type dials struct {
	mu     sync.Mutex
	seen   []string
	routes map[string]string
}

func (d *dials) dial(ctx context.Context, address netip.AddrPort, control Control) (net.Conn, error) {
	network := "tcp4"
	if address.Addr().Is6() {
		network = "tcp6"
	}
	if err := control(network, address.String(), nil); err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.seen = append(d.seen, address.String())
	to, ok := d.routes[address.String()]
	d.mu.Unlock()
	if !ok {
		return nil, errors.New("no route in this test")
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", to)
}

func (d *dials) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.seen...)
}

// testConfig is a guard that reaches nothing.
func testConfig() Config {
	return Config{
		Ports: []uint16{80, 443, 8080, 8443}, Listener: "127.0.0.1:5000",
		Resolver: resolves(nil), Dial: (&dials{}).dial,
		Interfaces: func() ([]netip.Addr, error) { return addrs("127.0.0.1", "::1", "10.1.1.1", "8.8.4.4"), nil },
		Limits:     Limits{Lookup: time.Second, Connect: time.Second, Handshake: time.Second, Header: time.Second, Fetch: 3 * time.Second},
	}
}

func newGuard(t testing.TB, c Config) *Guard {
	t.Helper()
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// wantCode checks that err is a refusal with the code, fit to show a customer.
func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		t.Errorf("%s: error %v, want a refusal with code %s", what, err, code)
		return
	}
	if e.Kind != errs.Unprocessable || e.Code != code || len(e.Message) < 20 {
		t.Errorf("%s: kind %d, code %q, message %q; want code %q", what, e.Kind, e.Code, e.Message, code)
	}
}

func TestNewRefusesIncompleteConfig(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("no ports: no error")
	}
	if _, err := New(Config{Ports: []uint16{80}, Listener: "nonsense"}); err == nil {
		t.Error("bad listener: no error")
	}
}

func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	c := testConfig()
	c.Registerer = registry
	g := newGuard(t, c)
	for _, address := range []string{"ftp://example.com/", "gopher://example.com/", "http://[fe80::1%25eth0]/"} {
		if _, err := g.Admit(address); err == nil {
			t.Errorf("Admit(%q): no error", address)
		}
	}
	if got := testutil.ToFloat64(g.refusals.WithLabelValues(auditapi.CodeScheme)); got != 2 {
		t.Errorf("scheme = %v, want 2", got)
	}
	if got := testutil.ToFloat64(g.refusals.WithLabelValues(auditapi.CodeZone)); got != 1 {
		t.Errorf("zone = %v, want 1", got)
	}
	if n, err := testutil.GatherAndCount(registry, "audit_refusals_total"); err != nil || n != len(codes()) {
		t.Errorf("%d series, %v; want one for each of the %d codes from the start", n, err, len(codes()))
	}
}
