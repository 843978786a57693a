package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

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
	overTLS := severities{"certificate-trust": auditapi.High, "tls-groups": auditapi.Info, "hsts": auditapi.Medium}
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
	path, err := exec.LookPath("nginx")
	if err != nil {
		if path = "/usr/sbin/nginx"; exec.Command(path, "-v").Run() != nil {
			databasetest.Missing(t, "nginx (apt-get install nginx-light)")
		}
	}
	dir := t.TempDir()
	site := nginx{plain: freeAddr(t), secure: freeAddr(t)}
	writeCertificate(t, dir)
	page := filepath.Join(dir, "html")
	write(t, filepath.Join(page, "index.html"), "<!doctype html><html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1></body></html>\n")
	config := filepath.Join(dir, "nginx.conf")
	write(t, config, fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log stderr;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	types { text/html html; }
	# As in Debian's own nginx.conf:
	sendfile on; tcp_nopush on; types_hash_max_size 2048; gzip on;
	ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
	root %[2]s;
	server { listen %[3]s; }
	server { listen %[4]s ssl; ssl_certificate %[1]s/cert.pem; ssl_certificate_key %[1]s/key.pem; }
}`, dir, page, site.plain, site.secure))
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-c", config, "-p", dir)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // gone already is as good
		_ = cmd.Wait()                          // ended by our signal
		_ = log.Close()
	})
	for range 100 {
		if conn, err := net.Dial("tcp", site.secure); err == nil {
			_ = conn.Close() // it was only asked for
			return site
		}
		time.Sleep(50 * time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name()) // without it there is nothing to show
	t.Fatalf("nginx did not start:\n%s", said)
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

// writeCertificate makes a self-signed certificate for loopback.
func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "loopback"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}
