package app

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// proofs shows for each weakness, by its id, that the running site has it.
var proofs = map[string]func(*testing.T, *demo){
	"tls-1.0":        negotiates(tls.VersionTLS10, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
	"tls-1.1":        negotiates(tls.VersionTLS11, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
	"tls-3des":       negotiates(tls.VersionTLS12, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA),
	"tls-static-rsa": negotiates(tls.VersionTLS12, tls.TLS_RSA_WITH_AES_128_CBC_SHA),

	"cert-self-signed":  selfSigned,
	"cert-expires-soon": expiresSoon,
	"cert-wrong-name":   wrongName,

	"http-no-redirect":        noRedirect,
	"hsts-missing":            withoutHeader("Strict-Transport-Security"),
	"csp-missing":             withoutHeader("Content-Security-Policy"),
	"framing-allowed":         withoutHeader("X-Frame-Options", "Content-Security-Policy"),
	"nosniff-missing":         withoutHeader("X-Content-Type-Options"),
	"referrer-policy-missing": withoutHeader("Referrer-Policy"),
	"banner-server":           withHeader("Server", "nginx/1.14.0"),
	"banner-powered-by":       withHeader("X-Powered-By", "PHP/7.2.1"),

	"cookie-not-secure": cookie(func(c *http.Cookie) bool { return !c.Secure }),
	"cookie-readable":   cookie(func(c *http.Cookie) bool { return !c.HttpOnly }),
	"cookie-cross-site": cookie(func(c *http.Cookie) bool { return c.SameSite == 0 }),

	"mixed-script":       pageHas("/", `<script src="http://[^"]+"`),
	"mixed-image":        pageHas("/", `<img src="http://[^"]+"`),
	"script-without-sri": withoutIntegrity,
	"library-outdated":   pageHas("/about", `/jquery-1\.8\.3\.min\.js"`),

	"login-over-http": loginOverHTTP,
	"login-no-token":  loginWithoutToken,
	"login-no-limit":  loginWithoutLimit,

	"git-exposed":       gitExposed,
	"env-exposed":       pageHas("/.env.bak", `(?m)^DB_PASSWORD=`),
	"directory-listing": pageHas("/backup/", `<title>Index of /backup/</title>(?s:.*)href="northwind-2023-11-02\.sql"`),
	"database-dump":     pageHas("/backup/northwind-2023-11-02.sql", "INSERT INTO `customers`"),
	"cors-reflected":    corsReflected,
	"metrics-public":    pageHas("/metrics", `(?m)^go_goroutines \d`),
	"robots-hint":       pageHas("/robots.txt", `(?m)^Disallow: /backup/$`),

	"security-txt-missing": func(t *testing.T, d *demo) {
		if a := d.get(t, "/.well-known/security.txt"); a.StatusCode != http.StatusNotFound {
			t.Errorf("status %d", a.StatusCode)
		}
	},
}

func (d *demo) handshake(t *testing.T, c *tls.Config) tls.ConnectionState {
	t.Helper()
	c.InsecureSkipVerify = true
	conn, err := (&tls.Dialer{Config: c}).DialContext(t.Context(), "tcp", d.secure)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState()
}

// negotiates offers one protocol version and one suite.
func negotiates(version, suite uint16) func(*testing.T, *demo) {
	return func(t *testing.T, d *demo) {
		state := d.handshake(t, &tls.Config{MinVersion: version, MaxVersion: version, CipherSuites: []uint16{suite}})
		if state.Version != version || state.CipherSuite != suite {
			t.Errorf("negotiated %s with %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
		}
	}
}

func (d *demo) leaf(t *testing.T) *x509.Certificate {
	t.Helper()
	state := d.handshake(t, &tls.Config{})
	if state.Version != tls.VersionTLS13 {
		t.Errorf("an ordinary client gets %s, want TLS 1.3", tls.VersionName(state.Version))
	}
	return state.PeerCertificates[0]
}

func selfSigned(t *testing.T, d *demo) {
	leaf := d.leaf(t)
	if err := leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature); err != nil {
		t.Errorf("signed by another key: %v", err)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: leaf.DNSNames[0]}); err == nil {
		t.Error("a browser would trust it")
	}
	if size := leaf.PublicKey.(interface{ Size() int }).Size() * 8; size != 2048 {
		t.Errorf("RSA key of %d bits", size)
	}
}

func expiresSoon(t *testing.T, d *demo) {
	leaf := d.leaf(t)
	if days := int(time.Until(leaf.NotAfter).Hours() / 24); days != 9 {
		t.Errorf("%d days left", days)
	}
	if !leaf.NotBefore.Before(time.Now()) {
		t.Error("not yet valid")
	}
}

func wrongName(t *testing.T, d *demo) {
	for _, host := range []string{"127.0.0.1", "localhost"} {
		if d.leaf(t).VerifyHostname(host) == nil {
			t.Errorf("good for %s", host)
		}
	}
}

func noRedirect(t *testing.T, d *demo) {
	a := d.do(t, http.MethodGet, "http://"+d.plain+"/", nil)
	if a.StatusCode != http.StatusOK || !strings.Contains(a.Text, "Northwind Atelier") {
		t.Errorf("status %d", a.StatusCode)
	}
}

// withoutHeader looks at a page, an error page, a file and the API.
func withoutHeader(names ...string) func(*testing.T, *demo) {
	return func(t *testing.T, d *demo) {
		for _, path := range []string{"/", "/nothing", "/assets/shop.css", "/api/products"} {
			a := d.get(t, path)
			for _, name := range names {
				if got := a.Header.Values(name); len(got) > 0 {
					t.Errorf("%s: %s is %q", path, name, got)
				}
			}
			if strings.Contains(a.Text, "http-equiv") {
				t.Errorf("%s: a meta tag may stand for the header", path)
			}
		}
	}
}

func withHeader(name, want string) func(*testing.T, *demo) {
	return func(t *testing.T, d *demo) {
		for _, path := range []string{"/", "/nothing", "/assets/shop.css", "/api/products"} {
			if got := d.get(t, path).Header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
	}
}

func cookie(weak func(*http.Cookie) bool) func(*testing.T, *demo) {
	return func(t *testing.T, d *demo) {
		cookies := d.get(t, "/login").Cookies()
		if len(cookies) != 1 || cookies[0].Name != "PHPSESSID" || len(cookies[0].Value) < 16 {
			t.Fatalf("cookies = %v", cookies)
		}
		if !weak(cookies[0]) {
			t.Errorf("the attribute is there: %s", cookies[0].Raw)
		}
	}
}

func pageHas(path, pattern string) func(*testing.T, *demo) {
	return func(t *testing.T, d *demo) {
		a := d.get(t, path)
		if a.StatusCode != http.StatusOK || !regexp.MustCompile(pattern).MatchString(a.Text) {
			t.Errorf("%s = %d, want 200 with %s", path, a.StatusCode, pattern)
		}
	}
}

func withoutIntegrity(t *testing.T, d *demo) {
	for _, path := range []string{"/", "/about", "/login", "/products/ash-stool"} {
		tag := regexp.MustCompile(`<script src="https://cdn[^>]*>`).FindString(d.get(t, path).Text)
		if tag == "" || strings.Contains(tag, "integrity") {
			t.Errorf("%s: script tag %q", path, tag)
		}
	}
}

func loginOverHTTP(t *testing.T, d *demo) {
	if a := d.do(t, http.MethodGet, "http://"+d.plain+"/login", nil); !strings.Contains(a.Text, `type="password"`) {
		t.Errorf("no form: %d", a.StatusCode)
	}
	if a := d.login(t, "http://"+d.plain); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("sent over http: %d", a.StatusCode)
	}
}

func loginWithoutToken(t *testing.T, d *demo) {
	a := d.get(t, "/login")
	inputs := regexp.MustCompile(`<input[^>]*>`).FindAllString(a.Text, -1)
	if len(inputs) != 2 || strings.Contains(a.Text, "hidden") {
		t.Errorf("inputs %q", inputs)
	}
}

func loginWithoutLimit(t *testing.T, d *demo) {
	for i := range 20 {
		a := d.login(t, "https://"+d.secure)
		if a.StatusCode != http.StatusUnauthorized || a.Header.Get("Retry-After") != "" || !strings.Contains(a.Text, "do not know") {
			t.Fatalf("try %d: %d", i, a.StatusCode)
		}
	}
}

func gitExposed(t *testing.T, d *demo) {
	pageHas("/.git/config", `(?m)^\[remote "origin"\]`)(t, d)
	pageHas("/.git/HEAD", `^ref: refs/heads/`)(t, d)
}

func corsReflected(t *testing.T, d *demo) {
	const origin = "https://evil.example"
	for _, method := range []string{http.MethodGet, http.MethodOptions} {
		a := d.do(t, method, "https://"+d.secure+"/api/basket", nil, "Origin", origin, "Cookie", "PHPSESSID="+url.QueryEscape("session-of-a-visitor"))
		if a.Header.Get("Access-Control-Allow-Origin") != origin || a.Header.Get("Access-Control-Allow-Credentials") != "true" {
			t.Errorf("%s: %v", method, a.Header)
		}
		if method == http.MethodGet && !strings.Contains(a.Text, "session-of-a-visitor") {
			t.Errorf("nothing private in %s", a.Text)
		}
	}
	if got := d.get(t, "/api/basket").Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("without an origin: %q", got)
	}
}
