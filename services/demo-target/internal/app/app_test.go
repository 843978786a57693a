package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/services/demo-target/internal/weakness"
)

// demo is the running program, seen from outside.
type demo struct {
	secure, plain string // addresses of the two listeners
	client        *http.Client
}

// start runs the program on free ports until the test ends, and checks that it
// stops when asked to.
func start(t *testing.T) *demo {
	t.Helper()
	c := &Config{Addr: freeAddr(t), HTTPAddr: freeAddr(t)}
	ctx, stop := context.WithCancel(t.Context())
	var failure error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		failure = Run(ctx, c, slog.New(slog.DiscardHandler))
	}()
	d := &demo{secure: c.Addr, plain: c.HTTPAddr, client: &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	t.Cleanup(func() {
		d.client.CloseIdleConnections()
		stop()
		if <-ended; failure != nil {
			t.Errorf("Run = %v", failure)
		}
	})
	deadline := time.Now().Add(10 * time.Second)
	for {
		conn, err := net.DialTimeout("tcp", c.HTTPAddr, time.Second)
		if err == nil {
			conn.Close()
			return d
		}
		if time.Now().After(deadline) {
			t.Fatalf("never listened: %v", err)
		}
		select {
		case <-ended:
			t.Fatal("Run ended early")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	Text string
}

func (d *demo) do(t *testing.T, method, rawURL string, body io.Reader, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, rawURL, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(text)}
}

// get asks over TLS.
func (d *demo) get(t *testing.T, path string, header ...string) answer {
	t.Helper()
	return d.do(t, http.MethodGet, "https://"+d.secure+path, nil, header...)
}

func (d *demo) login(t *testing.T, base string) answer {
	t.Helper()
	form := url.Values{"email": {"ines@example.com"}, "password": {"wrong"}}
	return d.do(t, http.MethodPost, base+"/login", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

func TestEveryPlantedWeaknessIsThere(t *testing.T) {
	d := start(t)
	listed := map[string]bool{}
	for _, w := range weakness.All {
		t.Run(w.ID, func(t *testing.T) {
			proof, ok := proofs[w.ID]
			if !ok {
				t.Fatal("no proof for this weakness: add one to proofs")
			}
			proof(t, d)
		})
		if w.What == "" || w.Where == "" || listed[w.ID] {
			t.Errorf("%s: an incomplete or repeated line", w.ID)
		}
		listed[w.ID] = true
	}
	for id := range proofs {
		if !listed[id] {
			t.Errorf("%s is proven, and not listed in the table", id)
		}
	}
}

func TestHealthyAndListed(t *testing.T) {
	d := start(t)
	for _, base := range []string{"https://" + d.secure, "http://" + d.plain} {
		for _, path := range []string{"/healthz", "/readyz"} {
			if a := d.do(t, http.MethodGet, base+path, nil); a.StatusCode != http.StatusOK {
				t.Errorf("%s%s = %d", base, path, a.StatusCode)
			}
		}
	}
	var got []weakness.Weakness
	if err := json.Unmarshal([]byte(d.get(t, "/weaknesses.json").Text), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(weakness.All) || got[0] != weakness.All[0] {
		t.Errorf("/weaknesses.json lists %d, the table %d", len(got), len(weakness.All))
	}
}

func TestShop(t *testing.T) {
	d := start(t)
	for path, want := range map[string]string{
		"/":                       "Few things,",
		"/products/fjord-bowl":    "Thrown thin",
		"/about":                  "Four people",
		"/login":                  `type="password"`,
		"/assets/shop.css":        "--paper",
		"/assets/slate-clock.svg": "<svg",
	} {
		if a := d.get(t, path); a.StatusCode != http.StatusOK || !strings.Contains(a.Text, want) {
			t.Errorf("%s = %d, want 200 with %q", path, a.StatusCode, want)
		}
		if a := d.do(t, http.MethodHead, "https://"+d.secure+path, nil); a.StatusCode != http.StatusOK || a.Text != "" {
			t.Errorf("HEAD %s = %d with %d bytes", path, a.StatusCode, len(a.Text))
		}
	}
	// A file that is not there must be told from one that was left behind.
	for _, path := range []string{"/nothing", "/.git/nothing", "/products/nothing", "/assets/nothing.css"} {
		if a := d.get(t, path); a.StatusCode != http.StatusNotFound || !strings.Contains(a.Text, "Not on our shelves") {
			t.Errorf("%s = %d %.60q", path, a.StatusCode, a.Text)
		}
	}
	if a := d.do(t, http.MethodPost, "https://"+d.secure+"/login", bytes.NewReader(make([]byte, 1<<20))); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 1 MiB = %d", a.StatusCode)
	}
}

func TestOnlyLoopbackUnlessAllowed(t *testing.T) {
	for _, variable := range []string{"DEMO_TARGET_ADDR", "DEMO_TARGET_HTTP_ADDR"} {
		for addr, want := range map[string]struct{ alone, allowed bool }{
			"127.0.0.1:8443": {true, true}, "[::1]:8443": {true, true}, "localhost:0": {true, true}, "127.9.9.9:1": {true, true},
			":8443": {false, true}, "0.0.0.0:8443": {false, true}, "192.0.2.1:8443": {false, true}, "[::]:8443": {false, true}, "shop.example:1": {false, true},
			"127.0.0.1": {false, false}, "127.0.0.1:": {false, false},
		} {
			t.Run(variable+"="+addr, func(t *testing.T) {
				t.Setenv(variable, addr)
				for allow, want := range map[string]bool{"": want.alone, "false": want.alone, "true": want.allowed} {
					t.Setenv("DEMO_TARGET_ALLOW_REMOTE", allow)
					err := config.Load(new(Config))
					if got := err == nil; got != want || (err != nil && !strings.HasPrefix(err.Error(), variable+": ")) {
						t.Errorf("DEMO_TARGET_ALLOW_REMOTE=%q: accepted %v, want %v (%v)", allow, got, want, err)
					}
				}
			})
		}
	}
}
