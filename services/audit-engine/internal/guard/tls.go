package guard

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
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
	asked := false
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		return &tls.Certificate{}, nil // we have none; most servers let us in all the same
	}
	if _, err := netip.ParseAddr(target.host); err != nil {
		config.ServerName = target.host // an address must not stand in the SNI
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(limited); err != nil {
		_ = raw.Close() // the handshake's error is the one to tell
		return nil, &handshakeError{target, asked, err}
	}
	return conn, nil
}

// handshakeError marks an error of TLS, so that explain need not guess.
type handshakeError struct {
	target Target
	asked  bool // the server asked for a certificate of ours first
	err    error
}

func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// NoHandshake returns the target that could not agree on TLS with us, if this is what err
// says. Its server may still speak TLS of a kind that nobody should speak any more.
func NoHandshake(err error) (Target, bool) {
	handshake, ok := errors.AsType[*handshakeError](err)
	if !ok || handshake.asked {
		return Target{}, false
	}
	return handshake.target, true
}

// wantsCertificate reports that the server has turned us away because we have no
// certificate of our own. In TLS 1.3 it says so after the handshake (RFC 8446, 6.2).
func wantsCertificate(err error) bool {
	handshake, ok := errors.AsType[*handshakeError](err)
	return ok && handshake.asked || strings.Contains(err.Error(), "remote error: tls: certificate required")
}
