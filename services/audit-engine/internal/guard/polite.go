package guard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"doorstep.example/pkg/auditapi"
)

// What a scan may cost its target, at most, by host.
const (
	maxConnections = 4  // open at the same time
	maxPerSecond   = 10 // requests begun within one second
	maxTimeouts    = 5  // in a row, then the host is left alone
	maxRefusals    = 5  // answers 429 or 503 in a row, likewise
)

// How long a host is left alone that asks for it.
const (
	pauseAfter = 2 * time.Second  // where it does not say
	maxPause   = 20 * time.Second // for longer, it is asked no more
	minPace    = time.Second      // the slowest that requests become: one a second
)

// manners keeps one client's traffic to one host within bounds. Requests to this
// machine itself (loopback) keep no pace: it protects other people's servers.
type manners struct {
	open chan struct{} // one entry an open connection
	turn chan struct{} // held by the request that is next to begin
	near atomic.Bool   // the host was last reached on this machine

	mu       sync.Mutex
	begun    [maxPerSecond]time.Time // when the last requests began, a ring
	cursor   int
	gap      time.Duration // besides: from one request to the next, once the host asked for less
	resume   time.Time     // no request begins before
	timeouts int           // in a row
	refusals int           // in a row
	silent   error         // why no connection is opened any more
	closed   error         // why no request is made any more
}

func newManners() *manners {
	return &manners{open: make(chan struct{}, maxConnections), turn: make(chan struct{}, 1)}
}

// place returns when another connection may be opened; the caller calls release when
// it is closed.
func (m *manners) place(ctx context.Context) error {
	if err := m.over(&m.silent); err != nil {
		return err
	}
	select {
	case m.open <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *manners) release() { <-m.open }

// request is place for a request, which keeps to the pace as well. It waits for its
// turn first, so that no place is held by those who wait.
func (m *manners) request(ctx context.Context) error {
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := m.over(&m.closed); err != nil {
		return err
	}
	for wait := m.wait(time.Now()); wait > 0; wait = m.wait(time.Now()) {
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
			return context.DeadlineExceeded // it would wait in vain
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
	if err := m.place(ctx); err != nil {
		return err
	}
	m.begin(time.Now())
	return nil
}

// wait is how long the next request has to wait.
func (m *manners) wait(now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	start := m.resume
	if !m.near.Load() {
		start = later(start, m.begun[m.cursor].Add(time.Second))
	}
	if m.gap > 0 {
		start = later(start, m.begun[(m.cursor+maxPerSecond-1)%maxPerSecond].Add(m.gap))
	}
	return start.Sub(now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (m *manners) begin(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begun[m.cursor] = now
	m.cursor = (m.cursor + 1) % maxPerSecond
}

// heard notes an answer. 429 and 503 ask for less: the pace is halved, and nothing is
// asked for as long as the answer says (RFC 9110, 10.2.3).
func (m *manners) heard(status int, header http.Header) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.timeouts = 0
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		m.refusals = 0
		return
	}
	m.gap = min(max(2*m.gap, 2*time.Second/maxPerSecond), minPace)
	after := retryAfter(header)
	m.resume = later(m.resume, time.Now().Add(after))
	if m.refusals++; m.refusals >= maxRefusals || after > maxPause {
		m.closed = refuse(auditapi.CodeUnreachable, "The site asked to be left alone (%d %s), so it was asked no more.", status, http.StatusText(status))
	}
}

// retryAfter is what an answer's Retry-After says.
func retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Until(at), 0)
	}
	return pauseAfter
}

// failed notes a connection or request without an answer.
func (m *manners) failed(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !timedOut(err) {
		m.timeouts = 0
		return
	}
	if m.timeouts++; m.timeouts >= maxTimeouts {
		m.silent = refuse(auditapi.CodeUnreachable, "The site did not answer in time %d times in a row, so it was asked no more.", maxTimeouts)
	}
}

// over is one of silent and closed, or nil.
func (m *manners) over(why *error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *why
}

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
