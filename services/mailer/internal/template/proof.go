package template

import (
	"regexp"

	"doorstep.example/pkg/lang"
	"doorstep.example/pkg/mailapi"
)

// proofToken is what fits unquoted into a DNS record, a file and an HTML attribute.
var proofToken = regexp.MustCompile(`^[0-9A-Za-z_=-]{1,200}$`)

// proof tells the buyer of an audit with real attacks how to show that the target is
// theirs. The three places are those where the audit engine looks.
var proof = mail[mailapi.Proof]{
	name:   mailapi.TemplateProof,
	seller: func(d *mailapi.Proof) *mailapi.Seller { return &d.Seller },
	check: func(c *checker, d *mailapi.Proof) {
		c.order(&d.Order)
		c.limit("domain", d.Domain, maxName)
		c.need("host", d.Host, maxName)
		if !proofToken.MatchString(d.Token) {
			c.fields["data.token"] = "must be 1 to 200 letters, digits, _, = and -"
		}
	},
	subject: func(t *lang.Texts, d *mailapi.Proof) string {
		if d.Reminder {
			return t.T("proof.subject_reminder", "host", clip(d.Host, 60))
		}
		return t.T("proof.subject", "host", clip(d.Host, 60))
	},
	preview: func(t *lang.Texts, d *mailapi.Proof) string {
		if d.Reminder {
			return t.T("proof.preview_reminder")
		}
		return t.T("proof.preview")
	},
	html: parseHTML(`{{define "body"}}
{{template "title" (.T "proof.title" "host" .D.Host)}}
{{template "lead" (proofLead .Texts .D)}}
{{template "code" dict "Label" (.T "proof.code") "Text" .D.Token}}
{{template "gap"}}
{{with .D.Domain}}{{template "heading" ($.T "proof.dns")}}
{{template "note" ($.T "proof.dns_how")}}
{{template "code" dict "Label" ($.T "proof.label.name") "Text" (print "_doorstep-challenge." .)}}
{{template "code" dict "Label" ($.T "proof.label.value") "Text" $.D.Token}}
{{template "gap"}}{{end}}
{{template "heading" (.T "proof.file")}}
{{template "note" (.T "proof.file_how")}}
{{template "code" dict "Label" (.T "proof.label.address") "Text" (proofFile .D)}}
{{template "gap"}}
{{template "heading" (.T "proof.meta")}}
{{template "note" (.T "proof.meta_how" "host" .D.Host)}}
{{template "code" dict "Text" (proofMeta .D)}}
{{template "gap"}}
{{template "lead" (.T "proof.then")}}
{{template "button" dict "P" . "Text" (.T "proof.button") "URL" .D.Order.URL}}
{{template "order" .}}
{{end}}`),
	text: parseText(`
{{template "hello" .}}

{{wrap (proofLead .Texts .D)}}

{{upper (.T "proof.code")}}
{{.D.Token}}

{{with .D.Domain}}{{upper ($.T "proof.dns")}}
{{wrap ($.T "proof.dns_how")}}
{{label ($.T "proof.label.name") (print "_doorstep-challenge." .)}}
{{label ($.T "proof.label.value") $.D.Token}}

{{end}}{{upper (.T "proof.file")}}
{{wrap (.T "proof.file_how")}}
{{proofFile .D}}

{{upper (.T "proof.meta")}}
{{wrap (.T "proof.meta_how" "host" .D.Host)}}
{{proofMeta .D}}

{{wrap (.T "proof.then")}}

{{.T "proof.button"}}:
{{.D.Order.URL}}

{{template "order" .}}
`),
}

func proofLead(t *lang.Texts, d *mailapi.Proof) string {
	if d.Reminder {
		return t.T("proof.lead_reminder", "product", d.Order.Product)
	}
	return t.T("proof.lead", "product", d.Order.Product)
}

func proofFile(d *mailapi.Proof) string {
	return "https://" + d.Host + "/.well-known/doorstep-verification.txt"
}

func proofMeta(d *mailapi.Proof) string {
	return `<meta name="doorstep-verification" content="` + d.Token + `">`
}
