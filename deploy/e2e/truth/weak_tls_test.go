package truth_test

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/database/databasetest"
)

// Servers with weak encryption.
func TestWeakEncryptionIsFound(t *testing.T) {
	t.Parallel()
	tell(t, weakTLS())
}

func weakTLS() []story {
	welcome := careful(routes{"/": says("<p>Welcome.</p>")})
	with := func(c *tls.Config) func(*testing.T) string {
		return func(t *testing.T) string { return encrypted(t, welcome, c.Clone()) }
	}
	holding := func(c certificate) func(*testing.T) string {
		return func(t *testing.T) string {
			return encrypted(t, welcome, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{public.issue(t, c)}})
		}
	}
	rsaKey := func(versions *tls.Config) func(*testing.T) string {
		return func(t *testing.T) string {
			versions := versions.Clone()
			versions.Certificates = []tls.Certificate{rsaCertificate(t, 2048, x509.SHA256WithRSA, day*60)}
			return encrypted(t, welcome, versions)
		}
	}
	const signed = "certificate-trust high"
	return []story{
		{name: "certificate expired", open: holding(certificate{since: 90 * day, left: -day}), truth: []string{"certificate-expiry high"}},
		{name: "certificate not valid yet", open: holding(certificate{since: -day}), truth: []string{"certificate-expiry high"}},
		{name: "certificate about to expire", open: holding(certificate{since: 85 * day, left: 5 * day}), truth: []string{"certificate-expiry low"}},
		{name: "certificate for another name", open: holding(certificate{name: "other.example"}), truth: []string{"certificate-name high"}},
		{name: "certificate signed by itself", open: holding(certificate{signed: true}), truth: []string{signed}},
		{name: "certificate without its issuer's", open: holding(certificate{published: true, alone: true}), truth: []string{"certificate-chain medium"}},
		{name: "certificate with the root", open: holding(certificate{withRoot: true}), truth: []string{"certificate-chain info"}},
		{name: "certificate for too long", open: holding(certificate{since: 100 * day, left: 500 * day}), truth: []string{"certificate-lifetime info"}},
		{name: "certificate of a public authority for too long", open: holding(certificate{since: 100 * day, left: 500 * day, claims: true, logs: 2}), truth: []string{"certificate-lifetime low"}},
		{name: "certificate without the proof it demands", open: holding(certificate{ocsp: true, must: true}), truth: []string{"certificate-stapling medium"}},
		{name: "certificate that is revoked", open: holding(certificate{ocsp: true, proven: true, proof: ocsp.Revoked}), truth: []string{"certificate-stapling high"}},
		{name: "certificate without a proof", open: holding(certificate{ocsp: true}), truth: []string{"certificate-stapling info"}},
		{name: "certificate in no public log", open: holding(certificate{claims: true}), truth: []string{"certificate-transparency low"}},
		{name: "certificate in one public log", open: holding(certificate{claims: true, logs: 1}), truth: []string{"certificate-transparency low"}, named: []string{"certificate-transparency Log 00"}},
		{name: "TLS 1.0", open: with(&tls.Config{MinVersion: tls.VersionTLS10}), truth: []string{"tls-old-versions medium"}},
		{name: "TLS 1.1", open: with(&tls.Config{MinVersion: tls.VersionTLS11}), truth: []string{"tls-old-versions medium"}},
		{name: "TLS 1.2 at most", open: with(&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}), truth: []string{"tls-modern-versions low"}},
		{name: "TLS 1.1 at most", open: with(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}), truth: []string{"tls-old-versions medium", "tls-modern-versions high", "tls-cbc medium"}},
		{name: "RC4, 3DES and static RSA", open: rsaKey(&tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: []uint16{
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
		}}), truth: []string{signed, "tls-weak-suites high", "tls-forward-secrecy low"}},
		{name: "3DES", open: rsaKey(&tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: []uint16{
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA,
		}}), truth: []string{signed, "tls-weak-suites medium"}},
		{name: "static RSA alone", open: rsaKey(&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}),
			truth: []string{signed, "tls-modern-versions low", "tls-forward-secrecy medium"}},
		{name: "CBC alone", open: rsaKey(&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}}),
			truth: []string{signed, "tls-modern-versions low", "tls-cbc medium"}},
		{name: "nginx with everything", open: oldNginx, truth: []string{
			signed, "certificate-expiry high", "certificate-key high", "certificate-name high",
			"tls-old-versions medium", "tls-modern-versions low", "tls-null-suites critical", "tls-dh high", "tls-forward-secrecy low", "tls-server-order low",
		}},
		{name: "nginx with early data", open: earlyNginx, truth: []string{"tls-early-data info", "tls-groups info"}},
		{name: "OpenSSL with everything", open: openSSL("-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), truth: []string{
			signed, "tls-old-versions medium", "tls-null-suites critical", "tls-dh high", "tls-forward-secrecy low", "tls-server-order low", "tls-groups info",
		}},
		{name: "OpenSSL with anonymous suites", open: openSSL("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ADH-AES128-GCM-SHA256:@SECLEVEL=0", "-serverpref", "-no_tls1", "-no_tls1_1"),
			truth: []string{signed, "tls-null-suites critical", "tls-dh high"}},
		{name: "OpenSSL with NULL", open: openSSL("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-NULL-SHA:@SECLEVEL=0", "-serverpref", "-no_tls1", "-no_tls1_1"),
			truth: []string{signed, "tls-null-suites critical"}},
		{name: "OpenSSL with a short prime", open: openSSL("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-no_tls1", "-no_tls1_1"),
			truth: []string{signed, "tls-dh high"}},
		{name: "OpenSSL with NULL alone, which no browser opens", open: openSSL("-cipher", "NULL-SHA256:@SECLEVEL=0", "-tls1_2"),
			truth: []string{signed, "tls-null-suites critical", "tls-modern-versions low", "tls-cbc medium"}},
		{name: "OpenSSL with DHE alone, which no browser opens", open: openSSL("-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-tls1_2"),
			truth: []string{signed, "tls-dh high", "tls-modern-versions low"}},
		{name: "OpenSSL that renegotiates", open: openSSL("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-no_tls1", "-no_tls1_1", "-client_renegotiation"),
			truth: []string{signed, "tls-renegotiation medium"}},
		{name: "OpenSSL that does not", open: openSSL("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-no_tls1", "-no_tls1_1"),
			truth: []string{signed}, tempts: []string{"tls-renegotiation"}},
	}
}

