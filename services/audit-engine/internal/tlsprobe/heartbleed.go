package tlsprobe

import (
	"context"
	"errors"
	"net"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// Heartbleed is the Active probe for hosts that give away what is in their memory
// (CVE-2014-0160). TLS 1.3 never had the fault.
func Heartbleed(ctx context.Context, c Config, known *Result) (Proof, error) {
	p := newProber(c.withDefaults())
	for _, v := range oldVersions(known) {
		for asked := 1; ; asked++ {
			bleeds, err := p.bleeds(ctx, v)
			if err != nil {
				return Proof{}, err
			}
			if !bleeds {
				break
			}
			if asked == 2 {
				return Proof{Seen: []string{
					"A heartbeat without content that claimed 16 bytes was answered with 16 bytes, twice.",
					"They were not kept. CVE-2014-0160.",
				}}, nil
			}
		}
	}
	return Proof{}, nil
}

func (p *prober) bleeds(ctx context.Context, v Version) (bleeds bool, err error) {
	hello := p.hello(v.ID, ids(v.Suites), true)
	hello.Heartbeat = true
	err = p.afterFlight(ctx, hello, func(conn net.Conn, _ *wire.Reader, _ *wire.Flight) error {
		bleeds, err = wire.Bleeds(conn, v.ID)
		if errors.Is(err, wire.ErrNoHeartbeat) {
			return nil // silence and hanging up are right
		}
		return err
	})
	return bleeds, err
}
