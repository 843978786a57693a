package stack

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// nginxFrame is a configuration for one process without privileges.
const nginxFrame = `
daemon off; master_process off; pid DIR/pid; error_log stderr;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
	HTTP
}`

// ErrNoNginx tells that nginx is not installed, and how to get it.
var ErrNoNginx = errors.New("nginx is not installed (apt-get install nginx-light)")

// Nginx starts the nginx of this machine and returns once addr takes connections. http is
// the inside of its http block, in which DIR stands for dir. stop ends it.
func Nginx(ctx context.Context, dir, http, addr string) (stop func(), err error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx" // Debian's, which is not in everybody's PATH
		if _, err := os.Stat(path); err != nil {
			return nil, ErrNoNginx
		}
	}
	config := filepath.Join(dir, "nginx.conf")
	text := strings.ReplaceAll(strings.ReplaceAll(nginxFrame, "HTTP", http), "DIR", dir)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("configure nginx: %w", err)
	}
	return Launch(ctx, filepath.Join(dir, "log"), addr, exec.Command(path, "-c", config, "-p", dir, "-e", "stderr")) //nolint:noctx // its life is ended by stop
}

// Launch starts a server of another make, with its output in a file, and returns once
// addr takes connections. stop ends it.
func Launch(ctx context.Context, logFile, addr string, cmd *exec.Cmd) (stop func(), err error) {
	log, err := os.Create(logFile)
	if err != nil {
		return nil, fmt.Errorf("make the log: %w", err)
	}
	defer log.Close() // the child has its own descriptor
	cmd.Stderr = log
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	exited := make(chan struct{})
	go func() { defer close(exited); _ = cmd.Wait() }() // ended by our signal
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // gone already is as good
		<-exited
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		if conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr); err == nil {
			_ = conn.Close() // it was only asked for
			return stop, nil
		}
		select {
		case <-time.After(readyEvery):
			continue
		case <-exited:
		case <-ctx.Done():
		}
		stop()
		said, _ := os.ReadFile(logFile) // without it there is nothing to show
		return nil, fmt.Errorf("%s did not start:\n%s", filepath.Base(cmd.Path), said)
	}
}

// WriteCertificate makes a self-signed certificate for 127.0.0.1, in cert.pem and key.pem
// of dir.
func WriteCertificate(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "loopback"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write a key: %w", err)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}