// rsaCertificate is signed by itself, since the authority has no RSA key.
func rsaCertificate(t *testing.T, bits int, how x509.SignatureAlgorithm, left time.Duration, names ...string) tls.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		names = []string{"localhost"}
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(left - 90*day), NotAfter: time.Now().Add(left), SignatureAlgorithm: how,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// shortPrime are the parameters of 1024 bits that nginx had built in until 1.11.
func shortPrime(t *testing.T) string {
	t.Helper()
	prime, _ := new(big.Int).SetString("bbbc2dcad84674907c43fcf580e9cfdbd958a3f568b42d4b08eed4eb0fb3504c"+
		"6c030276e710800c5ccbbaa8922614c5beeca565a5fdf1d287a2bc049be6778060e91a92a757e3048f68b076f7d36cc8"+
		"f29ba5df81dc2ca725ece66270cc9a5035d8ceceef9ea0274a63ab1e58fafd4988d0f65d146757da071df045cfe16b9b", 16)
	der, err := asn1.Marshal(struct{ P, G *big.Int }{prime, big.NewInt(2)})
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der}))
}

// oldNginx accepts whatever its OpenSSL can, with an expired certificate of a short key
// for another name. What it serves is good.
func oldNginx(t *testing.T) string {
	dir := t.TempDir()
	chain, key := save(t, dir, rsaCertificate(t, 1024, x509.SHA256WithRSA, -day, "old.example"))
	write(t, filepath.Join(dir, "dh.pem"), shortPrime(t))
	addr := free.address(t)
	_, files := goodSite(addr)
	delete(files, ".git/HEAD")
	nginx(t, fmt.Sprintf(`server { listen %s ssl; ssl_certificate %s; ssl_certificate_key %s; ssl_dhparam %s/dh.pem;
			ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0; server_tokens off; charset utf-8; root DIR/html; %s
		}`, addr, chain, key, dir, nginxHeaders()), files, addr)
	return "https://localhost:" + port(addr) + "/"
}

