package template

import (
	"cmp"
	"html/template"

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
		if alertStates[d.State].Words == "" {
			c.fields["data.state"] = "must be retrying, needs_person or resolved"
		}
	},
	subject: func(d *mailapi.Alert) string {
		about := "A problem"
		if d.OrderID != "" {
			about = "Order " + short(d.OrderID)
		}
		return "[Doorstep] " + about + " " + alertStates[d.State].Verb + ": " + clip(d.Station, 30) + ", " + clip(d.Reason, 60)
	},
	preview:  func(d *mailapi.Alert) string { return clip(cmp.Or(d.ToDo, d.Reason), 140) },
	internal: true,
	why:      "You receive this mail because alerts of this shop go to your address (ALERT_EMAIL).",
	html: parseHTML(`{{define "body"}}
<p style="margin:0 0 12px;"><span class="state" style="display:inline-block;padding:3px 11px;border-radius:12px;background-color:{{stateColor .D.State}};font-size:13px;line-height:18px;font-weight:600;color:#ffffff;">{{alertWords .D.State}}</span></p>
{{template "title" (headline .D)}}
{{template "lead" .D.Reason}}
{{with .D.ToDo}}<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px;"><tr><td class="panel" style="padding:14px 18px;background-color:#f6f8fa;border:1px solid #e7ebf0;border-radius:8px;">
<p class="ink" style="margin:0 0 4px;font-size:15px;line-height:22px;font-weight:700;color:#1d2530;">What to do</p>
<p class="soft" style="margin:0;font-size:15px;line-height:23px;color:#475161;overflow-wrap:anywhere;">{{.}}</p>
</td></tr></table>{{end}}
{{template "button" dict "P" . "Text" "Open the console" "URL" .D.ConsoleURL}}
{{template "facts"}}{{template "fact" dict "Name" "Station" "Value" .D.Station}}{{template "fact" dict "Name" "Tried" "Value" .D.Tried}}{{template "fact" dict "Name" "Order" "Value" .D.OrderID}}{{template "fact" dict "Name" "Product" "Value" .D.Product}}{{template "fact" dict "Name" "Customer" "Value" .D.Customer}}{{template "fact" dict "Name" "Target" "Value" .D.Target}}{{template "fact" dict "Name" "Stripe session" "Value" .D.SessionID}}{{template "fact" dict "Name" "Artefact" "Value" .D.Artefact}}{{template "fact" dict "Name" "Order page" "Value" .D.OrderURL "Link" true "P" .}}{{if not .D.At.IsZero}}{{template "fact" dict "Name" "Time" "Value" (minute .D.At)}}{{end}}</table>
{{end}}`),
	text: parseText(`
{{wrap (print (headline .D) ": " (alertWords .D.State | lower) ".")}}

{{wrap .D.Reason}}
{{with .D.ToDo}}
WHAT TO DO
{{wrap .}}
{{end}}
Open the console:
{{.D.ConsoleURL}}

{{label "State" (alertWords .D.State)}}
{{label "Station" .D.Station}}
{{- with .D.Tried}}
{{label "Tried" .}}{{end}}
{{- with .D.OrderID}}
{{label "Order" .}}{{end}}
{{- with .D.Product}}
{{label "Product" .}}{{end}}
{{- with .D.Customer}}
{{label "Customer" .}}{{end}}
{{- with .D.Target}}
{{label "Target" .}}{{end}}
{{- with .D.SessionID}}
{{label "Session" .}}{{end}}
{{- with .D.Artefact}}
{{label "Artefact" .}}{{end}}
{{- with .D.OrderURL}}
{{label "Order page" .}}{{end}}
{{- if not .D.At.IsZero}}
{{label "Time" (minute .D.At)}}{{end}}
`),
}

// alertState is how a state of an alert reads.
type alertState struct {
	Words string       // on its own
	Verb  string       // after "Order …"
	Color template.CSS // behind white text
}

var alertStates = map[string]alertState{
	"needs_person": {"Needs a person", "needs a person", "#b3261e"},
	"retrying":     {"Being retried", "is being retried", "#96660a"},
	"resolved":     {"Resolved", "is resolved", "#1a7f4b"},
}

func alertWords(state string) string       { return alertStates[state].Words }
func stateColor(state string) template.CSS { return alertStates[state].Color }

// shortID is how much of an order's id tells orders apart in a list of mails.
const shortID = 8

func short(id string) string {
	if runes := []rune(id); len(runes) > shortID {
		return string(runes[:shortID]) + "…"
	}
	return id
}

// alertHeadline says where and what; the state stands beside it.
func alertHeadline(d *mailapi.Alert) string {
	if d.OrderID == "" {
		return clip(d.Station, 60)
	}
	return clip(d.Station, 60) + ", order " + short(d.OrderID)
}
