package api

import (
	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

func (a *API) getIntent(c *call) (any, *refusal.Error) {
	return refused(a.Account.Intent(c.id))
}

func (a *API) getCharge(c *call) (any, *refusal.Error) {
	return refused(a.Account.Charge(c.id))
}

func (a *API) listCharges(c *call) (any, *refusal.Error) {
	p := decode[struct {
		cursor
		Customer      string `json:"customer"`
		PaymentIntent string `json:"payment_intent"`
		TransferGroup string `json:"transfer_group"`
	}](c)
	return list[account.Charge]{
		what: "charge", url: "/v1/charges", all: a.Account.Charges,
		id:      func(o *account.Charge) string { return o.ID },
		created: func(o *account.Charge) int64 { return o.Created },
		match: func(o *account.Charge) bool {
			return is(p.PaymentIntent, o.PaymentIntent) && refers(p.Customer, o.Customer) && refers(p.TransferGroup, o.TransferGroup)
		},
	}.page(p.cursor)
}
