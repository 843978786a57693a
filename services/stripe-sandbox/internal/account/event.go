package account

import (
	"encoding/json"
	"maps"
)

// The types of events that the sandbox makes.
const (
	SessionCompleted      = "checkout.session.completed"
	SessionAsyncSucceeded = "checkout.session.async_payment_succeeded"
	SessionAsyncFailed    = "checkout.session.async_payment_failed"
	SessionExpired        = "checkout.session.expired"
	IntentSucceeded       = "payment_intent.succeeded"
	IntentProcessing      = "payment_intent.processing"
	IntentFailed          = "payment_intent.payment_failed"
	ChargeSucceeded       = "charge.succeeded"
	ChargePending         = "charge.pending"
	ChargeFailed          = "charge.failed"
	ChargeRefunded        = "charge.refunded"
	DisputeCreated        = "charge.dispute.created"
	DisputeClosed         = "charge.dispute.closed"
)

// Event is a fact that is told to the webhook. Data is the object as it was.
type Event struct {
	ID              string       `json:"id"`
	Object          string       `json:"object"`
	APIVersion      string       `json:"api_version"`
	Created         int64        `json:"created"`
	Data            EventData    `json:"data"`
	Livemode        bool         `json:"livemode"`
	PendingWebhooks int          `json:"pending_webhooks"`
	Request         EventRequest `json:"request"`
	Type            string       `json:"type"`
}

// EventData is the object, and what a change replaced.
type EventData struct {
	Object   json.RawMessage `json:"object"`
	Previous map[string]any  `json:"previous_attributes,omitempty"`
}

// EventRequest is the API request that caused an event; both are null when a
// payer or the clock did.
type EventRequest struct {
	ID             *string `json:"id"`
	IdempotencyKey *string `json:"idempotency_key"`
}

// Cause is who asked for a move: an API request, or nobody's.
type Cause struct{ RequestID, IdempotencyKey string }

func (c Cause) request() EventRequest {
	return EventRequest{ID: optional(c.RequestID), IdempotencyKey: optional(c.IdempotencyKey)}
}

// emit records an event about object and hands it to the webhook.
func (a *Account) emit(cause Cause, kind string, object any, previous map[string]any) {
	raw, err := json.Marshal(object)
	if err != nil {
		panic("account: an object cannot be encoded: " + err.Error())
	}
	event := &Event{
		ID: newID("evt_", 24), Object: "event", APIVersion: a.apiVersion, Created: a.now().Unix(),
		Data: EventData{Object: raw, Previous: maps.Clone(previous)}, Request: cause.request(), Type: kind,
	}
	if a.subscribed(kind) {
		event.PendingWebhooks = 1
	}
	a.events.add(event.ID, event)
	if event.PendingWebhooks > 0 {
		a.deliver(*event)
	}
}

// ObjectID is the id of the object that the event is about.
func (e *Event) ObjectID() string {
	var object struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(e.Data.Object, &object); err != nil {
		panic("account: an event holds no object: " + err.Error())
	}
	return object.ID
}

// Delivered records that the webhook took an event.
func (a *Account) Delivered(eventID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if event, ok := a.events.get(eventID); ok {
		event.PendingWebhooks = 0
	}
}

// SetAPIVersion sets the version that new events name; the shape of their objects
// does not change. Empty sets it back.
func (a *Account) SetAPIVersion(version string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if version == "" {
		version = APIVersion
	}
	a.apiVersion = version
}

// EventVersion returns the version that new events name.
func (a *Account) EventVersion() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.apiVersion
}

// optional is nil for "": Stripe sends null for what is not known.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
