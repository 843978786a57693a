package tlsprobe_test

import (
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// TestWorstOfOpenSSL wants every suite that OpenSSL has, in all its versions.
func TestWorstOfOpenSSL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certificate, key := writeCertificate(t, dir, "rsa", rsaCertificate(t))
	parameters := filepath.Join(dir, "dh.pem")
	if err := os.WriteFile(parameters, nginxDH(t), 0o600); err != nil {
		t.Fatal(err)
	}
	staple := filepath.Join(dir, "ocsp.der")
	if err := os.WriteFile(staple, []byte{0x30, 0x03, 0x0a, 0x01, 0x06}, 0o600); err != nil { // "unauthorized"
		t.Fatal(err)
	}
	r := probe(t, serveOpenSSL(t, "-cert", certificate, "-key", key, "-dhparam", parameters, "-status_file", staple,
		"-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-no_etm", "-early_data", "-max_early_data", "12345"))
	expect(t, "versions", offered(r), "no no yes yes yes yes")
	for version, flag := range map[uint16]string{
		tlsprobe.TLS10: "-tls1", tlsprobe.TLS11: "-tls1_1", tlsprobe.TLS12: "-tls1_2", tlsprobe.TLS13: "-tls1_3",
	} {
		v := r.Version(version)
		expect(t, "suites of "+tlsprobe.VersionName(version), names(v.Suites), opensslSuites(t, flag))
		expect(t, "complete "+tlsprobe.VersionName(version), v.Complete, true)
	}
	expect(t, "order", r.Version(tlsprobe.TLS12).ServerOrder, tlsprobe.No)
	expect(t, "curves", groupNames(r.Version(tlsprobe.TLS12).Groups), []string{"X25519", "X448", "secp256r1", "secp384r1", "secp521r1"})
	expect(t, "features", r.Features, tlsprobe.Features{
		FallbackSCSV: tlsprobe.Yes, SecureRenegotiation: tlsprobe.Yes, ClientRenegotiation: tlsprobe.No, ExtendedMasterSecret: tlsprobe.Yes,
		EncryptThenMAC: tlsprobe.No, Compression: tlsprobe.No, SessionTickets: tlsprobe.Yes,
		Stapling: tlsprobe.Yes, ClientCertificate: tlsprobe.No, HelloRetry: tlsprobe.Yes,
		EarlyData: tlsprobe.Yes, MaxEarlyData: 12345, OCSP: []byte{0x30, 0x03, 0x0a, 0x01, 0x06},
	})
	if len(r.DH) != 1 || r.DH[0].Bits != 1024 || r.DH[0].Name != "nginx before 1.11" || r.DH[0].SafePrime != tlsprobe.Yes {
		t.Errorf("DH = %+v, want the prime of nginx", r.DH)
	}
	if r.Connections > 150 {
		t.Errorf("%d connections, want at most 150", r.Connections)
	}
}

// nginxDH are the parameters that nginx had built in until 1.11.
func nginxDH(t *testing.T) []byte {
	t.Helper()
	prime, _ := new(big.Int).SetString("bbbc2dcad84674907c43fcf580e9cfdbd958a3f568b42d4b08eed4eb0fb3504c"+
		"6c030276e710800c5ccbbaa8922614c5beeca565a5fdf1d287a2bc049be6778060e91a92a757e3048f68b076f7d36cc8"+
		"f29ba5df81dc2ca725ece66270cc9a5035d8ceceef9ea0274a63ab1e58fafd4988d0f65d146757da071df045cfe16b9b", 16)
	der, err := asn1.Marshal(struct{ P, G *big.Int }{prime, big.NewInt(2)})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der})
}

// opensslSuites are those that OpenSSL says it would use with an RSA certificate.
func opensslSuites(t *testing.T, version string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "openssl", "ciphers", "-s", "-stdname", version,
		"ALL:COMPLEMENTOFALL:@SECLEVEL=0").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(out)) {
		name := strings.Fields(line)[0]
		if !strings.Contains(name, "ECDSA") && !strings.Contains(name, "DSS") && !strings.Contains(name, "PSK") && !strings.Contains(name, "SRP") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func TestServerPreferenceOfOpenSSL(t *testing.T) {
	t.Parallel()
	certificate, key := writeCertificate(t, t.TempDir(), "ec", ecdsaCertificate(t))
	r := probe(t, serveOpenSSL(t, "-cert", certificate, "-key", key, "-serverpref", "-alpn", "http/1.1",
		"-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-GCM-SHA256",
		"-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", "-groups", "P-256:P-384"))
	v := r.Version(tlsprobe.TLS12)
	expect(t, "order", v.ServerOrder, tlsprobe.Yes)
	var picked []string
	for _, s := range v.Suites {
		picked = append(picked, s.Name)
	}
	expect(t, "suites as picked", picked, []string{
		"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	})
	expect(t, "groups", groupNames(r.Version(tlsprobe.TLS13).Groups), []string{"secp256r1", "secp384r1"})
	expect(t, "encrypt-then-MAC", r.Features.EncryptThenMAC, tlsprobe.Yes)
	expect(t, "stapling", r.Features.Stapling, tlsprobe.No)
	expect(t, "early data", r.Features.EarlyData, tlsprobe.Unknown)
	expect(t, "ALPN", r.Features.ALPN, []string{"http/1.1"})
	expect(t, "unknown", r.Unknown, []string{"what TLS 1.3 encrypts: the server has no AES-GCM, or no common group"})
}

// TestDebianNginx has the settings of Debian's nginx.conf. OpenSSL 3 rules out the old
// versions by its security level, and says so with an internal_error.
func TestDebianNginx(t *testing.T) {
	t.Parallel()
	certificate, key := writeCertificate(t, t.TempDir(), "rsa", rsaCertificate(t))
	r := probe(t, serveNginx(t, certificate, key))
	expect(t, "versions", offered(r), "no no no no yes yes")
	expect(t, "order", r.Version(tlsprobe.TLS12).ServerOrder, tlsprobe.Yes)
	expect(t, "ALPN", r.Features.ALPN, []string{"h2", "http/1.1"})
	expect(t, "client renegotiation", r.Features.ClientRenegotiation, tlsprobe.No)
	expect(t, "unknown", r.Unknown, nil)
	for _, s := range r.Version(tlsprobe.TLS12).Suites {
		if s.Class() < tlsprobe.ClassCBC {
			t.Errorf("nginx accepts %s", s.Name)
		}
	}
}

// serveNginx runs nginx with the settings of Debian's nginx.conf.
func serveNginx(t *testing.T, certificate, key string) string {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		databasetest.Missing(t, "nginx (apt-get install nginx-light)")
	}
	dir := t.TempDir()
	addr := freeAddress(t)
	settings := strings.NewReplacer("DIR", dir, "ADDR", addr, "CRT", certificate, "KEY", key).Replace(`
		daemon off; master_process off; pid DIR/pid; error_log DIR/error.log;
		events {}
		http {
			access_log off; client_body_temp_path DIR/1; proxy_temp_path DIR/2; fastcgi_temp_path DIR/3;
			uwsgi_temp_path DIR/4; scgi_temp_path DIR/5;
			ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
			server { listen ADDR ssl http2; ssl_certificate CRT; ssl_certificate_key KEY; }
		}`)
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, addr, exec.CommandContext(t.Context(), program, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-e", filepath.Join(dir, "error.log")))
	return addr
}
