package ownership

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/guard"
)

const token = "k3v9q2m7w1x8c5z4n6b0p2r4t6"

// dns answers for one record.
type dns map[string][]string

func (d dns) LookupTXT(_ context.Context, name string) ([]string, error) {
	if values, ok := d[name]; ok {
		return values, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// everywhere resolves every name to the test's server.
type everywhere struct{ addr netip.Addr }

func (e everywhere) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{e.addr}, nil
}

// site is a server under a name, and the way to look at it.
func site(t *testing.T, host string, handler http.HandlerFunc) (*guard.Client, guard.Target) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	addr := netip.MustParseAddrPort(server.Listener.Addr().String())
	g, err := guard.New(guard.Config{Ports: []uint16{addr.Port()}, Lab: []netip.AddrPort{addr}, Resolver: everywhere{addr.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	target, err := g.Admit(fmt.Sprintf("http://%s:%d/some/page", host, addr.Port()))
	if err != nil {
		t.Fatal(err)
	}
	return g.Client("test"), target
}

func page(path, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, text)
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	nothing := page("/none", "")
	for name, c := range map[string]struct {
		host    string
		records dns
		serve   http.HandlerFunc
		method  string // empty: not proven
		says    string
	}{
		"a record":                     {"www.shop.example.co.uk", dns{"_doorstep-challenge.example.co.uk": {"v=spf1", token}}, nothing, "dns", "_doorstep-challenge.example.co.uk"},
		"a record of the host itself":  {"www.example.com", dns{"_doorstep-challenge.www.example.com": {token}}, nothing, "", "no TXT record"},
		"another record":               {"www.example.com", dns{"_doorstep-challenge.example.com": {token + "x"}}, nothing, "", "says something else"},
		"a record of a shared suffix":  {"me.github.io", dns{"_doorstep-challenge.github.io": {token}}, nothing, "", "no TXT record"},
		"the shared suffix itself":     {"github.io", dns{"_doorstep-challenge.github.io": {token}}, nothing, "", "no domain of its own"},
		"a file":                       {"www.example.com", nil, page("/.well-known/doorstep-verification.txt", "# ours\n "+token+" \n"), "file", "/.well-known/"},
		"a file of Windows":            {"www.example.com", nil, page("/.well-known/doorstep-verification.txt", "\ufeff"+token+"\r\n"), "file", "/.well-known/"},
		"a file with more in its line": {"www.example.com", nil, page("/.well-known/doorstep-verification.txt", "x"+token), "", "does not hold the token"},
		"a tag":                        {"www.example.com", nil, page("/", `<html><head><META Name="doorstep-verification" content=" `+token+` "></head>`), "meta", "meta tag"},
		"a tag in a comment":           {"www.example.com", nil, page("/", `<!-- <meta name="doorstep-verification" content="`+token+`"> -->`), "", "no such meta tag"},
		"a tag in a script":            {"www.example.com", nil, page("/", `<script>'<meta name="doorstep-verification" content="`+token+`">'</script>`), "", "no such meta tag"},
		"a page that echoes its path":  {"www.example.com", nil, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL) }, "", "does not hold"},
		"a redirect to who has it": {"www.example.com", nil, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/elsewhere") {
				fmt.Fprint(w, token)
				return
			}
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, "", "answers 302"},
		"nothing": {"www.example.com", nil, nothing, "", "answers 404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, target := site(t, c.host, c.serve)
			at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
			p := Prover{Resolver: c.records, Now: func() time.Time { return at }}
			proof, err := p.Look(t.Context(), client, target, token)
			if err != nil {
				t.Fatal(err)
			}
			if proof.Proven != (c.method != "") || proof.Method != c.method || !strings.Contains(proof.Detail, c.says) || proof.At != at {
				t.Errorf("proof = %+v, want %q and %q", proof, c.method, c.says)
			}
			if !proof.Proven && strings.Contains(proof.Detail, token) {
				t.Error("the token is told to whoever asks")
			}
		})
	}
}

func TestTokensThatCanBeGuessed(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "short", strings.Repeat("a", 21), strings.Repeat("a", 129), token + " ", "<" + token, token + "\n"} {
		if err := CheckToken(bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("CheckToken(%q) = %v", bad, err)
		}
	}
	if err := CheckToken(token); err != nil {
		t.Error(err)
	}
}
