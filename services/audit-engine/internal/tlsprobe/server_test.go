package tlsprobe_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

const host = "shop.example"

// probe takes stock of a server on loopback and fails the test if that is not possible.
func probe(t *testing.T, addr string) *tlsprobe.Result {
	t.Helper()
	r, err := tlsprobe.Probe(t.Context(), config(addr))
	if err != nil {
		t.Fatalf("Probe: %v", err)
	}
	return r
}

func config(addr string) tlsprobe.Config {
	return tlsprobe.Config{
		ServerName: host,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", addr)
		},
	}
}

// selfSigned makes a certificate for key.
func selfSigned(t *testing.T, key crypto.Signer) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: host},
		DNSNames:     []string{host},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func rsaCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, key)
}

func ecdsaCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, key)
}

// writeCertificate writes certificate and key as PEM for other programs.
func writeCertificate(t *testing.T, dir, name string, c tls.Certificate) (certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for path, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: c.Certificate[0]},
		key:         {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// serve runs handle for each connection until the test ends.
func serve(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		conns []net.Conn
	)
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wg.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return listener.Addr().String()
}

// serveTLS runs a server of crypto/tls that reads until the client closes.
func serveTLS(t *testing.T, c *tls.Config) string {
	t.Helper()
	return serve(t, func(conn net.Conn) {
		server := tls.Server(conn, c)
		var b [64]byte
		for {
			if _, err := server.Read(b[:]); err != nil {
				return
			}
		}
	})
}

// serveOpenSSL runs openssl s_server with args besides the port and its certificate.
func serveOpenSSL(t *testing.T, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		databasetest.Missing(t, "openssl (apt-get install openssl)")
	}
	addr := freeAddress(t)
	args = append([]string{"s_server", "-accept", addr, "-quiet", "-naccept", "1000"}, args...)
	cmd := exec.CommandContext(t.Context(), program, args...)
	if _, err := cmd.StdinPipe(); err != nil { // at whose end it would close its connections
		t.Fatal(err)
	}
	start(t, addr, cmd)
	return addr
}

// freeAddress returns one that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// start runs a server until the test ends, and waits until it accepts connections.
func start(t *testing.T, addr string, cmd *exec.Cmd) {
	t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Cancel = func() error { return cmd.Process.Kill() }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cmd.Wait()
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
	})
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s has ended: %s", cmd.Path, log.String())
		case <-t.Context().Done():
			t.Fatalf("%s does not listen", cmd.Path)
		case <-tick.C:
		}
	}
}
