package checkout

import (
	"strings"
	"testing"
	"unicode/utf8"

	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/payment"
)

// FuzzForm fills the form of an audit with anything. What is kept must be fit for
// Stripe's metadata and for one line of a page, and must stay as it is when it is sent
// again.
func FuzzForm(f *testing.F) {
	fields := Fields(kind.All(kind.Config{Live: true})["audit"])
	for _, seed := range [][4]string{
		{"ada@example.com", "Ada", "https://shop.example.com/", "Shop"}, {" O'Brien@x.ie ", "李\u202e", "shop.example.com", ""},
		{"a@b", "a\x00b", "http://[::1%25eth0]/", strings.Repeat("x", 600)}, {"\xff@x.y", "\r\nBcc: x", "HTTP://Ünïcode.example:443/%zz#f", "\u00a0"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, email, name, target, title string) {
		values := map[string]string{FieldEmail: email, FieldName: name, kind.FieldTargetURL: target, kind.FieldTargetName: title}
		kept, reasons := clean(fields, values)
		for field, value := range kept {
			if reasons[field] != "" {
				t.Errorf("%s is kept and refused", field)
			}
			if !utf8.ValidString(value) || strings.ContainsAny(value, "\x00\r\n") || utf8.RuneCountInString(value) > payment.MaxMetadataValue || value == "" {
				t.Errorf("%s is kept as %q", field, value)
			}
		}
		again, refused := clean(fields, kept)
		for field, value := range kept {
			if again[field] != value {
				t.Errorf("%s = %q became %q, %q", field, value, again[field], refused[field])
			}
		}
		for field, reason := range reasons {
			if !strings.HasPrefix(reason, "form.") && !strings.HasPrefix(reason, "target.") {
				t.Errorf("%s: %q is no key of a text", field, reason)
			}
		}
	})
}
