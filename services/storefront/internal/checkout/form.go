package checkout

import (
	"net/mail"
	"strings"
	"unicode/utf8"

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
		kind.Field{
			Name: FieldEmail, Label: "Your e-mail address", Type: "email", Placeholder: "you@example.com",
			Help: "What you buy is sent here.", Autocomplete: "email", Required: true, MaxLength: maxEmail, Clean: cleanEmail,
		},
		kind.Field{
			Name: FieldName, Label: "Your name", Type: "text", Help: "How we address you. You may leave it empty.",
			Autocomplete: "name", MaxLength: 120, Clean: cleanLine,
		})
}

// clean checks every field and returns the values to keep, or the reasons by field.
func clean(fields []kind.Field, values map[string]string) (kept, reasons map[string]string) {
	kept, reasons = map[string]string{}, map[string]string{}
	for _, field := range fields {
		value := strings.TrimSpace(values[field.Name])
		switch {
		case value == "" && field.Required:
			reasons[field.Name] = "Please fill this in."
		case value == "":
		case !utf8.ValidString(value):
			reasons[field.Name] = "This text has damaged characters. Please type it again."
		case utf8.RuneCountInString(value) > min(field.MaxLength, payment.MaxMetadataValue):
			reasons[field.Name] = "This is too long. Please shorten it."
		default:
			value, reason := field.Clean(value)
			if reason == "" && utf8.RuneCountInString(value) > payment.MaxMetadataValue {
				reason = "This is too long. Please shorten it."
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

// cleanEmail accepts exactly one plain address. It judges form, not existence:
// whether mail arrives is seen when it does.
func cleanEmail(value string) (string, string) {
	const reason = "This is not an e-mail address. Example: you@example.com"
	addr, err := mail.ParseAddress(value)
	if err != nil || addr.Name != "" || addr.Address != value {
		return "", reason
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", "Please use an address of plain letters, without accents or spaces."
	}
	at := strings.LastIndexByte(value, '@')
	domain := value[at+1:]
	if at > 64 || !strings.Contains(domain, ".") || strings.HasPrefix(domain, "[") {
		return "", reason
	}
	return value, ""
}

func cleanLine(value string) (string, string) {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", "Please write this on one line."
	}
	return value, ""
}
