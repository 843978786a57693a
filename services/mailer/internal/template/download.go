package template

import (
	"fmt"

	"doorstep.example/pkg/mailapi"
)

// download brings the link to a bought file, at first or again on request.
var download = mail[mailapi.Download]{
	name:   mailapi.TemplateDownload,
	seller: func(d *mailapi.Download) *mailapi.Seller { return &d.Seller },
	check: func(c *checker, d *mailapi.Download) {
		c.order(&d.Order)
		c.need("file", d.File, maxName)
		c.url("link", d.Link)
		if d.ExpiresAt.IsZero() {
			c.fields["data.expires_at"] = "is missing"
		}
		if d.Limit < 1 {
			c.fields["data.limit"] = "must be at least 1"
		}
	},
	subject: func(d *mailapi.Download) string {
		if d.Renewed {
			return "Your new download link: " + d.Order.Product
		}
		return "Your download is ready: " + d.Order.Product
	},
	preview: func(d *mailapi.Download) string {
		return fmt.Sprintf("The link works until %s.", d.ExpiresAt.UTC().Format("2 January 2006"))
	},
	why: "You receive this mail because you bought this file from us.",
	html: parseHTML(`{{define "body"}}
{{if .D.Renewed}}{{template "title" "Your new download link"}}
{{template "lead" (print "Here is the new link to " .D.Order.Product " that you asked for.")}}
{{else}}{{template "title" "Your download is ready"}}
{{template "lead" (print "Thank you for buying " .D.Order.Product ". Your file is waiting.")}}{{end}}
{{template "button" dict "P" . "Text" "Download your file" "URL" .D.Link}}
{{template "facts"}}{{template "fact" dict "Name" "File" "Value" .D.File}}{{template "fact" dict "Name" "Works until" "Value" (minute .D.ExpiresAt)}}{{template "fact" dict "Name" "Downloads" "Value" (print "up to " .D.Limit)}}</table>
<p class="soft" style="margin:16px 0 28px;font-size:15px;line-height:23px;color:#475161;">Please keep this mail to yourself: whoever has the link can use it. If it has expired, your <span class="link"><a href="{{.D.Order.URL}}" style="color:{{.Shades.Link}};text-decoration:underline;">order page</a></span> gives you a new one.</p>
{{template "order" .}}
{{end}}`),
	text: parseText(`
{{with .D.Order.Customer}}Hello {{.}},{{else}}Hello,{{end}}

{{if .D.Renewed}}{{wrap (print "here is the new link to " .D.Order.Product " that you asked for.")}}
{{else}}{{wrap (print "thank you for buying " .D.Order.Product ". Your file is waiting.")}}
{{end}}
Download your file here:
{{.D.Link}}

{{label "File" .D.File}}
{{label "Works until" (minute .D.ExpiresAt)}}
{{label "Downloads" (print "up to " .D.Limit)}}

Please keep this mail to yourself: whoever has the link can use it.
If it has expired, your order page gives you a new one:
{{.D.Order.URL}}

YOUR ORDER
{{label "Product" .D.Order.Product}}
{{label "Paid" .D.Order.Amount}}
{{label "Date" (day .D.Order.PaidAt)}}
{{label "Order" .D.Order.ID}}
`),
}
