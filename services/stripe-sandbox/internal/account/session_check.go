package account

import (
	"cmp"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/currency"

	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// What Stripe holds a session to beyond the types of its parameters.
const (
	minLife         = 30 * time.Minute
	maxLife         = 24 * time.Hour
	maxItems        = 100
	maxAmount       = 99_999_999 // eight digits
	maxQuantity     = 999_999
	maxMetadata     = 50
	maxMetadataKey  = 40
	maxMetadataText = 500
)

// minimums are the smallest totals that Stripe charges, by currency. One that is
// not here is held to the dollar's.
var minimums = map[string]int64{
	"aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
	"gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
	"pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}

// check refuses what cannot become a session, in the order in which Stripe's
// documentation lists the parameters a first integration gets wrong.
func (p SessionParams) check(now time.Time) *refusal.Error {
	return cmp.Or(
		p.checkMode(),
		checkURL("success_url", p.SuccessURL, true),
		checkURL("cancel_url", p.CancelURL, false),
		p.checkCustomer(),
		p.checkExpiry(now),
		p.checkMethods(),
		p.checkItems(),
		checkMetadata("metadata", p.Metadata),
		checkMetadata("payment_intent_data[metadata]", p.PaymentIntentData.Metadata),
		checkEmail("payment_intent_data[receipt_email]", p.PaymentIntentData.ReceiptEmail),
	)
}

func (p SessionParams) checkMode() *refusal.Error {
	switch {
	case p.Mode == "":
		return refusal.Missing("mode")
	case p.Mode != "payment":
		return refusal.Invalid("mode", "", "The sandbox serves mode=payment only.")
	case p.UIMode == "embedded":
		return refusal.Invalid("ui_mode", "", "The sandbox serves ui_mode=hosted only.")
	case cmp.Or(p.PaymentIntentData.CaptureMethod, "automatic") == "manual":
		return refusal.Invalid("payment_intent_data[capture_method]", "", "The sandbox captures automatically only.")
	case len(p.Discounts) > 0:
		return refusal.Invalid("discounts[0]", "resource_missing", "No such coupon: the sandbox has none.")
	}
	return nil
}

func checkURL(name, value string, required bool) *refusal.Error {
	if value == "" {
		if required {
			return refusal.Missing(name)
		}
		return nil
	}
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return refusal.Invalid(name, "url_invalid", "Not a valid URL")
	}
	return nil
}

func (p SessionParams) checkCustomer() *refusal.Error {
	if p.Customer != "" {
		return refusal.Unknown("customer", p.Customer, "customer")
	}
	return checkEmail("customer_email", p.CustomerEmail)
}

func checkEmail(name, value string) *refusal.Error {
	if value != "" && !ValidEmail(value) {
		return refusal.Invalid(name, "email_invalid", "Invalid email address: %s", value)
	}
	return nil
}

// ValidEmail reports whether value is one bare address with a domain.
func ValidEmail(value string) bool {
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > 254 {
		return false
	}
	_, domain, _ := strings.Cut(value, "@")
	return strings.Contains(strings.Trim(domain, "."), ".")
}

func (p SessionParams) checkExpiry(now time.Time) *refusal.Error {
	if p.ExpiresAt == nil {
		return nil
	}
	at := time.Unix(*p.ExpiresAt, 0)
	if at.Before(now.Truncate(time.Second).Add(minLife)) {
		return refusal.Invalid("expires_at", "", "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
	}
	if at.After(now.Add(maxLife)) {
		return refusal.Invalid("expires_at", "", "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
	}
	return nil
}

func (p SessionParams) checkMethods() *refusal.Error {
	for i, method := range p.PaymentMethodTypes {
		name := fmt.Sprintf("payment_method_types[%d]", i)
		if slices.Index(p.PaymentMethodTypes, method) != i {
			return refusal.Invalid(name, "", "The payment method type `%s` is there twice.", method)
		}
	}
	offered := []string{MethodCard, MethodDebit}
	if len(p.PaymentMethodTypes) > 0 && !slices.ContainsFunc(p.PaymentMethodTypes, func(m string) bool { return slices.Contains(offered, m) }) {
		return refusal.Invalid("payment_method_types", "", "The sandbox can be paid with %s only.", strings.Join(offered, " and "))
	}
	return nil
}

func (p SessionParams) checkItems() *refusal.Error {
	if len(p.LineItems) == 0 {
		return refusal.Missing("line_items")
	}
	if len(p.LineItems) > maxItems {
		return refusal.Invalid("line_items", "", "A Checkout Session can have up to %d line items.", maxItems)
	}
	var total int64
	code := p.LineItems[0].currency()
	for i, item := range p.LineItems {
		at := fmt.Sprintf("line_items[%d]", i)
		if err := item.check(at); err != nil {
			return err
		}
		if item.currency() != code {
			return refusal.Invalid(at, "", "The price specified with currency %s does not match the currency %s of the other line items.", item.currency(), code)
		}
		if total += *item.PriceData.UnitAmount * *item.Quantity; total > maxAmount {
			return refusal.Invalid("line_items", "amount_too_large", "The Checkout Session's total amount must convert to at most %d in the currency's smallest unit.", maxAmount)
		}
	}
	if p.Currency != "" && p.Currency != code {
		return refusal.Invalid("currency", "", "The currency %s does not match the currency %s of the line items.", p.Currency, code)
	}
	least, ok := minimums[code]
	if !ok {
		least = minimums["usd"]
	}
	if total < least {
		return refusal.Invalid("", "amount_too_small", "The Checkout Session's total amount due must add up to at least %d %s in the currency's smallest unit.", least, code)
	}
	return nil
}

func (i ItemParams) currency() string {
	if i.PriceData == nil {
		return ""
	}
	return i.PriceData.Currency
}

func (i ItemParams) check(at string) *refusal.Error {
	switch {
	case i.Price != "":
		return refusal.Unknown("price", i.Price, at+"[price]")
	case i.PriceData == nil:
		return refusal.Missing(at + "[price]")
	case i.Quantity == nil:
		return refusal.Invalid(at+"[quantity]", "", "Quantity is required. Add `quantity` to `%s`.", at)
	case *i.Quantity < 1 || *i.Quantity > maxQuantity:
		return refusal.Invalid(at+"[quantity]", "parameter_invalid_integer", "The quantity must be between 1 and %d.", maxQuantity)
	}
	return i.PriceData.check(at + "[price_data]")
}

func (d PriceData) check(at string) *refusal.Error {
	if _, err := currency.ParseISO(d.Currency); err != nil || d.Currency != strings.ToLower(d.Currency) {
		return refusal.Invalid(at+"[currency]", "", "Invalid currency: %s. Send a lower-case ISO 4217 code such as usd.", d.Currency)
	}
	switch {
	case d.Product != "":
		return refusal.Unknown("product", d.Product, at+"[product]")
	case d.ProductData == nil:
		return refusal.Missing(at + "[product_data]")
	case d.Recurring != nil:
		return refusal.Invalid(at+"[recurring]", "", "You specified `payment` mode but passed a recurring price.")
	case d.UnitAmount == nil:
		return refusal.Missing(at + "[unit_amount]")
	case *d.UnitAmount < 0:
		return refusal.Invalid(at+"[unit_amount]", "parameter_invalid_integer", "This value must be greater than or equal to 0.")
	case *d.UnitAmount > maxAmount:
		return refusal.Invalid(at+"[unit_amount]", "amount_too_large", "Amount must be no more than %d.", maxAmount)
	}
	return checkMetadata(at+"[product_data][metadata]", d.ProductData.Metadata)
}

func checkMetadata(at string, metadata map[string]string) *refusal.Error {
	if len(metadata) > maxMetadata {
		return refusal.Invalid(at, "", "Metadata can have up to %d keys, but you passed in %d.", maxMetadata, len(metadata))
	}
	for key, value := range metadata {
		if utf8.RuneCountInString(key) > maxMetadataKey {
			return refusal.Invalid(at, "", "Metadata keys can have up to %d characters, but you passed in a key that is %d characters. Invalid key: %s", maxMetadataKey, utf8.RuneCountInString(key), key)
		}
		if n := utf8.RuneCountInString(value); n > maxMetadataText {
			return refusal.Invalid(at+"["+key+"]", "", "Metadata values can have up to %d characters, but you passed in a value that is %d characters.", maxMetadataText, n)
		}
	}
	return nil
}
