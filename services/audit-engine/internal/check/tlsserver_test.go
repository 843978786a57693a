package check_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"sync"
	"testing"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// observe starts the server that spec describes, and takes stock of it as a scan does.
// Besides the certificates, see sentChains, spec has
//
//	versions   "1.0 1.1 1.2 1.3", without gaps; default 1.2 1.3
func observe(t *testing.T, spec map[string]string) (*check.TLS, *x509.CertPool) {
	t.Helper()
	chains, roots := sentChains(t, spec)
	config := &tls.Config{}
	for _, c := range chains {
		config.Certificates = append(config.Certificates, tls.Certificate{Certificate: c.der, PrivateKey: c.key, OCSPStaple: c.staple, SignedCertificateTimestamps: c.stamps})
	}
	config.MinVersion, config.MaxVersion = versionRange(spec["versions"])
	address := serveTLS(t, config)
	result, err := tlsprobe.Probe(t.Context(), tlsprobe.Config{
		ServerName: "shop.example",
		Dial:       func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", address) },
	})
	if err != nil || len(result.Chains) == 0 {
		t.Fatalf("no handshake worked: %v, %+v", err, result)
	}
	return check.NewTLS(address, result), roots
}

func versionRange(text string) (lowest, highest uint16) {
	ids := map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
	if text == "" {
		text = "1.2 1.3"
	}
	fields := strings.Fields(text)
	return ids[fields[0]], ids[fields[len(fields)-1]]
}

// serveTLS serves config on a port of its own until the test ends.
func serveTLS(t *testing.T, config *tls.Config) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			raw, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer raw.Close()
				conn := tls.Server(raw, config)
				if conn.HandshakeContext(context.Background()) == nil { // a declined one is the point
					_, _ = conn.Read(make([]byte, 1)) // until the other side is gone: tickets come behind the handshake
				}
			})
		}
	})
	t.Cleanup(func() { listener.Close(); group.Wait() })
	return listener.Addr().String()
}
