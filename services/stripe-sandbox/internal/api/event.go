package api

import (
	"slices"
	"strings"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// maxTypes is Stripe's limit for the parameter types.
const maxTypes = 20

func (a *API) getEvent(c *call) (any, *refusal.Error) {
	return refused(a.Account.Event(c.id))
}

func (a *API) listEvents(c *call) (any, *refusal.Error) {
	p := decode[struct {
		cursor
		DeliverySuccess *bool    `json:"delivery_success"`
		Type            string   `json:"type"`
		Types           []string `json:"types"`
	}](c)
	if p.Type != "" && len(p.Types) > 0 {
		return nil, refusal.Invalid("types", "", "You may pass either type or types, but not both.")
	}
	if len(p.Types) > maxTypes {
		return nil, refusal.Invalid("types", "", "You may pass up to %d types.", maxTypes)
	}
	return list[account.Event]{
		what: "event", url: "/v1/events", all: a.Account.Events,
		id:      func(e *account.Event) string { return e.ID },
		created: func(e *account.Event) int64 { return e.Created },
		match: func(e *account.Event) bool {
			return (p.DeliverySuccess == nil || *p.DeliverySuccess == (e.PendingWebhooks == 0)) &&
				(len(p.Types) == 0 || slices.Contains(p.Types, e.Type)) && matchType(p.Type, e.Type)
		},
	}.page(p.cursor)
}

// matchType compares a type with a name that may end in a star, such as charge.*.
func matchType(pattern, kind string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(kind, prefix)
	}
	return is(pattern, kind)
}
