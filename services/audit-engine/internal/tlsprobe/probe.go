package tlsprobe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Config says what to probe and how gently.
type Config struct {
	// Dial opens a connection to the host and port. It decides whether that is allowed.
	Dial func(ctx context.Context) (net.Conn, error)
	// ServerName is sent as SNI unless it is an address.
	ServerName string
	// MaxParallel connections are open at once, 1 to 4; 0 means 4.
	MaxParallel int
	// Timeout is how long to wait for the server's next byte; 0 means 2 seconds. No
	// connection lasts longer than five times that.
	Timeout time.Duration
	// Now is the clock for Result.At; nil means time.Now.
	Now func() time.Time
}

// Probe takes stock of one host and port. When ctx ends early it returns what it has
// found and names the rest in Result.Unknown. The error is not nil only if the Config
// is wrong, or if not a single connection could be opened.
func Probe(ctx context.Context, c Config) (*Result, error) {
	if c.Dial == nil {
		return nil, errors.New("tlsprobe: no Dial")
	}
	if c.MaxParallel < 0 || c.MaxParallel > maxParallel {
		return nil, fmt.Errorf("tlsprobe: MaxParallel %d is not between 1 and %d", c.MaxParallel, maxParallel)
	}
	c = c.withDefaults()
	p := newProber(c)
	r := &Result{At: c.Now(), Versions: p.versions(ctx)}
	p.limit = maxConnections // the first round has left the rest
	p.details(ctx, r)
	p.conclude(r)
	if err := p.unreachable(); err != nil {
		return r, fmt.Errorf("connect: %w", err)
	}
	return r, nil
}

func (c Config) withDefaults() Config {
	c.MaxParallel = cmp.Or(c.MaxParallel, maxParallel)
	c.Timeout = cmp.Or(c.Timeout, 2*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// versions finds versions and suites, all at the same time.
func (p *prober) versions(ctx context.Context) []Version {
	ids := []uint16{SSL20, SSL30, TLS10, TLS11, TLS12, TLS13}
	found := make([]Version, len(ids))
	var wg sync.WaitGroup
	// The newest first: what they show about long hellos spares the old ones tries.
	for i := len(ids) - 1; i >= 0; i-- {
		wg.Go(func() {
			if ids[i] == SSL20 {
				found[i] = p.ssl2(ctx)
			} else {
				found[i] = p.version(ctx, ids[i])
			}
		})
	}
	wg.Wait()
	return found
}

// details asks what depends on the versions and suites that were found.
func (p *prober) details(ctx context.Context, r *Result) {
	var wg sync.WaitGroup
	legacy := curveVersion(r)
	below := downgrade(r)
	session, old := renegotiable(r), len(oldVersions(r)) > 0
	for i, v := range r.Versions { // v is read while the entry is written to
		if v.Offered != Yes || v.ID == SSL20 {
			continue
		}
		wg.Go(func() { r.Versions[i].ServerOrder = p.serverOrder(ctx, v) })
		switch v.ID {
		case legacy:
			wg.Go(func() { r.Versions[i].Groups = p.curves(ctx, v) })
		case TLS13:
			wg.Go(func() { r.Versions[i].Groups = p.groups(ctx, v) })
		}
	}
	wg.Go(func() { r.Features.FallbackSCSV = p.fallback(ctx, below) })
	r.Features.ClientRenegotiation = NotApplicable
	if old {
		wg.Go(func() { r.Features.ClientRenegotiation = p.clientRenegotiation(ctx, session) })
	}
	wg.Wait()
	p.handshakes(ctx, r)
	p.secondProtocol(ctx, r)
}
