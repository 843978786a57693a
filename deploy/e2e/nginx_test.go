package e2e_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/database/databasetest"
)

// severities are a person's verdict on the site, by check: what is really so, and how
// bad that is.
type severities map[string]auditapi.Severity

// everyStock is what nginx's defaults leave undone with and without encryption.
var everyStock = severities{
	"csp-present": auditapi.Medium, "framing": auditapi.Medium, "nosniff": auditapi.Low, "version-banner": auditapi.Low,
	"permissions-policy": auditapi.Info, "referrer-policy": auditapi.Info, "security-txt": auditapi.Info, "cross-origin-isolation": auditapi.Info,
	"content-type": auditapi.Low, "software": auditapi.Info,
	"end-of-life": auditapi.Info, // by the banner of Debian 12's, which Debian goes on mending
}

// Debian's nginx as it is installed is the most common customer. What is said of it
// must be true: each finding is one that a person would confirm, and no worse than
// that person would call it.
func TestStockNginxIsAuditedFairly(t *testing.T) {
	t.Parallel()
	site := startNginx(t)
	s := open(t, lab(site.plain, site.secure))
	overTLS := severities{"certificate-trust": auditapi.High, "tls-groups": auditapi.Info, "tls-cbc": auditapi.Info, "hsts": auditapi.Medium}
	if accepts(site.secure, tls.VersionTLS10) || accepts(site.secure, tls.VersionTLS11) {
		overTLS["tls-old-versions"] = auditapi.Medium // depends on the system's OpenSSL
	}
	if !accepts(site.secure, tls.VersionTLS13) {
		overTLS["tls-modern-versions"] = auditapi.Low
	}
	for name, c := range map[string]struct {
		target string
		truth  severities
	}{
		"over http": {"http://" + site.plain + "/", severities{"https-redirect": auditapi.High}},
		"over TLS":  {"https://" + site.secure + "/", overTLS},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			id := s.buy("security-audit", auditForm(c.target))
			o := s.settled(id, "sent")
			s.wantPDF(s.wantReceiptAnd(id, "report").Attachments[0].Content)
			maps.Copy(c.truth, everyStock)
			fair(t, s.storedReport(o), c.truth)
		})
	}
}

// fair wants exactly the findings of truth, none of them worse.
func fair(t *testing.T, report auditapi.Report, truth severities) {
	t.Helper()
	found := map[string]bool{}
	for _, f := range report.Findings {
		found[f.Check] = true
		worst, is := truth[f.Check]
		if !is {
			t.Errorf("%s is not so: %s (%s)", f.Check, f.Title, f.Evidence)
		} else if rank(f.Severity) < rank(worst) {
			t.Errorf("%s is called %s, and is %s at worst: %s", f.Check, f.Severity, worst, f.Title)
		}
	}
	for check := range truth {
		if !found[check] {
			t.Errorf("%s was not found", check)
		}
	}
}

// rank is 0 for the worst.
func rank(s auditapi.Severity) int { return slices.Index(auditapi.Severities(), s) }

// accepts reports whether a server shakes hands in exactly one version of TLS.
func accepts(addr string, version uint16) bool {
	conn, err := tls.Dial("tcp", addr, &tls.Config{MinVersion: version, MaxVersion: version, InsecureSkipVerify: true})
	if err == nil {
		_ = conn.Close() // it was only asked for
	}
	return err == nil
}

// nginx is a running one.
type nginx struct{ plain, secure string }

func startNginx(t *testing.T) nginx {
	t.Helper()
	dir := t.TempDir()
	site := nginx{plain: freeAddr(t), secure: freeAddr(t)}
	if err := stack.WriteCertificate(dir); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "html", "index.html"), "<!doctype html><html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1></body></html>\n")
	stop, err := stack.Nginx(t.Context(), dir, fmt.Sprintf(`
	types { text/html html; }
	# As in Debian's own nginx.conf:
	sendfile on; tcp_nopush on; types_hash_max_size 2048; gzip on;
	ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
	root DIR/html;
	server { listen %s; }
	server { listen %s ssl; ssl_certificate DIR/cert.pem; ssl_certificate_key DIR/key.pem; }`, site.plain, site.secure), site.secure)
	if errors.Is(err, stack.ErrNoNginx) {
		databasetest.Missing(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return site
}

// freeAddr is a free address of loopback.
func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := stack.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
