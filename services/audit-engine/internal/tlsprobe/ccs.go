package tlsprobe

import (
	"context"
	"net"
	"strings"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// CCSInjection is the Active probe for hosts that turn encryption on before there is a
// key (CVE-2014-0224). Such a host takes a ChangeCipherSpec in silence where none may
// come, and then fails to decrypt a second one that is in plain text. The control is
// the first without the second, which must stay without an answer.
func CCSInjection(ctx context.Context, c Config, known *Result) (Proof, error) {
	versions := oldVersions(known)
	if len(versions) == 0 {
		return Proof{}, nil
	}
	p := newProber(c.withDefaults())
	v := versions[len(versions)-1]
	hello := p.hello(v.ID, ids(v.Suites), true)
	for range 2 {
		early, second, err := p.changeEarly(ctx, hello, true)
		if err != nil || early != silence || !undecrypted(second) {
			return Proof{}, err
		}
	}
	early, later, err := p.changeEarly(ctx, hello, false)
	if err != nil {
		return Proof{}, err
	}
	if early != silence || undecrypted(later) {
		return Proof{}, ErrUnsteady
	}
	return Proof{Seen: []string{
		"A message that turns encryption on (ChangeCipherSpec) was taken before a key was agreed on.",
		"The server then tried to decrypt what followed in plain text, twice, and sent an alert only then.",
		"CVE-2014-0224.",
	}}, nil
}

// changeEarly sends a ChangeCipherSpec before the client's key, and another behind it if
// twice is set. Whoever answers the first is asked no more.
func (p *prober) changeEarly(ctx context.Context, hello wire.ClientHello, twice bool) (first, second reaction, err error) {
	err = p.afterFlight(ctx, hello, func(conn net.Conn, r *wire.Reader, _ *wire.Flight) error {
		change := wire.ChangeCipherSpec(hello.Version)
		if _, err := conn.Write(change); err != nil {
			return err
		}
		if first = react(r); first != silence {
			return nil
		}
		if twice {
			if _, err := conn.Write(change); err != nil {
				return err
			}
		}
		second = react(r)
		return nil
	})
	return first, second, err
}

// undecrypted tells the answer to a record that could not be decrypted.
func undecrypted(r reaction) bool {
	return strings.HasPrefix(string(r), wire.AlertBadRecordMAC.Error()) || strings.HasPrefix(string(r), wire.AlertDecryptionFailed.Error())
}
