package account

import (
	"time"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// APIVersion is the version whose shapes the objects have. stripe-go v76 refuses
// events of any other.
const APIVersion = "2023-10-16"

// null is a field that Stripe sends and the sandbox never fills.
type null *struct{}

// List is a page of objects.
type List[T any] struct {
	Object  string `json:"object"`
	URL     string `json:"url"`
	HasMore bool   `json:"has_more"`
	Data    []T    `json:"data"`
}

// Switch is the shape of options that are on or off.
type Switch struct {
	Enabled bool `json:"enabled"`
}

// Session is a Checkout Session.
type Session struct {
	ID                       string            `json:"id"`
	Object                   string            `json:"object"`
	AfterExpiration          null              `json:"after_expiration"`
	AllowPromotionCodes      *bool             `json:"allow_promotion_codes"`
	AmountSubtotal           int64             `json:"amount_subtotal"`
	AmountTotal              int64             `json:"amount_total"`
	AutomaticTax             AutomaticTax      `json:"automatic_tax"`
	BillingAddressCollection *string           `json:"billing_address_collection"`
	CancelURL                *string           `json:"cancel_url"`
	ClientReferenceID        *string           `json:"client_reference_id"`
	ClientSecret             null              `json:"client_secret"`
	Consent                  null              `json:"consent"`
	ConsentCollection        null              `json:"consent_collection"`
	Created                  int64             `json:"created"`
	Currency                 string            `json:"currency"`
	CurrencyConversion       null              `json:"currency_conversion"`
	CustomFields             []null            `json:"custom_fields"`
	CustomText               CustomText        `json:"custom_text"`
	Customer                 *string           `json:"customer"`
	CustomerCreation         string            `json:"customer_creation"`
	CustomerDetails          *CustomerDetails  `json:"customer_details"`
	CustomerEmail            *string           `json:"customer_email"`
	ExpiresAt                int64             `json:"expires_at"`
	Invoice                  null              `json:"invoice"`
	InvoiceCreation          InvoiceCreation   `json:"invoice_creation"`
	Livemode                 bool              `json:"livemode"`
	Locale                   *string           `json:"locale"`
	Metadata                 map[string]string `json:"metadata"`
	Mode                     string            `json:"mode"`
	PaymentIntent            *string           `json:"payment_intent"`
	PaymentLink              null              `json:"payment_link"`
	PaymentMethodCollection  string            `json:"payment_method_collection"`
	PaymentMethodOptions     struct{}          `json:"payment_method_options"`
	PaymentMethodTypes       []string          `json:"payment_method_types"`
	PaymentStatus            string            `json:"payment_status"`
	PhoneNumberCollection    Switch            `json:"phone_number_collection"`
	RecoveredFrom            null              `json:"recovered_from"`
	SetupIntent              null              `json:"setup_intent"`
	ShippingAddress          null              `json:"shipping_address_collection"`
	ShippingCost             null              `json:"shipping_cost"`
	ShippingDetails          null              `json:"shipping_details"`
	ShippingOptions          []null            `json:"shipping_options"`
	Status                   string            `json:"status"`
	SubmitType               *string           `json:"submit_type"`
	Subscription             null              `json:"subscription"`
	SuccessURL               string            `json:"success_url"`
	TotalDetails             TotalDetails      `json:"total_details"`
	UIMode                   string            `json:"ui_mode"`
	URL                      *string           `json:"url"`

	items    []LineItem
	intent   IntentData // for the PaymentIntent that paying makes
	settles  Settlement // how its debit will end, if that is decided
	settleAt time.Time
}

// AutomaticTax says whether tax is computed; the sandbox's tax is always 0.
type AutomaticTax struct {
	Enabled   bool    `json:"enabled"`
	Liability null    `json:"liability"`
	Status    *string `json:"status"`
}

// CustomText is always empty: the hosted page shows no text of the seller's.
type CustomText struct {
	AfterSubmit     null `json:"after_submit"`
	ShippingAddress null `json:"shipping_address"`
	Submit          null `json:"submit"`
	TermsOfService  null `json:"terms_of_service_acceptance"`
}

// CustomerDetails is what the payer typed.
type CustomerDetails struct {
	Address   *Address `json:"address"`
	Email     *string  `json:"email"`
	Name      *string  `json:"name"`
	Phone     null     `json:"phone"`
	TaxExempt string   `json:"tax_exempt"`
	TaxIDs    []null   `json:"tax_ids"`
}

// Address is a postal address.
type Address struct {
	City       *string `json:"city"`
	Country    *string `json:"country"`
	Line1      *string `json:"line1"`
	Line2      *string `json:"line2"`
	PostalCode *string `json:"postal_code"`
	State      *string `json:"state"`
}

// InvoiceCreation echoes the option; the sandbox makes no invoices.
type InvoiceCreation struct {
	Enabled     bool        `json:"enabled"`
	InvoiceData InvoiceData `json:"invoice_data"`
}

// InvoiceData is always empty.
type InvoiceData struct {
	AccountTaxIDs null              `json:"account_tax_ids"`
	CustomFields  null              `json:"custom_fields"`
	Description   null              `json:"description"`
	Footer        null              `json:"footer"`
	Issuer        null              `json:"issuer"`
	Metadata      map[string]string `json:"metadata"`
	Rendering     null              `json:"rendering_options"`
}

// TotalDetails is what was added to the subtotal.
type TotalDetails struct {
	AmountDiscount int64 `json:"amount_discount"`
	AmountShipping int64 `json:"amount_shipping"`
	AmountTax      int64 `json:"amount_tax"`
}

// LineItem is one line of a session.
type LineItem struct {
	ID             string `json:"id"`
	Object         string `json:"object"`
	AmountDiscount int64  `json:"amount_discount"`
	AmountSubtotal int64  `json:"amount_subtotal"`
	AmountTax      int64  `json:"amount_tax"`
	AmountTotal    int64  `json:"amount_total"`
	Currency       string `json:"currency"`
	Description    string `json:"description"`
	Price          Price  `json:"price"`
	Quantity       int64  `json:"quantity"`
}

// Price is what price_data became.
type Price struct {
	ID                string            `json:"id"`
	Object            string            `json:"object"`
	Active            bool              `json:"active"`
	BillingScheme     string            `json:"billing_scheme"`
	Created           int64             `json:"created"`
	Currency          string            `json:"currency"`
	CustomUnitAmount  null              `json:"custom_unit_amount"`
	Livemode          bool              `json:"livemode"`
	LookupKey         null              `json:"lookup_key"`
	Metadata          map[string]string `json:"metadata"`
	Nickname          null              `json:"nickname"`
	Product           string            `json:"product"`
	Recurring         null              `json:"recurring"`
	TaxBehavior       string            `json:"tax_behavior"`
	TiersMode         null              `json:"tiers_mode"`
	TransformQuantity null              `json:"transform_quantity"`
	Type              string            `json:"type"`
	UnitAmount        int64             `json:"unit_amount"`
	UnitAmountDecimal string            `json:"unit_amount_decimal"`
}

// PaymentIntent is the attempt to collect a session's money.
type PaymentIntent struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	AmountCapturable          int64             `json:"amount_capturable"`
	AmountDetails             AmountDetails     `json:"amount_details"`
	AmountReceived            int64             `json:"amount_received"`
	Application               null              `json:"application"`
	ApplicationFeeAmount      null              `json:"application_fee_amount"`
	AutomaticPaymentMethods   null              `json:"automatic_payment_methods"`
	CanceledAt                null              `json:"canceled_at"`
	CancellationReason        null              `json:"cancellation_reason"`
	CaptureMethod             string            `json:"capture_method"`
	ClientSecret              string            `json:"client_secret"`
	ConfirmationMethod        string            `json:"confirmation_method"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Customer                  *string           `json:"customer"`
	Description               *string           `json:"description"`
	Invoice                   null              `json:"invoice"`
	LastPaymentError          *refusal.Error    `json:"last_payment_error"`
	LatestCharge              *string           `json:"latest_charge"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata"`
	NextAction                null              `json:"next_action"`
	OnBehalfOf                null              `json:"on_behalf_of"`
	PaymentMethod             *string           `json:"payment_method"`
	PaymentMethodOptions      struct{}          `json:"payment_method_options"`
	PaymentMethodTypes        []string          `json:"payment_method_types"`
	Processing                null              `json:"processing"`
	ReceiptEmail              *string           `json:"receipt_email"`
	Review                    null              `json:"review"`
	SetupFutureUsage          null              `json:"setup_future_usage"`
	Shipping                  null              `json:"shipping"`
	StatementDescriptor       *string           `json:"statement_descriptor"`
	StatementDescriptorSuffix *string           `json:"statement_descriptor_suffix"`
	Status                    string            `json:"status"`
	TransferData              null              `json:"transfer_data"`
	TransferGroup             *string           `json:"transfer_group"`
}

// AmountDetails is always empty.
type AmountDetails struct {
	Tip struct{} `json:"tip"`
}
