package web

import (
	"context"
	"sync"
	"time"

	"doorstep.example/services/storefront/internal/store"
)

const (
	medianWindow = 30 * 24 * time.Hour
	medianLeast  = 5 // fewer deliveries say nothing
	medianFresh  = time.Minute
)

// medians remembers how long deliveries take, so that a page that many look at does
// not measure it each time.
type medians struct {
	mu    sync.Mutex
	known map[string]median
}

type median struct {
	took time.Duration
	at   time.Time
}

// of is the measured median of a product; 0 while too few were delivered. What cannot
// be read is not shown.
func (m *medians) of(ctx context.Context, s *Site, product string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := s.Now()
	if known, ok := m.known[product]; ok && now.Sub(known.at) < medianFresh {
		return known.took
	}
	took, n, err := store.MedianDelivery(ctx, s.DB.Read(), product, now.Add(-medianWindow))
	if err != nil {
		s.Log.Warn("time of delivery not known", "product", product, "error", err)
	}
	if n < medianLeast {
		took = 0
	}
	if m.known == nil {
		m.known = map[string]median{}
	}
	m.known[product] = median{took: took, at: now}
	return took
}
