package guard

import (
	"context"
	"net"
	"sync"
	"time"
)

// What a scan may cost its target, at most, by host.
const (
	maxConnections = 4  // open at the same time
	maxPerSecond   = 10 // requests and handshakes begun within one second
)

// manners keeps one client's traffic to one host within bounds.
type manners struct {
	open chan struct{} // one entry an open connection

	mu     sync.Mutex
	begun  [maxPerSecond]time.Time // when the last ones began, a ring
	cursor int
}

func newManners() *manners { return &manners{open: make(chan struct{}, maxConnections)} }

// wait returns when another connection may begin; the caller calls release when
// it is closed.
func (m *manners) wait(ctx context.Context) error {
	select {
	case m.open <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if wait := m.reserve(time.Now()); wait > 0 && !pause(ctx, wait) {
		m.release()
		return ctx.Err()
	}
	return nil
}

// reserve books the next start and returns how long it is off: a second after the
// start that lies maxPerSecond places back.
func (m *manners) reserve(now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	start := now
	if earliest := m.begun[m.cursor].Add(time.Second); start.Before(earliest) {
		start = earliest
	}
	m.begun[m.cursor] = start
	m.cursor = (m.cursor + 1) % maxPerSecond
	return start.Sub(now)
}

func (m *manners) release() { <-m.open }

// politeConn gives its place back when it is closed, once.
type politeConn struct {
	net.Conn
	once    sync.Once
	release func()
}

func (c *politeConn) Close() error {
	defer c.once.Do(c.release)
	return c.Conn.Close()
}
