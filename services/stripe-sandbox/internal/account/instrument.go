package account

import (
	"net/http"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// Instrument is one of the ways to pay that the hosted page offers: a test card
// or a test bank account, named as in Stripe's documentation, and what it does.
// A new way is a new line in Instruments.
type Instrument struct {
	Number string // what the form's field `card` and the JSON's "card" hold
	Method string // MethodCard or MethodDebit
	Title  string
	Effect string // for people
	// Decline is what the bank answers; nil pays.
	Decline *Decline
	// Settles says how a bank debit ends, some seconds later: SettleSucceeds,
	// SettleFails, or empty for "when somebody says so".
	Settles Settlement
	brand   string
}

// Decline is the reason of a declined card.
type Decline struct{ Code, Message string }

// Settlement is the end of a delayed payment.
type Settlement string

// The ways in which a delayed payment ends.
const (
	SettleSucceeds Settlement = "succeeded"
	SettleFails    Settlement = "failed"
)

// Instruments is what the hosted page offers, in this order.
var Instruments = []Instrument{
	{Number: "4242424242424242", Method: MethodCard, brand: "visa", Title: "4242 4242 4242 4242", Effect: "Pays at once"},
	{Number: "4000000000000002", Method: MethodCard, brand: "visa", Title: "4000 0000 0000 0002", Effect: "The bank declines",
		Decline: &Decline{"generic_decline", "Your card was declined."}},
	{Number: "4000000000009995", Method: MethodCard, brand: "visa", Title: "4000 0000 0000 9995", Effect: "Not enough money",
		Decline: &Decline{"insufficient_funds", "Your card has insufficient funds."}},
	{Number: "DE89370400440532013000", Method: MethodDebit, Title: "DE89 3704 … 3000", Effect: "Arrives some seconds later", Settles: SettleSucceeds},
	{Number: "DE62370400440532013001", Method: MethodDebit, Title: "DE62 3704 … 3001", Effect: "Fails some seconds later", Settles: SettleFails},
	{Number: "sepa_debit", Method: MethodDebit, Title: "Any other account", Effect: "Waits until you decide"},
}

// FindInstrument returns the instrument with a number.
func FindInstrument(number string) (Instrument, bool) {
	for _, i := range Instruments {
		if i.Number == number {
			return i, true
		}
	}
	return Instrument{}, false
}

func (d *Decline) refusal(charge string) *refusal.Error {
	return &refusal.Error{
		Status: http.StatusPaymentRequired, Type: refusal.TypeCard, Code: "card_declined", DeclineCode: d.Code,
		Message: d.Message, Charge: charge, DocURL: "https://stripe.com/docs/error-codes/card-declined",
	}
}

// details is what Stripe shows of the instrument on a charge.
func (i Instrument) details(amount int64, year int) MethodDetails {
	if i.Method == MethodDebit {
		return MethodDetails{Type: MethodDebit, SEPADebit: &SEPADetail{
			BankCode: "37040044", Country: "DE", Fingerprint: newID("", 16), Last4: i.last4(),
		}}
	}
	return MethodDetails{Type: MethodCard, Card: &CardDetail{
		AmountAuthorized: amount, Brand: i.brand, Checks: CardChecks{CVC: "pass"}, Country: "US",
		ExpMonth: 12, ExpYear: year + 3, Fingerprint: newID("", 16), Funding: "credit", Last4: i.last4(), Network: i.brand,
	}}
}

func (i Instrument) last4() string {
	if i.Number == "sepa_debit" {
		return "3000"
	}
	return i.Number[len(i.Number)-4:]
}
