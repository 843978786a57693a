package guard

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"
)

// suites are all that Go can speak, the broken ones too: what a server offers is to
// be seen, not to be trusted.
var suites = func() []uint16 {
	var ids []uint16
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, suite.ID)
	}
	return ids
}()

// handshake speaks TLS on raw, which it closes when that fails. The certificate is not
// verified: a bad one is a finding, not a failure. Versions and suites are as wide as
// Go has them: a site with old TLS is to be seen.
func handshake(ctx context.Context, raw net.Conn, target Target, limit time.Duration) (*tls.Conn, error) {
	config := &tls.Config{
		NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS10, CipherSuites: suites,
		InsecureSkipVerify: true, //nolint:gosec // see above
	}
	if _, err := netip.ParseAddr(target.host); err != nil {
		config.ServerName = target.host // an address must not stand in the SNI
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(limited); err != nil {
		_ = raw.Close() // the handshake's error is the one to tell
		return nil, &handshakeError{err}
	}
	return conn, nil
}

// handshakeError marks an error of TLS, so that explain need not guess.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }
