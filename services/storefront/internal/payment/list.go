package payment

import (
	"context"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v76"

	"doorstep.example/pkg/errs"
)

const (
	// pageSize is Stripe's largest.
	pageSize = 100
	// maxListed bounds one list: half a year of a shop with a thousand sessions a day.
	maxListed = 200_000
	// maxUndelivered bounds the events that are looked at; beyond it they are simply
	// many.
	maxUndelivered = 1000
)

// Sessions calls each for every Checkout session opened since, newest first, until
// each returns an error.
func (c *Client) Sessions(ctx context.Context, since time.Time, each func(Session) error) error {
	params := &stripe.CheckoutSessionListParams{CreatedRange: from(since)}
	params.Context, params.Limit = ctx, stripe.Int64(pageSize)
	it := c.api.CheckoutSessions.List(params)
	return walk(it, func() error { return each(fromStripe(it.CheckoutSession())) })
}

// Refund is what a charge has been refunded so far.
type Refund struct {
	PaymentIntent string
	Full          bool
	Amount        int64
}

// Refunds calls each for every charge that was refunded since.
func (c *Client) Refunds(ctx context.Context, since time.Time, each func(Refund) error) error {
	params := &stripe.RefundListParams{CreatedRange: from(since)}
	params.Context, params.Limit = ctx, stripe.Int64(pageSize)
	params.AddExpand("data.charge")
	it := c.api.Refunds.List(params)
	return walk(it, func() error {
		r := it.Refund()
		if r.PaymentIntent == nil || r.Charge == nil {
			return nil // of a charge that no session made
		}
		return each(Refund{PaymentIntent: r.PaymentIntent.ID, Full: r.Charge.Refunded, Amount: r.Charge.AmountRefunded})
	})
}

// Dispute is a dispute as it stands.
type Dispute struct {
	PaymentIntent string
	Status        string // won, lost, warning_closed, …; the others are open
}

// Disputes calls each for every dispute opened since.
func (c *Client) Disputes(ctx context.Context, since time.Time, each func(Dispute) error) error {
	params := &stripe.DisputeListParams{CreatedRange: from(since)}
	params.Context, params.Limit = ctx, stripe.Int64(pageSize)
	it := c.api.Disputes.List(params)
	return walk(it, func() error {
		d := it.Dispute()
		if d.PaymentIntent == nil {
			return nil
		}
		return each(Dispute{PaymentIntent: d.PaymentIntent.ID, Status: string(d.Status)})
	})
}

// Endpoint is a webhook endpoint of the account.
type Endpoint struct {
	URL     string
	Enabled bool
	Events  []string
}

// Handles reports whether the endpoint gets events of a type.
func (e Endpoint) Handles(event string) bool {
	return slices.Contains(e.Events, "*") || slices.Contains(e.Events, event)
}

// Endpoints lists the account's webhook endpoints. Stripe allows 16.
func (c *Client) Endpoints(ctx context.Context) ([]Endpoint, error) {
	params := &stripe.WebhookEndpointListParams{}
	params.Context, params.Limit = ctx, stripe.Int64(pageSize)
	it := c.api.WebhookEndpoints.List(params)
	var list []Endpoint
	for it.Next() {
		e := it.WebhookEndpoint()
		list = append(list, Endpoint{URL: e.URL, Enabled: e.Status == "enabled", Events: e.EnabledEvents})
	}
	return list, classifyList(it.Err())
}

// Event is an event as Stripe lists it.
type Event struct {
	ID        string
	Type      string
	CreatedAt time.Time
}

// Undelivered lists the events of these types, created between since and before, that
// have not reached every endpoint; newest first, and the newest thousand of them.
func (c *Client) Undelivered(ctx context.Context, types []string, since, before time.Time) ([]Event, error) {
	params := &stripe.EventListParams{
		CreatedRange:    &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix(), LesserThan: before.Unix()},
		DeliverySuccess: stripe.Bool(false), Types: stripe.StringSlice(types),
	}
	params.Context, params.Limit = ctx, stripe.Int64(pageSize)
	it := c.api.Events.List(params)
	var list []Event
	for len(list) < maxUndelivered && it.Next() {
		e := it.Event()
		list = append(list, Event{ID: e.ID, Type: string(e.Type), CreatedAt: time.Unix(e.Created, 0).UTC()})
	}
	return list, classifyList(it.Err())
}

// walk goes through a list, page by page. TooLarge when it does not end.
func walk(it interface {
	Next() bool
	Err() error
}, each func() error) error {
	for n := 0; it.Next(); n++ {
		if n == maxListed {
			return errs.New(errs.TooLarge, "There are more than %d of them at Stripe in that time. Choose a shorter one.", maxListed)
		}
		if err := each(); err != nil {
			return err
		}
	}
	return classifyList(it.Err())
}

func from(since time.Time) *stripe.RangeQueryParams {
	return &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix()}
}

func classifyList(err error) error {
	if err == nil {
		return nil
	}
	return classify(err)
}