// earlyNginx is a good one that takes data before the handshake ends.
func earlyNginx(t *testing.T) string {
	addr := free.address(t)
	server, files := goodSite(addr)
	nginx(t, strings.Replace(server, "charset utf-8;", "charset utf-8; ssl_early_data on;", 1), files, addr)
	return "https://localhost:" + port(addr) + "/"
}

// servers is how many of OpenSSL's server stand behind one address: each serves one
// connection at a time.
const servers = 6

// openSSL is OpenSSL's own server before a careful site.
func openSSL(args ...string) func(*testing.T) string {
	return func(t *testing.T) string {
		path, err := exec.LookPath("openssl")
		if err != nil {
			databasetest.Missing(t, "openssl (apt-get install openssl)")
		}
		dir := t.TempDir()
		chain, key := save(t, dir, rsaCertificate(t, 2048, x509.SHA256WithRSA, 60*day))
		parameters, settings := filepath.Join(dir, "dh.pem"), filepath.Join(dir, "openssl.cnf")
		write(t, parameters, shortPrime(t))
		write(t, settings, "") // not the system's, which may rule out old versions
		idle := make(chan string, servers)
		for range servers {
			ln, err := stack.FreePort()
			if err != nil {
				t.Fatal(err)
			}
			addr := ln.Addr().String()
			_ = ln.Close() // OpenSSL opens it itself
			cmd := exec.Command(path, append([]string{"s_server", "-accept", addr, "-cert", chain, "-key", key, "-dhparam", parameters, "-quiet"}, args...)...)
			cmd.Env = append(os.Environ(), "OPENSSL_CONF="+settings)
			answer(t, cmd, careful(routes{"/": says("<p>Welcome.</p>")}))
			stop, err := stack.Launch(t.Context(), filepath.Join(t.TempDir(), "log"), addr, cmd)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(stop)
			idle <- addr
		}
		return "https://localhost:" + port(relay(t, idle)) + "/"
	}
}

// answer gives the requests that a program writes to its output to a handler, and the
// answers to the program.
func answer(t *testing.T, cmd *exec.Cmd, handler http.Handler) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, requests := io.Pipe()
	cmd.Stdout = requests
	var group sync.WaitGroup
	group.Go(func() {
		for from := bufio.NewReader(out); ; {
			r, err := http.ReadRequest(from)
			if err != nil {
				_ = out.CloseWithError(err) // the program's next output fails
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, r)
			a := recorder.Result()
			a.Request, a.Close, a.ContentLength = r, true, int64(recorder.Body.Len())
			_ = a.Write(in) // a program that has ended reads no more
		}
	})
	t.Cleanup(func() { _ = requests.Close(); _ = in.Close(); group.Wait() })
}

// relay hands each connection to an idle server, and returns where it listens.
func relay(t *testing.T, idle chan string) string {
	t.Helper()
	ln := free.take(t)
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // closed
			}
			group.Go(func() {
				defer conn.Close()
				server := <-idle
				defer func() { idle <- server }()
				other, err := net.Dial("tcp", server)
				if err != nil {
					return
				}
				defer other.Close()
				go func() { _, _ = io.Copy(other, conn); _ = other.Close() }() // ends with either side
				_, _ = io.Copy(conn, other)
			})
		}
	})
	t.Cleanup(func() { _ = ln.Close(); group.Wait() })
	return ln.Addr().String()
}
