package order

import "time"

// Order is one purchase.
type Order struct {
	ID            ID
	State         State
	StateAt       time.Time
	Product       string
	Tier          string // of an audit; empty otherwise
	CustomerEmail string
	ContactName   string
	Fields        map[string]string // what the product's form asked for: target_url, target_name, …
	Amount        int64             // the price it was sold at, in minor units of Currency
	Currency      string            // ISO 4217, lower case as Stripe writes it
	SessionID     string            // Stripe's Checkout session; empty until Stripe has answered
	PaymentIntent string
	CreatedAt     time.Time
	SubmittedAt   time.Time // checkout completed with a delayed payment; zero otherwise
	PaidAt        time.Time // zero until paid
	Lang          string    // BCP 47: the language the buyer read the shop in; the mails follow it
	HeldFrom      State     // where a dispute took it from; empty otherwise
}

// Stands is where the order stands on its way, a dispute set aside.
func (o Order) Stands() State {
	if o.State == Held && o.HeldFrom != "" {
		return o.HeldFrom
	}
	return o.State
}

// Kinds of timeline entries.
const (
	EntryState    = "state"
	EntryNote     = "note"
	EntryMail     = "mail"
	EntryAlert    = "alert"
	EntryDownload = "download"
	EntryReason   = "reason" // why the order cannot be fulfilled, in words for the buyer
)

// Entry is one line of an order's timeline. From and To are set for EntryState.
type Entry struct {
	At     time.Time
	Kind   string
	From   State
	To     State
	Detail string
}
