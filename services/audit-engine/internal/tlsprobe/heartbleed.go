package tlsprobe

import (
	"context"
	"errors"
	"fmt"
	"net"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// Heartbleed reports whether a host gives away what is in its memory (CVE-2014-0160). It
// is an active probe: a host that does gives 16 bytes away, which are not kept. known is
// what Probe has found of the host; TLS 1.3 never had the fault. The error is not nil when
// a handshake that Probe has seen could not be taken far enough.
func Heartbleed(ctx context.Context, c Config, known *Result) (bool, error) {
	p := newProber(c.withDefaults())
	for _, v := range known.Versions {
		version := v.ID
		if v.Offered != Yes || version < TLS10 || version > TLS12 {
			continue
		}
		var suites []uint16
		for _, suite := range v.Suites {
			suites = append(suites, suite.ID)
		}
		hello := p.hello(version, suites, true)
		hello.Heartbeat = true
		bleeds := false
		err := p.connect(ctx, func(conn net.Conn) error {
			if _, err := conn.Write(hello.Record()); err != nil {
				return err
			}
			flight, err := wire.ReadFlight(wire.NewReader(conn))
			if err != nil {
				return err
			}
			if flight.Hello.Version != version {
				return fmt.Errorf("the server chose %s", VersionName(flight.Hello.Version))
			}
			bleeds, err = wire.Bleeds(conn, version)
			if errors.Is(err, wire.ErrNoHeartbeat) {
				return nil // silence and hanging up are right
			}
			return err
		})
		if bleeds || err != nil {
			return bleeds, err
		}
	}
	return false, nil
}
