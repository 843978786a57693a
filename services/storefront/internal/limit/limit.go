// Package limit bounds how often one client may ask for something, within one
// process. What must hold over several machines is counted in the database
// (store.Take).
//
// The rule is that of a token bucket, kept as one time for each key (GCRA, the
// generic cell rate algorithm of ITU-T I.371): N requests at once, and then one
// each Per/N.
package limit

import (
	"container/list"
	"hash/maphash"
	"sync"
	"time"
)

// Rate allows N requests at once, and N in each Per in the long run.
type Rate struct {
	N   int
	Per time.Duration
}

// The rates of the shop.
var (
	Checkout   = Rate{N: 10, Per: time.Minute}      // a client address
	Login      = Rate{N: 5, Per: time.Hour}         // a client address; and, by store.Take, an email address
	Downloads  = Rate{N: 60, Per: time.Minute}      // a client address
	Contact    = Rate{N: 5, Per: 10 * time.Minute}  // a client address
	Resend     = Rate{N: 3, Per: time.Hour}         // an order
	Correction = Rate{N: 3, Per: time.Hour}         // an order's email address
	Proof      = Rate{N: 10, Per: 10 * time.Minute} // looks for an order's proof
)

// maxKeys bounds a limiter's memory to about 10 MB.
const maxKeys = 50_000

// Limiter counts by key. It is safe for concurrent use.
//
// It remembers at most 50,000 keys and forgets the one that asked longest ago.
// Under a flood from more networks than that in one Per, a forgotten client may
// begin again: the limit then fails open, for whoever has that many networks gains
// nothing by it, and nobody is refused on account of others.
type Limiter struct {
	rate Rate
	most int
	now  func() time.Time
	seed maphash.Seed

	mu    sync.Mutex
	keys  map[uint64]*list.Element // of entry
	order list.List                // who asked last is in front
}

// entry holds when the bucket of a key is full again. The key itself is kept as a
// seeded hash only, so that a long one costs no more than a short one.
type entry struct {
	key  uint64
	full time.Time
}

// New returns a limiter that reads the time from now.
func New(rate Rate, now func() time.Time) *Limiter {
	if rate.N < 1 || rate.Per <= 0 {
		panic("limit: a rate without requests or without time")
	}
	return &Limiter{rate: rate, most: maxKeys, now: now, seed: maphash.MakeSeed(), keys: map[uint64]*list.Element{}}
}

// Allow counts one request of key, unless it is one too many; then it says how long
// to wait. A refused request counts nothing.
func (l *Limiter) Allow(key string) (ok bool, retryAfter time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	e := l.entry(maphash.String(l.seed, key), now)
	step := l.rate.Per / time.Duration(l.rate.N)
	full := e.full
	if full.Before(now) {
		full = now
	}
	if wait := full.Add(step).Sub(now) - l.rate.Per; wait > 0 {
		return false, wait
	}
	e.full = full.Add(step)
	return true, 0
}

// entry finds or makes the entry of a key and puts it in front.
func (l *Limiter) entry(key uint64, now time.Time) *entry {
	if element, ok := l.keys[key]; ok {
		l.order.MoveToFront(element)
		return element.Value.(*entry)
	}
	l.forget(now)
	e := &entry{key: key}
	l.keys[key] = l.order.PushFront(e)
	return e
}

// forget makes room: for one new entry it drops up to two that mean nothing any
// more, and the oldest in any case when there is no room.
func (l *Limiter) forget(now time.Time) {
	for range 2 {
		last := l.order.Back()
		if last == nil {
			return
		}
		e := last.Value.(*entry)
		if len(l.keys) < l.most && e.full.After(now) {
			return
		}
		l.order.Remove(last)
		delete(l.keys, e.key)
	}
}
