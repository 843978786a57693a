package api

import (
	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

func (a *API) createRefund(c *call) (any, *refusal.Error) {
	return refused(a.Account.CreateRefund(c.cause, decode[account.RefundParams](c)))
}

func (a *API) getRefund(c *call) (any, *refusal.Error) {
	return refused(a.Account.Refund(c.id))
}

func (a *API) listRefunds(c *call) (any, *refusal.Error) {
	p := decode[struct {
		cursor
		Charge        string `json:"charge"`
		PaymentIntent string `json:"payment_intent"`
	}](c)
	return list[account.Refund]{
		what: "refund", url: "/v1/refunds", all: a.Account.Refunds,
		id:      func(o *account.Refund) string { return o.ID },
		created: func(o *account.Refund) int64 { return o.Created },
		match: func(o *account.Refund) bool {
			return is(p.Charge, o.Charge) && is(p.PaymentIntent, o.PaymentIntent)
		},
	}.page(p.cursor)
}
