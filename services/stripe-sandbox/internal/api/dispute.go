package api

import (
	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

func (a *API) getDispute(c *call) (any, *refusal.Error) {
	return refused(a.Account.Dispute(c.id))
}

func (a *API) listDisputes(c *call) (any, *refusal.Error) {
	p := decode[struct {
		cursor
		Charge        string `json:"charge"`
		PaymentIntent string `json:"payment_intent"`
	}](c)
	return list[account.Dispute]{
		what: "dispute", url: "/v1/disputes", all: a.Account.Disputes,
		id:      func(o *account.Dispute) string { return o.ID },
		created: func(o *account.Dispute) int64 { return o.Created },
		match: func(o *account.Dispute) bool {
			return is(p.Charge, o.Charge) && is(p.PaymentIntent, o.PaymentIntent)
		},
	}.page(p.cursor)
}
