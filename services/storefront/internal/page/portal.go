package page

import (
	"io"
	"time"
)

// Portal asks for the address that purchases belong to, or says where the link went:
// the same to everybody, or the page would tell who is a customer.
type Portal struct {
	Form   Form   // email; posts to /portal/login
	Sent   bool   // look into your inbox
	Notice string // a key under portal.notice, or empty
}

// Portal writes the portal's door.
func (r *Renderer) Portal(w io.Writer, v View, p Portal) error { return r.write(w, v, "portal", "", p) }

// Enter is the page behind a mailed link to the portal. It signs nobody in by itself:
// mail gateways open links too.
type Enter struct {
	State EnterState
	Token string // posted as token to /portal/enter; of an open link only
}

// EnterState is what has become of a link to the portal.
type EnterState string

// The states of a link to the portal.
const (
	EnterOpen EnterState = "open"
	EnterOver EnterState = "over" // used, too old, or never ours: a 410
)

// Enter writes the page of a link to the portal.
func (r *Renderer) Enter(w io.Writer, v View, p Enter) error { return r.write(w, v, "enter", "", p) }

// Purchases is what somebody who is signed in has bought, newest first.
type Purchases struct {
	Email  string
	List   []Purchase
	More   bool     // there are older ones that the list leaves out
	Hidden []Hidden // posted with the button that signs out, to /portal/logout
	Notice string   // a key under portal.notice, or empty
}

// Purchase is one order in the portal.
type Purchase struct {
	ID         string
	State      string // as the contract names it
	Product    string
	Target     string // of an audit; empty otherwise
	Amount     int64  // minor units of Currency
	Currency   string
	CreatedAt  time.Time
	ReceiptURL string
	Goods      []Good
	Licenses   []License
	ResendURL  string // a POST there sends the email again; empty: it is not offered
	Hidden     []Hidden
}

// Purchases writes the list of purchases.
func (r *Renderer) Purchases(w io.Writer, v View, p Purchases) error {
	return r.write(w, v, "purchases", "", p)
}
