package payment

import (
	"errors"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/tidwall/gjson"

	"doorstep.example/services/storefront/internal/order"
)

// Keys of a session's metadata: everything that fulfilment needs. An order can be
// rebuilt from them with an empty database. Fields of a product's form stand beside
// them under their own names.
const (
	MetaOrderID  = "order_id"
	MetaProduct  = "product"
	MetaTier     = "tier"
	MetaEmail    = "customer_email"
	MetaName     = "contact_name"
	MetaAmount   = "amount"
	MetaCurrency = "currency"
	MetaLang     = "lang"
)

// Stripe's limits of metadata.
// https://docs.stripe.com/api/metadata
const (
	MaxMetadataKeys  = 50
	MaxMetadataKey   = 40
	MaxMetadataValue = 500
)

// Session is the part of a Checkout session that the shop reads. The fields are
// among those that no API version between 2023-10-16 and today has changed, so an
// endpoint that was created with another version still works.
type Session struct {
	ID            string
	Status        string // open, complete, expired
	PaymentStatus string // paid, unpaid, no_payment_required
	PaymentIntent string
	Amount        int64 // total in minor units; -1 when Stripe does not say
	Currency      string
	Email         string // that the buyer typed at Stripe; may differ from the form's
	Metadata      map[string]string
	URL           string // where the buyer pays, while Status is open; events leave it out
	CreatedAt     time.Time
}

// ErrNotOurs is a session that this shop did not open.
var ErrNotOurs = errors.New("the session has no order of ours")

// IsPaid reports whether the goods may go out.
func (s Session) IsPaid() bool {
	return s.PaymentStatus == string(stripe.CheckoutSessionPaymentStatusPaid) ||
		s.PaymentStatus == string(stripe.CheckoutSessionPaymentStatusNoPaymentRequired)
}

// OrderID returns the order that the session pays, or ErrNotOurs.
func (s Session) OrderID() (order.ID, error) {
	id, err := order.ParseID(s.Metadata[MetaOrderID])
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotOurs, err)
	}
	return id, nil
}

// ParseSession reads a session object as it stands in an event. It never fails: what
// is missing is empty, and the caller judges.
func ParseSession(object gjson.Result) Session {
	s := Session{
		ID:            object.Get("id").String(),
		Status:        object.Get("status").String(),
		PaymentStatus: object.Get("payment_status").String(),
		PaymentIntent: ParseID(object.Get("payment_intent")),
		Amount:        -1,
		Currency:      object.Get("currency").String(),
		Email:         object.Get("customer_details.email").String(),
		Metadata:      map[string]string{},
		CreatedAt:     time.Unix(object.Get("created").Int(), 0).UTC(),
	}
	if amount := object.Get("amount_total"); amount.Type == gjson.Number {
		s.Amount = amount.Int()
	}
	object.Get("metadata").ForEach(func(key, value gjson.Result) bool {
		s.Metadata[key.String()] = value.String()
		return true
	})
	return s
}

// ParseID reads an id that Stripe may have expanded to the object it names.
func ParseID(value gjson.Result) string {
	if value.IsObject() {
		return value.Get("id").String()
	}
	return value.String()
}

func fromStripe(s *stripe.CheckoutSession) Session {
	out := Session{
		ID:            s.ID,
		Status:        string(s.Status),
		PaymentStatus: string(s.PaymentStatus),
		Amount:        s.AmountTotal,
		Currency:      string(s.Currency),
		Metadata:      s.Metadata,
		URL:           s.URL,
		CreatedAt:     time.Unix(s.Created, 0).UTC(),
	}
	if s.PaymentIntent != nil {
		out.PaymentIntent = s.PaymentIntent.ID
	}
	if s.CustomerDetails != nil {
		out.Email = s.CustomerDetails.Email
	}
	return out
}
