package guard

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// ask opens the target's page through a guard with these answers, and returns the
// error and what was dialled.
func ask(t *testing.T, c Config, address string) ([]string, error) {
	t.Helper()
	seen := &dials{}
	c.Dial = seen.dial
	g := newGuard(t, c)
	target, err := g.Admit(address)
	if err == nil {
		_, err = g.Client("test").Do(t.Context(), Request{Target: target})
	}
	return seen.list(), err
}

func TestDialsExactlyWhatWasJudged(t *testing.T) {
	t.Parallel()
	labs := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8443"), netip.MustParseAddrPort("10.5.5.5:9000")}
	for _, test := range []struct {
		name, url string
		answer    []string
		code      string
		dialled   []string
	}{
		{"public", "http://example.com/", []string{"93.184.216.34"}, auditapi.CodeUnreachable, []string{"93.184.216.34:80"}},
		{"mapped form of the resolver", "http://example.com/", []string{"::ffff:93.184.216.34"}, auditapi.CodeUnreachable, []string{"93.184.216.34:80"}},
		{"every address is tried", "https://example.com/", []string{"2606:4700::1", "93.184.216.34"}, auditapi.CodeUnreachable, []string{"[2606:4700::1]:443", "93.184.216.34:443"}},
		{"at most four", "https://example.com/", []string{"1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5", "1.1.1.6"}, auditapi.CodeUnreachable, []string{"1.1.1.1:443", "1.1.1.2:443", "1.1.1.3:443", "1.1.1.4:443"}},
		{"private", "http://example.com/", []string{"10.0.0.1"}, auditapi.CodeForbiddenAddress, nil},
		{"mixed", "http://example.com/", []string{"93.184.216.34", "127.0.0.1"}, auditapi.CodeForbiddenAddress, nil},
		{"forbidden beyond the four", "http://example.com/", []string{"1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "169.254.169.254"}, auditapi.CodeForbiddenAddress, nil},
		{"mixed families", "http://example.com/", []string{"93.184.216.34", "::1"}, auditapi.CodeForbiddenAddress, nil},
		{"NAT64", "http://example.com/", []string{"64:ff9b::5db8:d822"}, auditapi.CodeForbiddenAddress, nil},
		{"own public address", "http://example.com/", []string{"8.8.4.4"}, auditapi.CodeForbiddenAddress, nil},
		{"no such name", "http://example.com/", nil, auditapi.CodeDNSFailed, nil},
		{"lab by a public name", "https://example.com:8443/", []string{"127.0.0.1"}, auditapi.CodeUnreachable, []string{"127.0.0.1:8443"}},
		{"lab by another name", "https://weak.demo.test:8443/", []string{"127.0.0.1"}, auditapi.CodeUnreachable, []string{"127.0.0.1:8443"}},
		{"only the lab's address of a name that is not public", "https://weak.demo.test:8443/", []string{"::1", "127.0.0.1", "10.0.0.9"}, auditapi.CodeUnreachable, []string{"127.0.0.1:8443"}},
		{"not public, and not the lab", "https://weak.demo.test:8443/", []string{"127.0.0.2"}, auditapi.CodeNotPublicName, nil},
		{"not public, but a public address", "https://weak.demo.test:8443/", []string{"93.184.216.34"}, auditapi.CodeNotPublicName, nil},
		{"lab's port, public host", "https://example.com:9000/", []string{"93.184.216.34"}, auditapi.CodePort, nil},
		{"lab mixed with private", "https://example.com:8443/", []string{"127.0.0.1", "10.0.0.1"}, auditapi.CodeForbiddenAddress, nil},
		{"lab on a port of its own", "http://inside.test:9000/", []string{"10.5.5.5"}, auditapi.CodeUnreachable, []string{"10.5.5.5:9000"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := testConfig()
			c.Lab = labs
			c.Resolver = resolves(map[string][]string{"example.com": test.answer, "weak.demo.test": test.answer, "inside.test": test.answer})
			dialled, err := ask(t, c, test.url)
			wantCode(t, test.url, err, test.code)
			if diff := cmp.Diff(test.dialled, dialled); diff != "" {
				t.Errorf("dialled (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSecondAnswer: each connection is judged by the answer that it dials.
func TestSecondAnswer(t *testing.T) {
	t.Parallel()
	rebinding := &answers{lists: map[string][][]netip.Addr{"example.com": {addrs("93.184.216.34"), addrs("127.0.0.1")}}}
	seen := &dials{}
	c := testConfig()
	c.Resolver, c.Dial = rebinding, seen.dial
	g := newGuard(t, c)
	target, err := g.Admit("http://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	client := g.Client("test")
	_, err = client.Do(t.Context(), Request{Target: target})
	wantCode(t, "first", err, auditapi.CodeUnreachable)
	if rebinding.asked != 1 {
		t.Errorf("one connection asked the resolver %d times: the answer that was judged is the one to dial", rebinding.asked)
	}
	_, err = client.Do(t.Context(), Request{Target: target})
	wantCode(t, "second", err, auditapi.CodeForbiddenAddress)
	if diff := cmp.Diff([]string{"93.184.216.34:80"}, seen.list()); diff != "" {
		t.Errorf("dialled (-want +got):\n%s", diff)
	}
}

// TestControlIsTheSecondLine: even an address that got past resolve is refused right
// before connect.
func TestControlIsTheSecondLine(t *testing.T) {
	t.Parallel()
	c := testConfig()
	c.Lab = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8443")}
	g := newGuard(t, c)
	for _, address := range []string{"127.0.0.1:443", "[::1]:443", "168.63.129.16:80", "10.0.0.1:80", "[64:ff9b::1]:80", "127.0.0.1:5000", "nonsense", "example.com:80"} {
		if err := g.control("tcp4", address, nil); err == nil {
			t.Errorf("control(%s): no error", address)
		}
		if parsed, err := netip.ParseAddrPort(address); err == nil {
			if conn, err := dialTCP(t.Context(), parsed, g.control); err == nil {
				conn.Close()
				t.Errorf("dialTCP(%s): no error", address)
			}
		}
	}
	for network, address := range map[string]string{"tcp4": "93.184.216.34:443", "tcp6": "[2606:4700::1]:443"} {
		if err := g.control(network, address, nil); err != nil {
			t.Errorf("control(%s): %v", address, err)
		}
	}
	if err := g.control("tcp4", "127.0.0.1:8443", nil); err != nil {
		t.Errorf("lab target: %v", err)
	}
	if err := g.control("udp4", "93.184.216.34:443", nil); err == nil {
		t.Error("udp: no error")
	}
}

// flaky fails the first questions.
type flaky struct{ failures, asked int }

func (f *flaky) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	if f.asked++; f.asked <= f.failures {
		return nil, errors.New("server misbehaving")
	}
	return addrs("127.0.0.1"), nil
}

func TestLookupTriesAgain(t *testing.T) {
	t.Parallel()
	c := testConfig()
	c.Resolver = &flaky{failures: lookupTries - 1}
	_, err := ask(t, c, "http://example.com/")
	wantCode(t, "flaky resolver", err, auditapi.CodeForbiddenAddress)
	c.Resolver = &flaky{failures: lookupTries}
	_, err = ask(t, c, "http://example.com/")
	wantPassing(t, "broken resolver", err)
}

// wantPassing wants a failed lookup that may pass: only a name that does not exist is
// the customer's fault, and final.
func wantPassing(t *testing.T, what string, err error) {
	t.Helper()
	if e := errs.From(err); e.Kind != errs.Unavailable || e.Code != auditapi.CodeDNSFailed || errs.Permanent(err) {
		t.Errorf("%s: %v, want %s that may pass", what, err, auditapi.CodeDNSFailed)
	}
}

// silent never answers.
type silent struct{}

func (silent) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestSlowResolverEnds(t *testing.T) {
	t.Parallel()
	c := testConfig()
	c.Resolver, c.Limits.Lookup = silent{}, 20*time.Millisecond
	_, err := ask(t, c, "http://example.com/")
	wantPassing(t, "silent resolver", err)
}

func TestIsLab(t *testing.T) {
	t.Parallel()
	c := testConfig()
	c.Lab = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8443")}
	c.Resolver = resolves(map[string][]string{"example.com": {"93.184.216.34"}, "lab.example.com": {"127.0.0.1"}, "half.example.com": {"127.0.0.1", "93.184.216.34"}})
	g := newGuard(t, c)
	for address, want := range map[string]bool{
		"https://127.0.0.1:8443/": true, "https://lab.example.com:8443/": true,
		"https://example.com:8443/": false, "https://half.example.com:8443/": false,
	} {
		target, err := g.Admit(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := g.IsLab(t.Context(), target); got != want || err != nil {
			t.Errorf("IsLab(%s) = %v, %v; want %v", address, got, err, want)
		}
	}
}
