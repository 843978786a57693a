package order

import "slices"

// State is where an order stands.
type State string

// The states. Strings, because they are shown to operators and stored as they are.
const (
	AwaitingPayment State = "awaiting_payment" // checkout begun, or a delayed payment is on its way
	Paid            State = "paid"             // the money is there, work has not begun
	Working         State = "working"          // the artefact is being made
	Ready           State = "ready"            // the artefact exists, its mail is not out
	Sent            State = "sent"             // the mail was accepted by a provider
	Delivered       State = "delivered"        // the receiving server confirmed it
	AwaitingProof   State = "awaiting_proof"   // the customer must prove control of the target
	Held            State = "held"             // a person must look first
	Failed          State = "failed"           // given up, a person was told
	Undeliverable   State = "undeliverable"    // made, but the address refuses mail
	Refunded        State = "refunded"         // money back; nothing may be delivered any more
	Expired         State = "expired"          // never paid
)

// moves is the one table of what may follow what. A payment that arrives late
// wins over expired and failed, because the money is the stronger fact. Nothing
// leaves refunded.
var moves = map[State][]State{
	AwaitingPayment: {Paid, Held, Failed, Expired, Refunded},
	Paid:            {Working, AwaitingProof, Held, Failed, Refunded},
	Working:         {Ready, AwaitingProof, Held, Failed, Refunded},
	Ready:           {Sent, Undeliverable, Held, Failed, Refunded},
	Sent:            {Delivered, Undeliverable, Held, Refunded},
	Delivered:       {Undeliverable, Held, Refunded},
	AwaitingProof:   {Working, Held, Failed, Refunded},
	Held:            {AwaitingPayment, Paid, Working, Ready, Sent, Delivered, AwaitingProof, Failed, Undeliverable, Refunded},
	Failed:          {Paid, Working, Held, Refunded},
	Undeliverable:   {Ready, Sent, Delivered, Held, Refunded},
	Expired:         {Paid, Held, Refunded},
	Refunded:        {},
}

// States lists all states, along the path first.
func States() []State {
	return []State{AwaitingPayment, Paid, Working, Ready, Sent, Delivered, AwaitingProof, Held, Failed, Undeliverable, Refunded, Expired}
}

// Moves returns the states that may follow s.
func (s State) Moves() []State { return moves[s] }

// CanBecome reports whether the table allows the move.
func (s State) CanBecome(to State) bool { return slices.Contains(moves[s], to) }

// Valid reports whether s is a state at all.
func (s State) Valid() bool { _, ok := moves[s]; return ok }

// Deliverable reports whether the goods may be handed out.
func (s State) Deliverable() bool {
	switch s {
	case Ready, Sent, Delivered, Undeliverable:
		return true
	default:
		return false
	}
}

// Final reports whether the order page has nothing more to wait for.
func (s State) Final() bool {
	switch s {
	case Delivered, Failed, Undeliverable, Refunded, Expired:
		return true
	default:
		return false
	}
}
