package page

import (
	"io"
	"time"
)

// Order is the live page of one purchase. The texts of each state are in
// template/order/_present.tmpl.
type Order struct {
	ID        string
	State     string // as the contract names it: "sent"
	Unpaid    bool   // no money has come: a failed payment reads differently from failed work
	Final     bool   // nothing more will change by itself: the page stops asking
	EventsURL string // empty means /orders/{ID}/events
	Kind      string // of the product: "audit", "file", …
	Product   string
	Amount    string // formatted
	Target    string // of an audit; empty otherwise
	Email     string // masked
	CreatedAt time.Time
	Note      string // one more sentence about this order's state, such as why it failed
	Stations  []Station
	Progress  *Progress // while working
	Goods     []Good
	Grade     *Grade
	Proof     *Proof    // while awaiting_proof
	ReceiptAt time.Time // when the receipt was sent; zero: not yet
}

// Station is one stop on the order's way.
type Station struct {
	Name   string
	State  StationState
	At     time.Time // zero: not yet
	Detail string
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
	Check       string // what is being looked at now
	Done, Total int
}

// Good is something the buyer may take.
type Good struct {
	Name       string
	Detail     string // "PDF, 212 KB"
	ActionURL  string // a POST goes there
	Hidden     []Hidden
	ButtonText string // "Open the PDF"
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
	Detail    string // what the last look found
}

// Order writes an order's page.
func (r *Renderer) Order(w io.Writer, p Order) error { return r.write(w, "order", "", p) }

// OrderFragment writes only the part that changes: the element that a page
// that is already open replaces when an update event brings it.
func (r *Renderer) OrderFragment(w io.Writer, p Order) error {
	return r.write(w, "order", "live", p)
}
