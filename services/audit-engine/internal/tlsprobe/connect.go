package tlsprobe

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

const (
	maxParallel = 4
	// maxConnections bounds the whole probe. OpenSSL 3 with every suite it has and TLS 1.0
	// to 1.3 takes 139 with one certificate, and 161 with two.
	maxConnections = 190
	// reserved connections are left over by the search for suites, so that a server
	// that accepts everything is still asked the other questions.
	reserved = 35
	// A server that never answered is left alone after maxSilent failures in a row; one
	// that did answer may be silent to hellos that a firewall drops.
	maxSilent         = 5
	maxSilentAnswered = 12
	// connectionTimeouts bounds one connection, in Config.Timeout.
	connectionTimeouts = 5
	// dialTimeouts bounds the opening of one, in Config.Timeout.
	dialTimeouts = 2
)

var (
	errBudget = errors.New("the limit of connections was reached")
	errSilent = errors.New("the server stopped answering")
)

// prober is the state of one Probe.
type prober struct {
	Config
	slots  chan struct{}
	shares []wire.KeyShare
	limit  int // changed only between rounds

	mu          sync.Mutex
	connections int
	opened      bool  // at least one connection
	dialError   error // the last one
	silent      int   // connections in a row that brought nothing
	answered    bool
	lean        bool // long hellos failed where short ones did not
	long        bool // a long hello was accepted
	seen        evidence
}

func newProber(c Config) *prober {
	p := &prober{Config: c, slots: make(chan struct{}, c.MaxParallel), limit: maxConnections - reserved}
	p.seen.groups = map[uint16][]Group{}
	for _, group := range []uint16{wire.GroupX25519, wire.GroupP256} {
		if key, err := wire.NewKey(group); err == nil {
			p.shares = append(p.shares, key.Share())
		}
	}
	return p
}

// unreachable returns the reason if no connection was ever opened.
func (p *prober) unreachable() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opened {
		return nil
	}
	return p.dialError
}

// connect opens one connection and lets use talk over it.
func (p *prober) connect(ctx context.Context, use func(net.Conn) error) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.slots }()
	if err := p.take(ctx); err != nil {
		return err
	}
	dialing, cancel := context.WithTimeout(ctx, dialTimeouts*p.Timeout)
	defer cancel()
	conn, err := p.Dial(dialing)
	if err != nil {
		if dialing.Err() != nil && ctx.Err() == nil {
			err = os.ErrDeadlineExceeded // of this connection, not of the probe
		}
		p.note(err, false)
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	end := time.Now().Add(connectionTimeouts * p.Timeout)
	err = use(&timedConn{Conn: conn, timeout: p.Timeout, end: end})
	p.note(err, true)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// take counts a connection, or says why there may be no more.
func (p *prober) take(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case p.connections >= p.limit:
		return errBudget
	case p.silent >= maxSilentAnswered, p.silent >= maxSilent && !p.answered:
		return errSilent
	}
	p.connections++
	return nil
}

func (p *prober) note(err error, opened bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !opened {
		p.dialError = err
		p.silent++
		return
	}
	p.opened = true
	if errors.Is(err, os.ErrDeadlineExceeded) {
		p.silent++
		return
	}
	p.silent, p.answered = 0, true
}

// timedConn waits at most timeout for each byte, and never beyond end.
type timedConn struct {
	net.Conn
	timeout time.Duration
	end     time.Time
}

func (c *timedConn) deadline() time.Time {
	if next := time.Now().Add(c.timeout); next.Before(c.end) {
		return next
	}
	return c.end
}

func (c *timedConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(c.deadline()); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *timedConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(c.deadline()); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
