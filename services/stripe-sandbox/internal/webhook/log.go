package webhook

import "time"

// Attempt is one try to deliver an event, or the reason why there was none.
type Attempt struct {
	Event   string     `json:"event"`
	Type    string     `json:"type"`
	Try     int        `json:"try"` // from 1; 0 when nothing was tried
	At      time.Time  `json:"at"`
	URL     string     `json:"url"`
	Outcome Outcome    `json:"outcome"`
	Status  int        `json:"status,omitempty"` // the endpoint's answer
	Took    int64      `json:"took_ms"`
	Fault   string     `json:"fault,omitempty"`    // what a switch spoiled
	Error   string     `json:"error,omitempty"`    // why there was no answer
	Answer  string     `json:"response,omitempty"` // the beginning of the endpoint's answer
	Next    *time.Time `json:"next_try_at,omitempty"`
}

// Outcome is how an attempt ended.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered"
	Failed    Outcome = "failed" // Next says when it is tried again; without it, never
	Lost      Outcome = "lost"   // never tried: a switch, a full queue, or the end of the program
)

// maxAttempts bounds the log; the oldest lines go first.
const maxAttempts = 10_000

// record appends to the log; the caller holds the lock.
func (e *Engine) record(a Attempt) {
	if len(e.attempts) == maxAttempts {
		e.attempts = e.attempts[1:]
	}
	e.attempts = append(e.attempts, a)
}

// Attempts returns up to limit attempts, newest first, of one event or, for "", all.
func (e *Engine) Attempts(event string, limit int) []Attempt {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := []Attempt{}
	for i := len(e.attempts) - 1; i >= 0 && len(out) < limit; i-- {
		if event == "" || e.attempts[i].Event == event {
			out = append(out, e.attempts[i])
		}
	}
	return out
}

// Waiting counts deliveries that are due, under way or wait for another try, and
// those that are held.
func (e *Engine) Waiting() (pending, held int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.underWay + len(e.due) + len(e.chain), len(e.held)
}

// Problems says why the engine cannot do its job, in words; nothing means it can.
func (e *Engine) Problems() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return []string{"the sandbox is stopping"}
	}
	if len(e.due)+len(e.held)+len(e.chain) >= maxQueue {
		return []string{"the webhook queue is full"}
	}
	return nil
}
