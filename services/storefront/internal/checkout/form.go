package checkout

import (
	"strings"
	"unicode/utf8"

	"doorstep.example/services/storefront/internal/contact"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/payment"
)

// Names of the fields that every order form has; they are keys of Stripe's metadata.
const (
	FieldEmail = payment.MetaEmail
	FieldName  = payment.MetaName
)

// maxEmail is the longest address that mail can reach (RFC 5321, 4.5.3.1.3).
const maxEmail = 254

// Fields are the inputs of a product's form, in order: what its kind asks, then the
// buyer's address and name.
func Fields(k kind.Kind) []kind.Field {
	return append(k.Fields(),
		kind.Field{Name: FieldEmail, Type: "email", Autocomplete: "email", Required: true, MaxLength: maxEmail, Clean: contact.CleanEmail},
		kind.Field{Name: FieldName, Type: "text", Autocomplete: "name", MaxLength: 120, Clean: cleanLine})
}

// clean checks every field and returns the values to keep, or the keys of the reasons
// by field.
func clean(fields []kind.Field, values map[string]string) (kept, reasons map[string]string) {
	kept, reasons = map[string]string{}, map[string]string{}
	for _, field := range fields {
		value := strings.TrimSpace(values[field.Name])
		switch {
		case value == "" && field.Required:
			reasons[field.Name] = "form.required"
		case value == "":
		case !utf8.ValidString(value):
			reasons[field.Name] = "form.damaged"
		case utf8.RuneCountInString(value) > min(field.MaxLength, payment.MaxMetadataValue):
			reasons[field.Name] = "form.too_long"
		default:
			value, reason := field.Clean(value)
			if reason == "" && utf8.RuneCountInString(value) > payment.MaxMetadataValue {
				reason = "form.too_long"
			}
			if reason != "" {
				reasons[field.Name] = reason
			} else {
				kept[field.Name] = value
			}
		}
	}
	return kept, reasons
}

func cleanLine(value string) (string, string) {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", "form.one_line"
	}
	return value, ""
}
