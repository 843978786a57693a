package template

import (
	"cmp"
	"html/template"

	"doorstep.example/pkg/lang"
	"doorstep.example/pkg/mailapi"
)

// alert tells the seller that a station failed, with all that is needed to act.
// Its texts hold whatever another server said, so they are shortened, never
// refused: an alert must get out.
var alert = mail[mailapi.Alert]{
	name:   mailapi.TemplateAlert,
	seller: func(d *mailapi.Alert) *mailapi.Seller { return &d.Seller },
	check: func(c *checker, d *mailapi.Alert) {
		for _, long := range []*string{&d.Reason, &d.Tried, &d.ToDo, &d.Artefact, &d.Customer, &d.Target, &d.Product, &d.Station, &d.SessionID} {
			*long = clip(*long, maxText)
		}
		c.need("station", d.Station, maxText)
		c.need("reason", d.Reason, maxText)
		c.url("console_url", d.ConsoleURL)
		if d.OrderURL != "" {
			c.url("order_url", d.OrderURL)
		}
		c.limit("order_id", d.OrderID, maxName)
		if stateColors[d.State] == "" {
			c.fields["data.state"] = "must be retrying, needs_person or resolved"
		}
	},
	subject: func(t *lang.Texts, d *mailapi.Alert) string {
		about := t.T("alert.about_nothing")
		if d.OrderID != "" {
			about = t.T("alert.about_order", "order", short(d.OrderID))
		}
		return t.T("alert.subject", "about", about, "verb", t.T("alert.verb."+d.State), "station", clip(d.Station, 30), "reason", clip(d.Reason, 60))
	},
	preview:  func(_ *lang.Texts, d *mailapi.Alert) string { return clip(cmp.Or(d.ToDo, d.Reason), 140) },
	internal: true,
	html: parseHTML(`{{define "body"}}
<p style="margin:0 0 12px;"><span class="state" style="display:inline-block;padding:3px 11px;border-radius:12px;background-color:{{stateColor .D.State}};font-size:13px;line-height:18px;font-weight:600;color:#ffffff;">{{.T (print "alert.words." .D.State)}}</span></p>
{{template "title" (headline .Texts .D)}}
{{template "lead" .D.Reason}}
{{with .D.ToDo}}{{template "panel" dict "Title" ($.T "alert.to_do") "Text" .}}{{end}}
{{template "button" dict "P" . "Text" (.T "alert.button") "URL" .D.ConsoleURL}}
{{template "facts"}}{{template "fact" dict "Name" (.T "alert.label.station") "Value" .D.Station}}{{template "fact" dict "Name" (.T "alert.label.tried") "Value" .D.Tried}}{{template "fact" dict "Name" (.T "label.order") "Value" .D.OrderID}}{{template "fact" dict "Name" (.T "label.product") "Value" .D.Product}}{{template "fact" dict "Name" (.T "alert.label.customer") "Value" .D.Customer}}{{template "fact" dict "Name" (.T "alert.label.target") "Value" .D.Target}}{{template "fact" dict "Name" (.T "alert.label.session") "Value" .D.SessionID}}{{template "fact" dict "Name" (.T "alert.label.artefact") "Value" .D.Artefact}}{{template "fact" dict "Name" (.T "alert.label.order_page") "Value" .D.OrderURL "Link" true "P" .}}{{if not .D.At.IsZero}}{{template "fact" dict "Name" (.T "alert.label.time") "Value" (.Moment .D.At)}}{{end}}</table>
{{end}}`),
	text: parseText(`
{{wrap (print (headline .Texts .D) " " (.T (print "alert.verb." .D.State)) ".")}}

{{wrap .D.Reason}}
{{with .D.ToDo}}
{{upper ($.T "alert.to_do")}}
{{wrap .}}
{{end}}
{{.T "alert.button"}}:
{{.D.ConsoleURL}}

{{label (.T "alert.label.state") (.T (print "alert.words." .D.State))}}
{{label (.T "alert.label.station") .D.Station}}
{{- with .D.Tried}}
{{label ($.T "alert.label.tried") .}}{{end}}
{{- with .D.OrderID}}
{{label ($.T "label.order") .}}{{end}}
{{- with .D.Product}}
{{label ($.T "label.product") .}}{{end}}
{{- with .D.Customer}}
{{label ($.T "alert.label.customer") .}}{{end}}
{{- with .D.Target}}
{{label ($.T "alert.label.target") .}}{{end}}
{{- with .D.SessionID}}
{{label ($.T "alert.label.session") .}}{{end}}
{{- with .D.Artefact}}
{{label ($.T "alert.label.artefact") .}}{{end}}
{{- with .D.OrderURL}}
{{label ($.T "alert.label.order_page") .}}{{end}}
{{- if not .D.At.IsZero}}
{{label (.T "alert.label.time") (.Moment .D.At)}}{{end}}
`),
}

// stateColors stand behind white text; their keys are the states of an alert.
var stateColors = map[string]template.CSS{
	"needs_person": "#b3261e",
	"retrying":     "#96660a",
	"resolved":     "#1a7f4b",
}

// shortID is how much of an order's id tells orders apart in a list of mails.
const shortID = 8

func short(id string) string {
	if runes := []rune(id); len(runes) > shortID {
		return string(runes[:shortID]) + "…"
	}
	return id
}

// alertHeadline says where and what; the state stands beside it.
func alertHeadline(t *lang.Texts, d *mailapi.Alert) string {
	if d.OrderID == "" {
		return clip(d.Station, 60)
	}
	return t.T("alert.headline", "station", clip(d.Station, 60), "order", short(d.OrderID))
}
