package template

import (
	"time"

	"doorstep.example/pkg/lang"
	"doorstep.example/pkg/mailapi"
)

// receipt goes out at once after a payment, on its own: nothing that comes later
// may hold it up.
var receipt = mail[mailapi.Receipt]{
	name:   mailapi.TemplateReceipt,
	seller: func(d *mailapi.Receipt) *mailapi.Seller { return &d.Seller },
	check: func(c *checker, d *mailapi.Receipt) {
		c.order(&d.Order)
		if d.PromiseSeconds < 1 {
			c.fields["data.promise_seconds"] = "must be at least 1"
		}
	},
	subject: func(t *lang.Texts, d *mailapi.Receipt) string {
		return t.T("receipt.subject", "product", d.Order.Product)
	},
	preview: func(t *lang.Texts, d *mailapi.Receipt) string { return t.T("receipt.preview", "next", next(t, d)) },
	html: parseHTML(`{{define "body"}}
{{template "title" (.T "receipt.title")}}
{{template "hello" .}}
{{template "lead" (arrived .Texts .D)}}
{{template "panel" dict "Title" (.T "receipt.next_title") "Text" (next .Texts .D)}}
{{template "button" dict "P" . "Text" (.T "receipt.button") "URL" .D.Order.URL}}
{{template "order" .}}
{{end}}`),
	text: parseText(`
{{template "hello" .}}

{{wrap (print (.T "receipt.title") ". " (arrived .Texts .D))}}

{{upper (.T "receipt.next_title")}}
{{wrap (next .Texts .D)}}

{{.T "receipt.button"}}:
{{.D.Order.URL}}

{{template "order" .}}
`),
}

// arrived says what was paid.
func arrived(t *lang.Texts, d *mailapi.Receipt) string {
	return t.T("receipt.arrived", "amount", t.Money(d.Order.AmountMinor, d.Order.Currency), "product", d.Order.Product)
}

// next says what happens now and how long it takes.
func next(t *lang.Texts, d *mailapi.Receipt) string {
	return t.T("receipt.next", "product", d.Order.Product, "duration", t.Duration(time.Duration(d.PromiseSeconds)*time.Second))
}
