package webhook

import (
	"time"

	"doorstep.example/pkg/config"
)

// Switches are the faults that can be asked for. Counters count down as they are used.
type Switches struct {
	Duplicate          int  `json:"duplicate"`            // every event is delivered this many times more
	DropNext           int  `json:"drop_next"`            // events that are lost for good: never sent, never tried again
	FailNext           int  `json:"fail_next"`            // tries that do not reach the endpoint, and are tried again
	WrongSignatureNext int  `json:"wrong_signature_next"` // tries signed with another secret
	OldTimestampNext   int  `json:"old_timestamp_next"`   // tries with a right signature of ten minutes ago
	Hold               bool `json:"hold"`                 // nothing is sent; switching off releases the newest first, one after the other
}

// Change sets the switches that are not nil.
type Change struct {
	Duplicate          *int  `json:"duplicate"`
	DropNext           *int  `json:"drop_next"`
	FailNext           *int  `json:"fail_next"`
	WrongSignatureNext *int  `json:"wrong_signature_next"`
	OldTimestampNext   *int  `json:"old_timestamp_next"`
	Hold               *bool `json:"hold"`
}

// The faults of a single try, as the log names them.
const (
	faultUnreachable    = "not_sent"
	faultWrongSignature = "wrong_signature"
	faultOldTimestamp   = "old_timestamp"
)

// oldAge is well past the five minutes that Stripe's libraries tolerate.
const oldAge = 10 * time.Minute

// Switches returns what is set now.
func (e *Engine) Switches() Switches {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.switches
}

// Set changes switches and returns what is set now.
func (e *Engine) Set(c Change) Switches {
	e.mu.Lock()
	defer e.mu.Unlock()
	assign(&e.switches.Duplicate, c.Duplicate)
	assign(&e.switches.DropNext, c.DropNext)
	assign(&e.switches.FailNext, c.FailNext)
	assign(&e.switches.WrongSignatureNext, c.WrongSignatureNext)
	assign(&e.switches.OldTimestampNext, c.OldTimestampNext)
	assign(&e.switches.Hold, c.Hold)
	if !e.switches.Hold {
		e.release()
	}
	return e.switches
}

func assign[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// fault takes the fault of the next try off its counter.
func (e *Engine) fault() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case take(&e.switches.FailNext):
		return faultUnreachable
	case take(&e.switches.WrongSignatureNext):
		return faultWrongSignature
	case take(&e.switches.OldTimestampNext):
		return faultOldTimestamp
	}
	return ""
}

func take(counter *int) bool {
	if *counter <= 0 {
		return false
	}
	*counter--
	return true
}

// signature signs a body, or spoils it as the fault says.
func (e *Engine) signature(body []byte, now time.Time, fault string) string {
	switch fault {
	case faultWrongSignature:
		return Sign(body, now, []config.Secret{"whsec_somebody_else"})
	case faultOldTimestamp:
		return Sign(body, now.Add(-oldAge), e.Secrets)
	}
	return Sign(body, now, e.Secrets)
}
