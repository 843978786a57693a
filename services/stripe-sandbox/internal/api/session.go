package api

import (
	"slices"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

func (a *API) createSession(c *call) (any, *refusal.Error) {
	return refused(a.Account.CreateSession(decode[account.SessionParams](c), a.Pages(c.context)))
}

func (a *API) getSession(c *call) (any, *refusal.Error) {
	return refused(a.Account.Session(c.id))
}

func (a *API) expireSession(c *call) (any, *refusal.Error) {
	return refused(a.Account.Expire(c.cause, c.id))
}

func (a *API) listSessions(c *call) (any, *refusal.Error) {
	p := decode[struct {
		cursor
		Customer        string `json:"customer"`
		CustomerDetails struct {
			Email string `json:"email"`
		} `json:"customer_details"`
		PaymentIntent string `json:"payment_intent"`
		PaymentLink   string `json:"payment_link"`
		Status        string `json:"status"`
		Subscription  string `json:"subscription"`
	}](c)
	return list[account.Session]{
		what: "checkout.session", url: "/v1/checkout/sessions", all: a.Account.Sessions,
		id:      func(s *account.Session) string { return s.ID },
		created: func(s *account.Session) int64 { return s.Created },
		match: func(s *account.Session) bool {
			var email *string
			if s.CustomerDetails != nil {
				email = s.CustomerDetails.Email
			}
			return is(p.Status, s.Status) && refers(p.PaymentIntent, s.PaymentIntent) && refers(p.Customer, s.Customer) &&
				refers(p.CustomerDetails.Email, email) && refers(p.PaymentLink, nil) && refers(p.Subscription, nil)
		},
	}.page(p.cursor)
}

func (a *API) listLineItems(c *call) (any, *refusal.Error) {
	s, err := a.Account.Session(c.id)
	if err != nil {
		return nil, err
	}
	items := slices.Clone(s.LineItems())
	return list[account.LineItem]{
		what: "line_item", url: "/v1/checkout/sessions/" + s.ID + "/line_items",
		id:      func(i *account.LineItem) string { return i.ID },
		created: func(*account.LineItem) int64 { return s.Created },
		match:   func(*account.LineItem) bool { return true },
		all: func(keep func(*account.LineItem) bool) []account.LineItem {
			return slices.DeleteFunc(items, func(i account.LineItem) bool { return !keep(&i) })
		},
	}.page(decode[cursor](c))
}

// refused turns a typed object into any, so that nil stays nil next to an error.
func refused[T any](object T, err *refusal.Error) (any, *refusal.Error) {
	if err != nil {
		return nil, err
	}
	return object, nil
}
