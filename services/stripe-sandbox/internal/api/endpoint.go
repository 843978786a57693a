package api

import (
	"slices"
	"sync"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// Endpoint is a webhook endpoint of the account.
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

// What can be wrong with the account's endpoint.
const (
	EndpointOK       = "ok"
	EndpointMissing  = "missing"    // it was deleted: nothing is sent
	EndpointDisabled = "disabled"   // nothing is sent
	EndpointOtherURL = "other_url"  // what is sent goes to somebody else
	EndpointFew      = "few_events" // it does not get the first of its events
)

// EndpointFaults lists what Endpoints.Set takes.
func EndpointFaults() []string {
	return []string{EndpointOK, EndpointMissing, EndpointDisabled, EndpointOtherURL, EndpointFew}
}

// Endpoints are the account's webhook endpoints: one, which a switch can spoil.
type Endpoints struct {
	mu    sync.Mutex
	good  Endpoint
	fault string
}

// NewEndpoints describes the endpoint at url.
func NewEndpoints(url string, events []string, created int64) *Endpoints {
	return &Endpoints{fault: EndpointOK, good: Endpoint{
		ID: "we_1Sandbox", Object: "webhook_endpoint", APIVersion: account.APIVersion, Created: created,
		Description: "The endpoint of SANDBOX_WEBHOOK_URL", EnabledEvents: slices.Clone(events),
		Metadata: map[string]string{}, Status: "enabled", URL: url,
	}}
}

// Set spoils the endpoint, or mends it. New events follow it; those that wait already
// are still sent.
func (e *Endpoints) Set(fault string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fault = fault
}

// Fault returns what is wrong with the endpoint now.
func (e *Endpoints) Fault() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fault
}

// List returns the endpoints as they are now.
func (e *Endpoints) List() []Endpoint {
	e.mu.Lock()
	defer e.mu.Unlock()
	o := e.good
	switch e.fault {
	case EndpointMissing:
		return nil
	case EndpointDisabled:
		o.Status = "disabled"
	case EndpointOtherURL:
		o.URL = "https://elsewhere.example.com/webhooks/stripe"
	case EndpointFew:
		o.EnabledEvents = o.EnabledEvents[1:]
	}
	o.EnabledEvents = slices.Clone(o.EnabledEvents)
	return []Endpoint{o}
}

// Wants reports whether an event of a type is sent to the shop.
func (e *Endpoints) Wants(kind string) bool {
	if e.Fault() == EndpointOtherURL {
		return false
	}
	return slices.ContainsFunc(e.List(), func(o Endpoint) bool {
		return o.Status == "enabled" && slices.Contains(o.EnabledEvents, kind)
	})
}

func (a *API) listEndpoints(c *call) (any, *refusal.Error) {
	return list[Endpoint]{
		what: "webhook_endpoint", url: "/v1/webhook_endpoints",
		id:      func(o *Endpoint) string { return o.ID },
		created: func(o *Endpoint) int64 { return o.Created },
		match:   func(*Endpoint) bool { return true },
		all: func(keep func(*Endpoint) bool) []Endpoint {
			return slices.DeleteFunc(a.Endpoints.List(), func(o Endpoint) bool { return !keep(&o) })
		},
	}.page(decode[cursor](c))
}
