package template

import "doorstep.example/pkg/mailapi"

// receipt goes out at once after a payment, on its own: nothing that comes later
// may hold it up.
var receipt = mail[mailapi.Receipt]{
	name:   mailapi.TemplateReceipt,
	seller: func(d *mailapi.Receipt) *mailapi.Seller { return &d.Seller },
	check: func(c *checker, d *mailapi.Receipt) {
		c.order(&d.Order)
		c.need("next", d.Next, maxText)
	},
	subject: func(d *mailapi.Receipt) string { return "Payment received: " + d.Order.Product },
	preview: func(d *mailapi.Receipt) string { return "Thank you. " + d.Next },
	why:     "You receive this mail because you bought something from us. It is your receipt.",
	html: parseHTML(`{{define "body"}}
{{template "title" "Thank you for your order"}}
<p class="soft" style="margin:0 0 22px;font-size:16px;line-height:25px;color:#475161;overflow-wrap:anywhere;">{{with .D.Order.Customer}}Hello {{.}}, your{{else}}Your{{end}} payment of <strong class="ink" style="color:#1d2530;">{{.D.Order.Amount}}</strong> for {{.D.Order.Product}} has arrived.</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px;"><tr><td class="panel" style="padding:16px 18px;background-color:#f6f8fa;border:1px solid #e7ebf0;border-radius:8px;">
<p class="ink" style="margin:0 0 4px;font-size:15px;line-height:22px;font-weight:700;color:#1d2530;">What happens next</p>
<p class="soft" style="margin:0;font-size:15px;line-height:23px;color:#475161;overflow-wrap:anywhere;">{{.D.Next}}</p>
</td></tr></table>
{{template "button" dict "P" . "Text" "Follow your order" "URL" .D.Order.URL}}
{{template "order" .}}
{{end}}`),
	text: parseText(`
{{with .D.Order.Customer}}Hello {{.}},{{else}}Hello,{{end}}

{{wrap (print "thank you for your order. Your payment of " .D.Order.Amount " for " .D.Order.Product " has arrived.")}}

WHAT HAPPENS NEXT
{{wrap .D.Next}}

Follow your order here:
{{.D.Order.URL}}

YOUR ORDER
{{label "Product" .D.Order.Product}}
{{label "Paid" .D.Order.Amount}}
{{label "Date" (day .D.Order.PaidAt)}}
{{label "Order" .D.Order.ID}}
`),
}
