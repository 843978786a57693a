package api

import (
	"slices"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// Endpoint is the one webhook endpoint of the account.
type Endpoint struct {
	ID            string            `json:"id"`
	Object        string            `json:"object"`
	APIVersion    string            `json:"api_version"`
	Application   *string           `json:"application"`
	Created       int64             `json:"created"`
	Description   string            `json:"description"`
	EnabledEvents []string          `json:"enabled_events"`
	Livemode      bool              `json:"livemode"`
	Metadata      map[string]string `json:"metadata"`
	Status        string            `json:"status"`
	URL           string            `json:"url"`
}

// NewEndpoint describes the endpoint at url.
func NewEndpoint(url string, events []string, created int64) Endpoint {
	return Endpoint{
		ID: "we_1Sandbox", Object: "webhook_endpoint", APIVersion: account.APIVersion, Created: created,
		Description: "The endpoint of SANDBOX_WEBHOOK_URL", EnabledEvents: slices.Clone(events),
		Metadata: map[string]string{}, Status: "enabled", URL: url,
	}
}

func (a *API) listEndpoints(c *call) (any, *refusal.Error) {
	return list[Endpoint]{
		what: "webhook_endpoint", url: "/v1/webhook_endpoints",
		id:      func(o *Endpoint) string { return o.ID },
		created: func(o *Endpoint) int64 { return o.Created },
		match:   func(*Endpoint) bool { return true },
		all: func(keep func(*Endpoint) bool) []Endpoint {
			if o := a.Endpoint; keep(&o) {
				return []Endpoint{o}
			}
			return nil
		},
	}.page(decode[cursor](c))
}
