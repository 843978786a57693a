package e2e_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
)

// Our own shop, behind an ordinary proxy with TLS, stands up to our own audit.
func TestOwnShopIsAudited(t *testing.T) {
	t.Parallel()
	front := newFront(t)
	s := open(t, func(c *stack.Config) {
		c.Env["PUBLIC_BASE_URL"], c.Env["TRUSTED_PROXIES"], c.Env["SSL_CERT_FILE"] = front.url(), "127.0.0.1/32", front.roots
		c.Env["SANDBOX_WEBHOOK_URL"] = "http://" + c.Addrs[stack.VarStorefront] + "/webhooks/stripe"
		c.Env["AUDIT_LAB_TARGETS"] = front.addr
		c.Without = []string{stack.DemoTarget, stack.Mailer}
	})
	front.to(t, "http://"+s.Addrs[stack.VarStorefront])
	engine := auditapi.Client{BaseURL: "http://" + s.Addrs[stack.VarEngine], Token: config.Secret(s.Token)}
	report, _, err := engine.Audit(t.Context(), auditapi.Request{
		TargetURL: front.url() + "/", TargetName: "Our own shop", Tier: auditapi.TierCompliance, OrderID: "own", ReportID: "AR-OWN",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Grade != "A+" {
		t.Errorf("our own shop has grade %s (%d)", report.Grade, report.Score)
	}
	for _, f := range report.Findings {
		if f.Severity != auditapi.Info {
			t.Errorf("%s (%s): %s\n%s", f.Check, f.Severity, f.Title, f.Evidence)
		}
	}
	client := front.client
	for path, want := range map[string]string{"/": "text/html", "/portal": "text/html", "/static/": ""} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, front.url()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), want) {
			t.Errorf("%s is %s", path, resp.Header.Get("Content-Type"))
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Strict-Transport-Security": "max-age=63072000", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := resp.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
	resp, err := client.Do(must(http.NewRequestWithContext(t.Context(), http.MethodGet, front.url()+"/?lang=de", nil)))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	cookie := resp.Header.Get("Set-Cookie")
	for _, want := range []string{"__Host-doorstep-lang=de", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// front is a proxy with TLS before a shop.
type front struct {
	addr   string
	roots  string // file with its authority
	client *http.Client
	target *httputil.ReverseProxy
}

func (f *front) url() string {
	return "https://localhost:" + f.addr[strings.LastIndexByte(f.addr, ':')+1:]
}

func (f *front) to(t *testing.T, shop string) {
	u, err := url.Parse(shop)
	if err != nil {
		t.Fatal(err)
	}
	f.target.Rewrite = func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.SetXForwarded()
	}
}

func newFront(t *testing.T) *front {
	t.Helper()
	ln, err := stack.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	authority, certificate := newAuthority(t)
	f := &front{addr: ln.Addr().String(), roots: filepath.Join(t.TempDir(), "roots.pem"), target: &httputil.ReverseProxy{}}
	write(t, f.roots, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw})))
	server := &httptest.Server{Listener: ln, Config: &http.Server{Handler: f.target, ErrorLog: log.New(io.Discard, "", 0)}, TLS: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}}
	server.StartTLS()
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(authority)
	f.client = &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	return f
}

// newAuthority makes a certificate authority and a certificate of it for localhost.
func newAuthority(t *testing.T) (*x509.Certificate, tls.Certificate) {
	t.Helper()
	now := time.Now()
	authorityKey, key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(365 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	authority := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, root, root, authorityKey.Public(), authorityKey))))
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(60 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der := must(x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), authorityKey))
	return authority, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var loaded = regexp.MustCompile(`(?:href|src|srcset)="(/static/[^" ]+)"|url\(["']?(/static/[^"')]+)`)

// The front page must be there before anybody gets impatient: everything that its
// first paint needs, as it comes over the wire.
func TestFirstPaintIsLight(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	page, size := wire(t.Context(), t, s.ShopURL()+"/")
	seen := map[string]bool{}
	for _, text := range []string{page} {
		for _, m := range loaded.FindAllStringSubmatch(text, -1) {
			seen[m[1]+m[2]] = true
		}
	}
	for path := range seen {
		if strings.HasSuffix(path, ".css") {
			css, _ := wire(t.Context(), t, s.ShopURL()+path)
			for _, m := range loaded.FindAllStringSubmatch(css, -1) {
				seen[m[1]+m[2]] = true
			}
		}
	}
	for path := range seen {
		_, n := wire(t.Context(), t, s.ShopURL()+path)
		t.Logf("%6d bytes %s", n, path)
		size += n
	}
	if size > 60<<10 {
		t.Errorf("the first paint needs %d bytes, want at most 60 KB", size)
	}
	if len(seen) < 4 {
		t.Errorf("the page loads %v; that cannot be all", seen)
	}
}

// wire is what an address says, and how many bytes that takes with gzip.
func wire(ctx context.Context, t *testing.T, address string) (string, int) {
	t.Helper()
	req := must(http.NewRequestWithContext(ctx, http.MethodGet, address, nil))
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", address, resp.StatusCode, err)
	}
	if resp.Header.Get("Content-Encoding") != "gzip" {
		return string(raw), len(raw)
	}
	text, err := io.ReadAll(must(gzip.NewReader(bytes.NewReader(raw))))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), len(raw)
}
