package account

import (
	"sync"
	"time"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// Limit is how many objects of each kind are kept; older ones are forgotten.
const Limit = 10_000

// Account is the state of the sandbox.
type Account struct {
	clock      func() time.Time
	settleIn   time.Duration
	deliver    func(Event)
	subscribed func(kind string) bool

	mu         sync.Mutex
	ahead      time.Duration // what Advance added to the clock
	apiVersion string
	pages      string // address of the hosted pages, as the newest session was told
	sessions   *shelf[Session]
	intents    *shelf[PaymentIntent]
	charges    *shelf[Charge]
	refunds    *shelf[Refund]
	disputes   *shelf[Dispute]
	events     *shelf[Event]
}

// Config is what New needs.
type Config struct {
	Now func() time.Time
	// Deliver takes an event for the webhook. It is called under the account's
	// lock: it must return at once and must not call back.
	Deliver func(Event)
	// Subscribed says whether the webhook endpoint wants events of this type.
	Subscribed func(kind string) bool
	SettleIn   time.Duration // from a debit to its outcome
	Limit      int           // 0 means Limit
}

// New returns an empty account.
func New(c Config) *Account {
	if c.Limit == 0 {
		c.Limit = Limit
	}
	return &Account{
		clock: c.Now, settleIn: c.SettleIn, deliver: c.Deliver, subscribed: c.Subscribed, apiVersion: APIVersion,
		sessions: newShelf[Session](c.Limit), intents: newShelf[PaymentIntent](c.Limit), charges: newShelf[Charge](c.Limit),
		refunds: newShelf[Refund](c.Limit), disputes: newShelf[Dispute](c.Limit), events: newShelf[Event](c.Limit),
	}
}

// now is the account's time; the caller holds the lock.
func (a *Account) now() time.Time { return a.clock().Add(a.ahead) }

// Advance moves the account's clock forward, so that sessions expire and debits
// settle without waiting. Signatures keep the real time.
func (a *Account) Advance(by time.Duration) time.Time {
	a.mu.Lock()
	a.ahead += by
	now := a.now()
	a.mu.Unlock()
	a.Tick()
	return now
}

// Tick does what time does: it ends sessions and delayed payments that are due.
func (a *Account) Tick() {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	for _, id := range a.sessions.order {
		s := a.sessions.byID[id]
		if s.Status == StatusOpen && s.ExpiresAt <= now.Unix() {
			a.expire(Cause{}, s)
		}
		if s.settles != "" && !now.Before(s.settleAt) {
			a.settle(s, s.settles)
		}
	}
}

// find returns a copy of one object, or Stripe's 404.
func find[T any](a *Account, s *shelf[T], what, id, param string) (T, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if object, ok := s.get(id); ok {
		return *object, nil
	}
	var none T
	return none, refusal.NotFound(what, id, param)
}

func all[T any](a *Account, s *shelf[T], keep func(*T) bool) []T {
	a.mu.Lock()
	defer a.mu.Unlock()
	return s.newest(keep)
}

// Session returns one session.
func (a *Account) Session(id string) (Session, *refusal.Error) {
	return find(a, a.sessions, "checkout.session", id, "session")
}

// Intent returns one PaymentIntent.
func (a *Account) Intent(id string) (PaymentIntent, *refusal.Error) {
	return find(a, a.intents, "payment_intent", id, "intent")
}

// Charge returns one charge.
func (a *Account) Charge(id string) (Charge, *refusal.Error) {
	return find(a, a.charges, "charge", id, "id")
}

// Refund returns one refund.
func (a *Account) Refund(id string) (Refund, *refusal.Error) {
	return find(a, a.refunds, "refund", id, "id")
}

// Dispute returns one dispute.
func (a *Account) Dispute(id string) (Dispute, *refusal.Error) {
	return find(a, a.disputes, "dispute", id, "id")
}

// Event returns one event.
func (a *Account) Event(id string) (Event, *refusal.Error) {
	return find(a, a.events, "event", id, "id")
}

// Sessions returns the sessions that keep accepts, newest first; so do the other lists.
func (a *Account) Sessions(keep func(*Session) bool) []Session { return all(a, a.sessions, keep) }

// Charges lists charges.
func (a *Account) Charges(keep func(*Charge) bool) []Charge { return all(a, a.charges, keep) }

// Refunds lists refunds.
func (a *Account) Refunds(keep func(*Refund) bool) []Refund { return all(a, a.refunds, keep) }

// Disputes lists disputes.
func (a *Account) Disputes(keep func(*Dispute) bool) []Dispute { return all(a, a.disputes, keep) }

// Events lists events.
func (a *Account) Events(keep func(*Event) bool) []Event { return all(a, a.events, keep) }
