package tlsprobe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// renegotiations in one connection show that a server sets them no limit: Node.js stops
// after three. A server that declines the first is asked for no other.
const renegotiations = 5

// renegotiable returns the highest version up to TLS 1.2 with a suite that a wire.Relay
// knows, and that suite alone; without one its ID is 0.
func renegotiable(r *Result) Version {
	for _, v := range slices.Backward(oldVersions(r)) {
		if i := slices.IndexFunc(v.Suites, func(s Suite) bool { return wire.Relays(s.ID) }); i >= 0 {
			return Version{ID: v.ID, Suites: v.Suites[i : i+1]}
		}
	}
	return Version{}
}

// clientRenegotiation makes a whole handshake and asks for others within it, one after
// the other (CVE-2011-1473). Yes needs all of them: some servers begin one and then
// close, others allow a few.
func (p *prober) clientRenegotiation(ctx context.Context, v Version) Answer {
	if v.ID == 0 {
		p.unknown("whether visitors may make the server renegotiate: no common cipher suite")
		return Unknown
	}
	var relay *wire.Relay
	err := p.connect(ctx, func(conn net.Conn) error {
		relay = wire.NewRelay(conn, v.ID, v.Suites[0].ID, renegotiations)
		if _, err := io.Copy(io.Discard, tls.Client(relay, &tls.Config{
			ServerName: p.ServerName, MinVersion: v.ID, MaxVersion: v.ID, CipherSuites: ids(v.Suites),
			KeyLogWriter: &relay.KeyLog, Renegotiation: tls.RenegotiateFreelyAsClient,
			InsecureSkipVerify: true, //nolint:gosec // what a host does is looked at, not trusted
		})); err != nil {
			return err
		}
		return io.EOF
	})
	switch {
	case relay != nil && relay.Done() && errors.Is(err, io.EOF):
		return Yes
	case relay != nil && relay.Handshakes > 0 && ctx.Err() == nil && declined(err, relay.Handshakes > 1):
		return No
	}
	p.unknown("whether visitors may make the server renegotiate: %s", explain(err))
	return Unknown
}

// declined reports whether an error is the answer of a server that does not renegotiate,
// or not once more. Silence is one to the first attempt, which some ignore.
func declined(err error, again bool) bool {
	if alert, isAlert := errors.AsType[wire.Alert](err); isAlert {
		return alert != wire.AlertBadRecordMAC && alert != wire.AlertDecryptionFailed
	}
	end := ending(err)
	return end == closed || end == reset || end == silence && !again || errors.Is(err, wire.ErrGoesOn)
}
