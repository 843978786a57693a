package template

import (
	"doorstep.example/pkg/lang"
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
		c.time("expires_at", d.ExpiresAt)
		if d.Limit < 1 {
			c.fields["data.limit"] = "must be at least 1"
		}
	},
	subject: func(t *lang.Texts, d *mailapi.Download) string {
		if d.Renewed {
			return t.T("download.subject_renewed", "product", d.Order.Product)
		}
		return t.T("download.subject", "product", d.Order.Product)
	},
	preview: func(t *lang.Texts, d *mailapi.Download) string {
		return t.T("download.preview", "day", t.Day(d.ExpiresAt))
	},
	html: parseHTML(`{{define "body"}}
{{if .D.Renewed}}{{template "title" (.T "download.title_renewed")}}
{{template "lead" (.T "download.lead_renewed" "product" .D.Order.Product)}}
{{else}}{{template "title" (.T "download.title")}}
{{template "lead" (.T "download.lead" "product" .D.Order.Product)}}{{end}}
{{template "button" dict "P" . "Text" (.T "download.button") "URL" .D.Link}}
{{template "facts"}}{{template "fact" dict "Name" (.T "download.label.file") "Value" .D.File}}{{template "fact" dict "Name" (.T "download.label.until") "Value" (.Moment .D.ExpiresAt)}}{{template "fact" dict "Name" (.T "download.label.downloads") "Value" (.T "download.limit" "count" .D.Limit)}}</table>
<p class="soft" style="margin:16px 0 28px;font-size:15px;line-height:23px;color:#475161;">{{.T "download.keep"}} <span class="link"><a href="{{.D.Order.URL}}" style="color:{{.Shades.Link}};text-decoration:underline;">{{.T "common.order_page"}}</a></span></p>
{{template "order" .}}
{{end}}`),
	text: parseText(`
{{template "hello" .}}

{{if .D.Renewed}}{{wrap (.T "download.lead_renewed" "product" .D.Order.Product)}}
{{else}}{{wrap (.T "download.lead" "product" .D.Order.Product)}}
{{end}}
{{.T "download.button"}}:
{{.D.Link}}

{{label (.T "download.label.file") .D.File}}
{{label (.T "download.label.until") (.Moment .D.ExpiresAt)}}
{{label (.T "download.label.downloads") (.T "download.limit" "count" .D.Limit)}}

{{wrap (.T "download.keep")}}
{{.D.Order.URL}}

{{template "order" .}}
`),
}
