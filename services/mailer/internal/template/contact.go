package template

import (
	"slices"
	"strings"

	"doorstep.example/pkg/lang"
	"doorstep.example/pkg/mailapi"
)

// maxMessage is more than the contact form takes, in characters.
const maxMessage = 6000

var verdicts = []string{mailapi.VerdictLegitimate, mailapi.VerdictTest, mailapi.VerdictSpam, mailapi.VerdictAttack}

// contact brings the seller what a stranger wrote into the contact form.
var contact = mail[mailapi.Contact]{
	name:   mailapi.TemplateContact,
	seller: func(d *mailapi.Contact) *mailapi.Seller { return &d.Seller },
	check: func(c *checker, d *mailapi.Contact) {
		c.need("name", d.Name, maxName)
		c.need("email", d.Email, maxName)
		c.limit("company", d.Company, maxName)
		c.need("message", d.Message, maxMessage)
		c.time("at", d.At)
		c.url("console_url", d.ConsoleURL)
		if !slices.Contains(verdicts, d.Verdict) {
			c.fields["data.verdict"] = "must be " + strings.Join(verdicts, ", ")
		}
	},
	subject: func(t *lang.Texts, d *mailapi.Contact) string {
		if d.Company != "" {
			return t.T("contact.subject_company", "name", clip(d.Name, 50), "company", d.Company)
		}
		return t.T("contact.subject", "name", d.Name)
	},
	preview:  func(_ *lang.Texts, d *mailapi.Contact) string { return clip(oneLine(d.Message), 140) },
	internal: true,
	html: parseHTML(`{{define "body"}}
{{template "title" (.T "contact.title" "name" .D.Name)}}
{{template "lead" (.T "contact.lead" "email" .D.Email)}}
{{template "panel" dict "Title" .D.Name "Text" .D.Message}}
{{template "heading" (.T "contact.sender")}}
{{template "facts"}}{{template "fact" dict "Name" (.T "contact.label.name") "Value" .D.Name}}{{template "fact" dict "Name" (.T "contact.label.email") "Value" .D.Email}}{{template "fact" dict "Name" (.T "contact.label.company") "Value" .D.Company}}{{template "fact" dict "Name" (.T "contact.label.time") "Value" (.Moment .D.At)}}{{template "fact" dict "Name" (.T "contact.label.verdict") "Value" (.T (print "contact.verdict." .D.Verdict))}}</table>
{{template "gap"}}
{{template "button" dict "P" . "Text" (.T "contact.button") "URL" .D.ConsoleURL}}
{{end}}`),
	text: parseText(`
{{wrap (.T "contact.lead" "email" .D.Email)}}

{{quote .D.Message}}

{{upper (.T "contact.sender")}}
{{label (.T "contact.label.name") .D.Name}}
{{label (.T "contact.label.email") .D.Email}}
{{- with .D.Company}}
{{label ($.T "contact.label.company") .}}{{end}}
{{label (.T "contact.label.time") (.Moment .D.At)}}
{{label (.T "contact.label.verdict") (.T (print "contact.verdict." .D.Verdict))}}

{{.T "contact.button"}}:
{{.D.ConsoleURL}}
`),
}
