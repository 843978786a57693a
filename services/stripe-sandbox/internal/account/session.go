package account

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// The states of a session and of its payment.
const (
	StatusOpen     = "open"
	StatusComplete = "complete"
	StatusExpired  = "expired"
	PaymentPaid    = "paid"
	PaymentUnpaid  = "unpaid"
)

// MethodCard and MethodDebit are the payment methods of the hosted page.
const (
	MethodCard  = "card"
	MethodDebit = "sepa_debit"
)

// SessionParams is what POST /v1/checkout/sessions takes and the sandbox uses;
// the table of parameters knows the others, which change nothing here.
type SessionParams struct {
	Mode                     string            `json:"mode"`
	UIMode                   string            `json:"ui_mode"`
	SuccessURL               string            `json:"success_url"`
	CancelURL                string            `json:"cancel_url"`
	ClientReferenceID        string            `json:"client_reference_id"`
	Customer                 string            `json:"customer"`
	CustomerEmail            string            `json:"customer_email"`
	CustomerCreation         string            `json:"customer_creation"`
	Currency                 string            `json:"currency"`
	ExpiresAt                *int64            `json:"expires_at"`
	LineItems                []ItemParams      `json:"line_items"`
	Metadata                 map[string]string `json:"metadata"`
	PaymentIntentData        IntentData        `json:"payment_intent_data"`
	PaymentMethodTypes       []string          `json:"payment_method_types"`
	PaymentMethodCollection  string            `json:"payment_method_collection"`
	AllowPromotionCodes      *bool             `json:"allow_promotion_codes"`
	AutomaticTax             Switch            `json:"automatic_tax"`
	InvoiceCreation          Switch            `json:"invoice_creation"`
	PhoneNumberCollection    Switch            `json:"phone_number_collection"`
	BillingAddressCollection string            `json:"billing_address_collection"`
	Locale                   string            `json:"locale"`
	SubmitType               string            `json:"submit_type"`
	Discounts                []any             `json:"discounts"`
}

// ItemParams is one of line_items.
type ItemParams struct {
	Price     string     `json:"price"`
	PriceData *PriceData `json:"price_data"`
	Quantity  *int64     `json:"quantity"`
}

// PriceData is a price made for one session.
type PriceData struct {
	Currency    string       `json:"currency"`
	Product     string       `json:"product"`
	ProductData *ProductData `json:"product_data"`
	Recurring   any          `json:"recurring"`
	TaxBehavior string       `json:"tax_behavior"`
	UnitAmount  *int64       `json:"unit_amount"`
}

// ProductData names what is sold.
type ProductData struct {
	Name     string            `json:"name"`
	Metadata map[string]string `json:"metadata"`
}

// IntentData is handed on to the PaymentIntent.
type IntentData struct {
	CaptureMethod             string            `json:"capture_method"`
	Description               string            `json:"description"`
	Metadata                  map[string]string `json:"metadata"`
	ReceiptEmail              string            `json:"receipt_email"`
	StatementDescriptor       string            `json:"statement_descriptor"`
	StatementDescriptorSuffix string            `json:"statement_descriptor_suffix"`
	TransferGroup             string            `json:"transfer_group"`
}

// CreateSession opens a session. pages is the address of the hosted pages.
func (a *Account) CreateSession(p SessionParams, pages string) (Session, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if err := p.check(now); err != nil {
		return Session{}, err
	}
	s := p.session(now)
	a.pages = pages
	url := pages + "/pay/" + s.ID
	s.URL = &url
	a.sessions.add(s.ID, &s)
	return s, nil
}

func (p SessionParams) session(now time.Time) Session {
	expires := now.Add(maxLife).Unix()
	if p.ExpiresAt != nil {
		expires = *p.ExpiresAt
	}
	s := Session{
		ID: newID("cs_test_", 58), Object: "checkout.session", Created: now.Unix(), ExpiresAt: expires,
		AllowPromotionCodes: p.AllowPromotionCodes, BillingAddressCollection: optional(p.BillingAddressCollection),
		CancelURL: optional(p.CancelURL), SuccessURL: p.SuccessURL, ClientReferenceID: optional(p.ClientReferenceID),
		CustomerCreation: cmp.Or(p.CustomerCreation, "if_required"), CustomerEmail: optional(p.CustomerEmail),
		CustomFields: []null{}, ShippingOptions: []null{}, Locale: optional(p.Locale), SubmitType: optional(p.SubmitType),
		AutomaticTax:            AutomaticTax{Enabled: p.AutomaticTax.Enabled},
		InvoiceCreation:         InvoiceCreation{Enabled: p.InvoiceCreation.Enabled, InvoiceData: InvoiceData{Metadata: map[string]string{}}},
		PhoneNumberCollection:   p.PhoneNumberCollection,
		PaymentMethodCollection: cmp.Or(p.PaymentMethodCollection, "if_required"),
		PaymentMethodTypes:      slices.Clone(p.PaymentMethodTypes),
		Metadata:                kept(p.Metadata), Mode: p.Mode, UIMode: "hosted",
		Status: StatusOpen, PaymentStatus: PaymentUnpaid, intent: p.PaymentIntentData,
	}
	if len(s.PaymentMethodTypes) == 0 {
		s.PaymentMethodTypes = []string{MethodCard, MethodDebit}
	}
	if p.CustomerEmail != "" {
		s.CustomerDetails = &CustomerDetails{Email: optional(p.CustomerEmail), TaxExempt: "none"}
	}
	for _, item := range p.LineItems {
		line := item.line(now)
		s.items = append(s.items, line)
		s.AmountSubtotal += line.AmountTotal
		s.Currency = line.Currency
	}
	s.AmountTotal = s.AmountSubtotal
	if s.AutomaticTax.Enabled {
		s.AutomaticTax.Status = optional("complete")
	}
	return s
}

func (i ItemParams) line(now time.Time) LineItem {
	amount := *i.PriceData.UnitAmount
	total := amount * *i.Quantity
	return LineItem{
		ID: newID("li_1", 23), Object: "item", AmountSubtotal: total, AmountTotal: total,
		Currency: i.PriceData.Currency, Description: i.PriceData.ProductData.Name, Quantity: *i.Quantity,
		Price: Price{
			ID: newID("price_1", 23), Object: "price", BillingScheme: "per_unit", Created: now.Unix(),
			Currency: i.PriceData.Currency, Metadata: map[string]string{}, Product: newID("prod_", 14),
			TaxBehavior: cmp.Or(i.PriceData.TaxBehavior, "unspecified"), Type: "one_time",
			UnitAmount: amount, UnitAmountDecimal: strconv.FormatInt(amount, 10),
		},
	}
}

// LineItems returns what a session sells.
func (s *Session) LineItems() []LineItem { return s.items }

// Expire ends an open session at the seller's wish.
func (a *Account) Expire(cause Cause, id string) (Session, *refusal.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions.get(id)
	if !ok {
		return Session{}, refusal.NotFound("checkout.session", id, "session")
	}
	if s.Status != StatusOpen {
		return Session{}, refusal.Invalid("", "",
			"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of %s.", s.Status)
	}
	a.expire(cause, s)
	return *s, nil
}

func (a *Account) expire(cause Cause, s *Session) {
	s.Status, s.URL = StatusExpired, nil
	a.emit(cause, SessionExpired, s, nil)
}

// kept is metadata without the keys that an empty value left out, never nil.
func kept(metadata map[string]string) map[string]string {
	out := make(map[string]string, len(metadata))
	for key, value := range metadata {
		if value != "" {
			out[key] = value
		}
	}
	return out
}
