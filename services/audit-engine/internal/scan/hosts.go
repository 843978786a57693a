package scan

import (
	"context"
	"net"
	"strconv"
	"sync"
	"time"

	"doorstep.example/services/audit-engine/internal/guard"
)

// hosts lets one audit at a time at a host.
type hosts struct {
	mu   *sync.Mutex
	busy map[string]chan struct{} // closed when the audit leaves
}

func newHosts() hosts { return hosts{mu: &sync.Mutex{}, busy: map[string]chan struct{}{}} }

// hostKey is what counts as one host. The ports of a lab's address stand for
// different machines.
func hostKey(t guard.Target) string {
	if t.Public() {
		return t.Host()
	}
	return net.JoinHostPort(t.Host(), strconv.Itoa(int(t.Port())))
}

// enter waits until no other audit is at the host, at most for limit; then it is a
// busy error. The caller calls leave.
func (h hosts) enter(ctx context.Context, key string, limit time.Duration) (leave func(), err error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		h.mu.Lock()
		other, taken := h.busy[key]
		if !taken {
			mine := make(chan struct{})
			h.busy[key] = mine
			h.mu.Unlock()
			return func() {
				h.mu.Lock()
				defer h.mu.Unlock()
				delete(h.busy, key)
				close(mine)
			}, nil
		}
		h.mu.Unlock()
		select {
		case <-other:
		case <-timer.C:
			return nil, busy("Another audit of the same host is still running.", 30*time.Second)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
