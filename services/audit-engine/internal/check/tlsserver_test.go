package check_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/scan"
)

// issuer is a certificate with the key to sign others.
type issuer struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// observe starts the server that spec describes, and shakes hands with it as a scan
// does:
//
//	versions   "1.0 1.1 1.2 1.3", without gaps; default 1.2 1.3
//	key        p256 (default), rsa2048, rsa1024
//	signature  sha1
//	issuer     authority (default), self, stranger, intermediate, intermediate-not-sent
//	names      names and addresses; default shop.example
//	valid      days from now, "-10d to 80d"; default -10d to 300d
func observe(t *testing.T, spec map[string]string) (*check.TLS, *x509.CertPool) {
	t.Helper()
	root := issue(t, nil, map[string]string{"ca": "Test Root", "valid": "-1000d to 1000d"})
	roots := x509.NewCertPool()
	roots.AddCert(root.certificate)
	var chain [][]byte
	signer := &root
	switch spec["issuer"] {
	case "self":
		signer = nil
	case "stranger":
		stranger := issue(t, nil, map[string]string{"ca": "Unknown Root", "valid": "-1000d to 1000d"})
		signer = &stranger
	case "intermediate", "intermediate-not-sent":
		middle := issue(t, &root, map[string]string{"ca": "Test Intermediate", "valid": "-900d to 900d"})
		signer = &middle
		if spec["issuer"] == "intermediate" {
			chain = append(chain, middle.certificate.Raw)
		}
	}
	leaf := issue(t, signer, spec)
	config := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: append([][]byte{leaf.certificate.Raw}, chain...), PrivateKey: leaf.key}},
	}
	config.MinVersion, config.MaxVersion = versionRange(spec["versions"])
	return shake(t, config), roots
}

func versionRange(text string) (lowest, highest uint16) {
	ids := map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
	if text == "" {
		text = "1.2 1.3"
	}
	fields := strings.Fields(text)
	return ids[fields[0]], ids[fields[len(fields)-1]]
}

// issue makes a certificate; without a signer it signs itself.
func issue(t *testing.T, signer *issuer, spec map[string]string) issuer {
	t.Helper()
	key := makeKey(t, spec["key"])
	from, until := validity(t, spec["valid"])
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: from, NotAfter: until,
		Subject: pkix.Name{CommonName: "shop.example"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if strings.HasPrefix(spec["issuer"], "intermediate") {
		template.IssuingCertificateURL = []string{"http://ca.example/issuer.crt"}
	}
	if spec["ca"] != "" {
		template.Subject.CommonName, template.IsCA, template.BasicConstraintsValid = spec["ca"], true, true
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, nil
	}
	names, given := spec["names"]
	if !given {
		names = "shop.example"
	}
	for _, name := range strings.Fields(names) {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	if spec["signature"] == "sha1" {
		template.SignatureAlgorithm = x509.ECDSAWithSHA1
	}
	parent, signing := template, key
	if signer != nil {
		parent, signing = signer.certificate, signer.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signing)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return issuer{certificate, key}
}

func makeKey(t *testing.T, kind string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch kind {
	case "rsa1024":
		key, err = rsa.GenerateKey(rand.Reader, 1024)
	case "rsa2048":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func validity(t *testing.T, text string) (from, until time.Time) {
	t.Helper()
	if text == "" {
		text = "-10d to 300d"
	}
	first, second, _ := strings.Cut(text, " to ")
	at := func(days string) time.Time {
		hours, err := time.ParseDuration(strings.TrimSuffix(days, "d") + "h")
		if err != nil {
			t.Fatal(err)
		}
		return fixtureNow.Add(24*hours + time.Hour)
	}
	return at(first), at(second)
}

// shake serves config on a port of its own until the test ends, and returns what
// handshakes with it show.
func shake(t *testing.T, config *tls.Config) *check.TLS {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.(*tls.Conn).HandshakeContext(context.Background()) // a declined one is the point
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	address := netip.MustParseAddrPort(listener.Addr().String())
	g, err := guard.New(guard.Config{Ports: []uint16{443}, Lab: []netip.AddrPort{address}})
	if err != nil {
		t.Fatal(err)
	}
	target, err := g.Admit("https://" + address.String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	seen := scan.ObserveTLS(t.Context(), g.Client("test"), target)
	if len(seen.Chain) == 0 {
		t.Fatalf("no handshake worked: %+v", seen.Versions)
	}
	return seen
}
