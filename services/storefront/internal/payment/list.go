package payment

import (
	"context"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v76"
)

// pageSize is Stripe's largest.
const pageSize = 100

// Sessions calls each for every Checkout session opened since, newest first, until
// each returns an error.
func (c *Client) Sessions(ctx context.Context, since time.Time, each func(Session) error) error {
	params := &stripe.CheckoutSessionListParams{CreatedRange: from(since)}
	params.Context, params.Limit = ctx, stripe.Int64(pageSize)
	it := c.api.CheckoutSessions.List(params)
	for it.Next() {
		if err := each(fromStripe(it.CheckoutSession())); err != nil {
			return err
		}
	}
	return classifyList(it.Err())
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
	for it.Next() {
		r := it.Refund()
		if r.PaymentIntent == nil || r.Charge == nil {
			continue // of a charge that no session made
		}
		if err := each(Refund{PaymentIntent: r.PaymentIntent.ID, Full: r.Charge.Refunded, Amount: r.Charge.AmountRefunded}); err != nil {
			return err
		}
	}
	return classifyList(it.Err())
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
	for it.Next() {
		d := it.Dispute()
		if d.PaymentIntent == nil {
			continue
		}
		if err := each(Dispute{PaymentIntent: d.PaymentIntent.ID, Status: string(d.Status)}); err != nil {
			return err
		}
	}
	return classifyList(it.Err())
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

// Undelivered counts the events of these types, created between since and before,
// that have not reached every endpoint.
func (c *Client) Undelivered(ctx context.Context, types []string, since, before time.Time) (int, error) {
	params := &stripe.EventListParams{
		CreatedRange:    &stripe.RangeQueryParams{GreaterThanOrEqual: since.Unix(), LesserThan: before.Unix()},
		DeliverySuccess: stripe.Bool(false), Types: stripe.StringSlice(types),
	}
	params.Context, params.Limit = ctx, stripe.Int64(pageSize)
	it := c.api.Events.List(params)
	n := 0
	for it.Next() {
		n++
	}
	return n, classifyList(it.Err())
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
