// Package payment is the only place that talks to Stripe.
package payment

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
)

// timeout of one call: a buyer waits for it. The library's own is 80 s.
const timeout = 10 * time.Second

// retries of one call, which the library makes for network errors and 409; they
// carry the same idempotency key.
const retries = 2

// Client calls Stripe's API.
type Client struct{ api *client.API }

// Config of a Client.
type Config struct {
	Key     config.Secret
	BaseURL string // empty: Stripe's
}

// New returns a Client. It uses none of the library's globals.
func New(c Config) *Client {
	backend := &stripe.BackendConfig{
		HTTPClient:        &http.Client{Timeout: timeout},
		MaxNetworkRetries: stripe.Int64(retries),
		EnableTelemetry:   stripe.Bool(false),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull}, // errors are returned and logged once, by us
	}
	if c.BaseURL != "" {
		backend.URL = stripe.String(c.BaseURL)
	}
	b := stripe.GetBackendWithConfig(stripe.APIBackend, backend)
	return &Client{api: client.New(c.Key.Reveal(), &stripe.Backends{API: b, Connect: b, Uploads: b})}
}

// Checkout is what a session is opened for.
type Checkout struct {
	Order       order.Order
	Name        string // of the product, as the buyer reads it at Stripe
	Description string
	SuccessURL  string // with {CHECKOUT_SESSION_ID}
	CancelURL   string
}

// Opened is a session that waits for its buyer.
type Opened struct {
	ID  string
	URL string // where the buyer pays
}

// Open opens a Checkout session whose metadata carries the whole order. The order's
// id is the idempotency key: asking twice opens one session. Unavailable when Stripe
// cannot be reached; Invalid when it refuses what we sent.
func (c *Client) Open(ctx context.Context, k Checkout) (Opened, error) {
	o := k.Order
	metadata := Metadata(o)
	params := &stripe.CheckoutSessionParams{
		Mode:              stripe.String(string(stripe.CheckoutSessionModePayment)),
		ClientReferenceID: stripe.String(string(o.ID)),
		CustomerEmail:     stripe.String(o.CustomerEmail),
		SuccessURL:        stripe.String(k.SuccessURL),
		CancelURL:         stripe.String(k.CancelURL),
		Locale:            locale(o.Lang),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency:   stripe.String(o.Currency),
				UnitAmount: stripe.Int64(o.Amount),
				ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{
					Name: stripe.String(k.Name),
				},
			},
		}},
		Metadata: metadata,
		// Charges, refunds and disputes carry the payment intent's metadata, sessions
		// their own.
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: metadata},
	}
	if k.Description != "" {
		params.LineItems[0].PriceData.ProductData.Description = stripe.String(k.Description)
	}
	params.Context = ctx
	params.SetIdempotencyKey(string(o.ID))
	s, err := c.api.CheckoutSessions.New(params)
	if err != nil {
		return Opened{}, classify(err)
	}
	return Opened{ID: s.ID, URL: s.URL}, nil
}

// locale is the language of Stripe's page; nil leaves it to the browser's.
// https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-locale
func locale(lang string) *string {
	if lang == "" {
		return nil
	}
	return stripe.String(lang)
}

// Session reads a session. NotFound if Stripe does not know it.
func (c *Client) Session(ctx context.Context, id string) (Session, error) {
	params := &stripe.CheckoutSessionParams{}
	params.Context = ctx
	s, err := c.api.CheckoutSessions.Get(id, params)
	if err != nil {
		return Session{}, classify(err)
	}
	return fromStripe(s), nil
}

// Receipt returns the address of Stripe's receipt for a payment. NotFound if there is
// none.
func (c *Client) Receipt(ctx context.Context, paymentIntent string) (string, error) {
	params := &stripe.PaymentIntentParams{}
	params.Context = ctx
	params.AddExpand("latest_charge")
	p, err := c.api.PaymentIntents.Get(paymentIntent, params)
	if err != nil {
		return "", classify(err)
	}
	if p.LatestCharge == nil || p.LatestCharge.ReceiptURL == "" {
		return "", errs.New(errs.NotFound, "The payment provider has no receipt for this payment.")
	}
	return p.LatestCharge.ReceiptURL, nil
}

// PaymentFailed reports whether a delayed payment will not come any more.
// https://docs.stripe.com/payments/paymentintents/lifecycle
func (c *Client) PaymentFailed(ctx context.Context, paymentIntent string) (bool, error) {
	params := &stripe.PaymentIntentParams{}
	params.Context = ctx
	p, err := c.api.PaymentIntents.Get(paymentIntent, params)
	if err != nil {
		return false, classify(err)
	}
	return p.Status == stripe.PaymentIntentStatusRequiresPaymentMethod || p.Status == stripe.PaymentIntentStatusCanceled, nil
}

// Metadata is the whole fulfilment context of an order.
func Metadata(o order.Order) map[string]string {
	m := map[string]string{
		MetaOrderID: string(o.ID), MetaProduct: o.Product, MetaEmail: o.CustomerEmail,
		MetaAmount: strconv.FormatInt(o.Amount, 10), MetaCurrency: o.Currency,
	}
	for key, value := range o.Fields {
		if value != "" { // Stripe reads an empty value as "delete this key"
			m[key] = value
		}
	}
	if o.Tier != "" {
		m[MetaTier] = o.Tier
	}
	if o.ContactName != "" {
		m[MetaName] = o.ContactName
	}
	if o.Lang != "" {
		m[MetaLang] = o.Lang
	}
	return m
}

// classify gives Stripe's errors our kinds.
func classify(err error) error {
	e, ok := errors.AsType[*stripe.Error](err)
	switch {
	case !ok:
		return errs.Wrap(errs.Unavailable, err, "The payment provider does not answer. Please try again in a minute.")
	case e.HTTPStatusCode == http.StatusNotFound:
		return errs.Wrap(errs.NotFound, err, "The payment provider does not know this session.")
	case e.HTTPStatusCode == http.StatusUnauthorized, e.HTTPStatusCode == http.StatusTooManyRequests,
		e.HTTPStatusCode == http.StatusConflict, e.HTTPStatusCode >= http.StatusInternalServerError:
		return errs.Wrap(errs.Unavailable, err, "The payment provider refuses at the moment. Please try again in a minute.")
	case e.Type == stripe.ErrorTypeIdempotency:
		return errs.Wrap(errs.Conflict, err, "This order was opened with other details before.")
	default:
		return errs.Wrap(errs.Invalid, err, "The payment provider did not accept these details.")
	}
}
