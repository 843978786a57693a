package guard

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/netip"
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

// Handshake shakes hands with target as config says, and returns what was agreed.
// The certificate is not verified: a bad one is a finding, not a failure. Versions
// and suites that config leaves open are as wide as Go has them.
func (c *Client) Handshake(ctx context.Context, target Target, config *tls.Config) (tls.ConnectionState, error) {
	conn, err := c.handshake(ctx, target, config)
	if err != nil {
		if over := ended(ctx); over != nil {
			return tls.ConnectionState{}, fmt.Errorf("shake hands with %s: %w", target.host, over)
		}
		return tls.ConnectionState{}, explain(target, err)
	}
	state := conn.ConnectionState()
	_ = conn.NetConn().Close() // nothing was sent that a polite end would save
	return state, nil
}

func (c *Client) handshake(ctx context.Context, target Target, config *tls.Config) (*tls.Conn, error) {
	raw, err := c.Dial(ctx, target)
	if err != nil {
		return nil, err
	}
	config = config.Clone()
	config.InsecureSkipVerify = true
	if _, err := netip.ParseAddr(target.host); err != nil {
		config.ServerName = target.host // an address must not stand in the SNI
	}
	if config.MinVersion == 0 {
		config.MinVersion = tls.VersionTLS10
	}
	if config.CipherSuites == nil {
		config.CipherSuites = suites
	}
	limited, cancel := context.WithTimeout(ctx, c.guard.config.Limits.Handshake)
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
