package template

import (
	"doorstep.example/pkg/lang"
	"doorstep.example/pkg/mailapi"
)

// login brings the link that signs a buyer in to the portal. Whoever asked for it
// is not known yet, so the mail shows nothing of any order.
var login = mail[mailapi.Login]{
	name:   mailapi.TemplateLogin,
	seller: func(d *mailapi.Login) *mailapi.Seller { return &d.Seller },
	check: func(c *checker, d *mailapi.Login) {
		c.need("shop", d.Shop, maxName)
		c.url("link", d.Link)
		c.time("expires_at", d.ExpiresAt)
	},
	subject: func(t *lang.Texts, d *mailapi.Login) string { return t.T("login.subject", "shop", d.Shop) },
	preview: func(t *lang.Texts, _ *mailapi.Login) string { return t.T("login.preview") },
	html: parseHTML(`{{define "body"}}
{{template "title" (.T "login.title" "shop" .D.Shop)}}
{{template "lead" (.T "login.lead" "moment" (.Moment .D.ExpiresAt))}}
{{template "button" dict "P" . "Text" (.T "login.button") "URL" .D.Link}}
{{template "note" (.T "login.ignore")}}
{{end}}`),
	text: parseText(`
{{.T "common.hello_all"}}

{{wrap (.T "login.lead" "moment" (.Moment .D.ExpiresAt))}}

{{.T "login.button"}}:
{{.D.Link}}

{{wrap (.T "login.ignore")}}
`),
}
