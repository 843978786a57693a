package guard

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/auditapi"
)

func TestRedirectsAreJudgedAnew(t *testing.T) {
	t.Parallel()
	var canary sync.Map
	inner := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { canary.Store(r.URL.Path, true) }))
	t.Cleanup(inner.Close)
	forbidden := []string{
		inner.URL + "/canary", // loopback, on a port that is no lab target
		strings.Replace(inner.URL, "127.0.0.1", "localhost", 1) + "/canary",
		"http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "//10.0.0.1/", "http://[::1]/", "http://[fe80::1%25eth0]/", "http://2130706433/", "http://127.1/",
		"http://inside.example.com/", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "http://user:secret@example.com/", "http://example.com:22/", "http://localhost/", "http:///x", "https:example.com", `\\10.0.0.1\x`, `/\10.0.0.1/`, `http:\\169.254.169.254\`,
	}
	c := testConfig()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range forbidden {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			}))
			seen := &dials{routes: map[string]string{server.Listener.Addr().String(): server.Listener.Addr().String()}}
			c.Lab, c.Dial = []netip.AddrPort{netip.MustParseAddrPort(server.Listener.Addr().String())}, seen.dial
			c.Resolver = resolves(map[string][]string{"inside.example.com": {"192.168.1.1"}, "localhost": {"127.0.0.1"}})
			_, err := get(t, newGuard(t, c), server.URL)
			wantCode(t, fmt.Sprintf("%d to %s", status, location), err, auditapi.CodeRedirectForbidden)
			if diff := cmp.Diff([]string{server.Listener.Addr().String()}, seen.list()); diff != "" {
				t.Errorf("%d to %s: dialled (-want +got):\n%s", status, location, diff)
			}
			server.Close()
		}
	}
	canary.Range(func(key, _ any) bool { t.Errorf("the canary at %v was reached", key); return true })
}

func TestRedirectsThatAreFollowed(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	var cookies []string
	for path, location := range map[string]string{"/301": "/302", "/302": "303", "/303": "./307?x=1", "/307": "308", "/308": "/end"} {
		status := map[string]int{"/301": 301, "/302": 302, "/303": 303, "/307": 307, "/308": 308}[path]
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, location, status) })
	}
	mux.HandleFunc("/end", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "here") })
	mux.HandleFunc("/cookie", func(w http.ResponseWriter, r *http.Request) {
		cookies = append(cookies, r.Header.Get("Cookie"))
		if r.Header.Get("Cookie") == "" {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(w, r, "/cookie", http.StatusFound)
		}
	})
	mux.HandleFunc("/304", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", "/end"); w.WriteHeader(304) })
	mux.HandleFunc("/bare", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) })
	g, base := lab(t, mux.ServeHTTP)
	resp, err := get(t, g, base+"/301")
	if err != nil || string(resp.Body) != "here" || len(resp.Hops) != 5 || resp.URL.Path != "/end" {
		t.Fatalf("chain: %+v, %v", resp, err)
	}
	if hop := resp.Hops[2]; hop.Status != 303 || hop.Location != "./307?x=1" && hop.Location != "/307?x=1" || hop.URL.Path != "/303" {
		t.Errorf("third hop = %+v", hop)
	}
	if resp, err := get(t, g, base+"/cookie"); err != nil || resp.Status != 200 {
		t.Errorf("a site that sets a cookie first: %v, %v", resp, err)
	}
	if diff := cmp.Diff([]string{"", "seen=1"}, cookies); diff != "" {
		t.Errorf("cookies (-want +got):\n%s", diff)
	}
	for path, status := range map[string]int{"/304": 304, "/bare": 302} {
		if resp, err := get(t, g, base+path); err != nil || resp.Status != status {
			t.Errorf("%s: %v, %v; not a redirect", path, resp, err)
		}
	}
}

func TestEndlessRedirects(t *testing.T) {
	t.Parallel()
	g, base := lab(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/self":
			http.Redirect(w, r, "/self#again", http.StatusMovedPermanently)
		case "/ping":
			http.Redirect(w, r, "/pong", http.StatusFound)
		case "/pong":
			http.Redirect(w, r, "/ping", http.StatusFound)
		default:
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}
	})
	for path, code := range map[string]string{
		"/self": auditapi.CodeRedirectLoop, "/ping": auditapi.CodeRedirectLoop, "/on": auditapi.CodeTooManyRedirects,
	} {
		_, err := get(t, g, base+path)
		wantCode(t, path, err, code)
	}
}

func TestCookiesStayWithTheirHost(t *testing.T) {
	t.Parallel()
	var got string
	second := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Cookie") }))
	t.Cleanup(second.Close)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "mine", Value: "1", Domain: "127.0.0.1"})
		http.Redirect(w, r, second.URL, http.StatusFound)
	}))
	t.Cleanup(first.Close)
	c := testConfig()
	c.Dial, c.Lab = nil, []netip.AddrPort{netip.MustParseAddrPort(first.Listener.Addr().String()), netip.MustParseAddrPort(second.Listener.Addr().String())}
	if _, err := get(t, newGuard(t, c), first.URL); err != nil || got != "" {
		t.Errorf("the second host got the cookie %q, %v", got, err)
	}
}
