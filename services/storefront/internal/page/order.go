package page

import (
	"io"
	"time"
)

// Order is the live page of one purchase. Its texts are those under order.headline
// and order.text, by state.
type Order struct {
	ID         string
	State      string // as the contract names it: "sent"
	Unpaid     bool   // no money has come: a failed payment reads differently from failed work
	Final      bool   // nothing more will change by itself: the page stops asking
	Kind       string // of the product: "audit", "file", …
	Product    string
	Amount     int64 // minor units of Currency
	Currency   string
	Target     string // of an audit; empty otherwise
	Email      string // masked
	CreatedAt  time.Time
	PayURL     string    // the payment page, while it is open; empty otherwise
	ReceiptAt  time.Time // when the receipt was sent; zero: not yet
	ReceiptURL string    // Stripe's receipt; may be empty
	Note       string    // why the order failed: a key such as "refusal.unreachable", or a text
	Notice     string    // what the visitor's last press did: a key under order.notice, or empty
	Stations   []Station
	Progress   *Progress // while working
	Goods      []Good
	Licenses   []License
	Grade      *Grade
	Proof      *Proof // while awaiting_proof; nil: a person writes how to prove
	MayResend  bool   // offers to send the email again: a POST to /orders/{ID}/resend
	MayCorrect bool   // offers another address: a POST of email to /orders/{ID}/email
	Correction *Correction
}

// Correction is the form for another address, which a link to ?correct asks for.
// While it is open the page does not change by itself, or it would take away what is
// being typed.
type Correction struct {
	Value string
	Error string // a key or a text; empty at first
}

// CorrectionField is the input of the form for another address; nil: the form is not
// open. Where mail came back it is open from the start.
func (o Order) CorrectionField() *Field {
	c := o.Correction
	if c == nil && o.State == "undeliverable" {
		c = &Correction{}
	}
	if c == nil || !o.MayCorrect {
		return nil
	}
	return &Field{Name: "email", Type: "email", Required: true, MaxLength: 254, Autocomplete: "email", Value: c.Value, Error: c.Error}
}

// Paused reports whether the page leaves the visitor in peace.
func (o Order) Paused() bool { return o.Final || o.CorrectionField() != nil }

// Station is one stop on the order's way.
type Station struct {
	Key    string // of its name under station: "payment", "audit", "work", "proof", "mail", "delivered"
	State  StationState
	At     time.Time // zero: not yet
	Detail string    // a key or a text; may be empty
}

// StationState is how far a station has come.
type StationState string

// The states of a station.
const (
	Done    StationState = "done"
	Active  StationState = "active"
	Waiting StationState = "waiting"
	Failed  StationState = "failed"
)

// Progress is how far the work is.
type Progress struct {
	Check       string // the id of what is being looked at, for a text under check; may be empty
	Title       string // the engine's own, in English, where there is no such text
	Done, Total int
}

// Good is something the buyer may take.
type Good struct {
	Name        string
	ContentType string
	Size        int64  // bytes
	ActionURL   string // a POST goes there
	Hidden      []Hidden
}

// IsPDF tells goods that a browser opens from those that it saves.
func (g Good) IsPDF() bool { return g.ContentType == "application/pdf" }

// License is one licence key that belongs to the order.
type License struct {
	Key     string
	Product string // what it unlocks; may be empty
}

// Grade is the result of an audit in short.
type Grade struct {
	Letter                            string // A+ … F
	Score                             int    // 0–100
	Critical, High, Medium, Low, Info int    // findings by severity
}

// Tone is how good the grade is, for its colour; the letter says the same.
func (g Grade) Tone() string {
	switch {
	case g.Score >= 80:
		return "good"
	case g.Score >= 50:
		return "fair"
	default:
		return "poor"
	}
}

// Proof asks the buyer to show that the target is theirs.
type Proof struct {
	Host      string // where the file or the meta tag goes
	Domain    string // registrable: where the DNS record goes
	Token     string
	ActionURL string // a POST there looks at once; empty: we look by ourselves
	Hidden    []Hidden
	Detail    string // what the last look found: a key or a text
}

// Headline is the key of the state's headline under order.headline.
func (o Order) Headline() string {
	switch o.State {
	case "working", "ready", "sent", "delivered":
		if o.Kind == "audit" {
			return o.State + "_audit"
		}
	}
	return o.key()
}

// Text is the key of the state's explanation under order.text.
func (o Order) Text() string {
	switch {
	case o.State == "awaiting_payment" && o.PayURL != "":
		return "awaiting_payment_open"
	case o.State == "awaiting_proof" && o.Proof == nil:
		return "awaiting_proof_person"
	case o.State == "undeliverable" && o.MayCorrect:
		return "undeliverable_correct"
	}
	return o.key()
}

func (o Order) key() string {
	switch {
	case o.State == "failed" && o.Unpaid:
		return "failed_payment"
	case states[o.State]:
		return o.State
	}
	return "unknown"
}

// states are those with texts of their own.
var states = map[string]bool{
	"awaiting_payment": true, "paid": true, "working": true, "ready": true, "sent": true, "delivered": true,
	"awaiting_proof": true, "held": true, "failed": true, "undeliverable": true, "refunded": true, "expired": true,
}

// Order writes an order's page.
func (r *Renderer) Order(w io.Writer, v View, p Order) error { return r.write(w, v, "order", "", p) }

// OrderFragment writes only the part that changes: the element that a page
// that is already open replaces when an update event brings it.
func (r *Renderer) OrderFragment(w io.Writer, v View, p Order) error {
	return r.write(w, v, "order", "live", p)
}
