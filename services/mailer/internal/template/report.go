package template

import (
	"html/template"
	"slices"
	"strings"

	"doorstep.example/pkg/lang"
	"doorstep.example/pkg/mailapi"
)

// report brings the audit. The PDF is attached, unless it is too large for mail;
// the order page has it in either case.
var report = mail[mailapi.Report]{
	name:   mailapi.TemplateReport,
	seller: func(d *mailapi.Report) *mailapi.Seller { return &d.Seller },
	check:  checkReport,
	subject: func(t *lang.Texts, d *mailapi.Report) string {
		return t.T("report.subject", "target", clip(host(d.Target), 70), "grade", d.Grade)
	},
	preview: func(t *lang.Texts, d *mailapi.Report) string {
		return t.T("report.preview", "points", t.T("report.points", "score", d.Score), "findings", findings(t, d.Summary))
	},
	html: parseHTML(`{{define "body"}}
{{template "title" (.T "report.title")}}
{{template "lead" (.T "report.examined" "target" (host .D.Target))}}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px;"><tr>
<td class="panel" style="padding:18px;background-color:#f6f8fa;border:1px solid #e7ebf0;border-radius:8px;">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="grade" align="center" valign="middle" width="72" height="72" style="width:72px;height:72px;border-radius:10px;background-color:{{gradeColor .D.Grade}};font-size:34px;line-height:72px;font-weight:700;color:#ffffff;">{{.D.Grade}}</td>
<td valign="middle" style="padding-left:18px;">
<p class="ink" style="margin:0;font-size:18px;line-height:26px;font-weight:700;color:#1d2530;">{{.T "report.points" "score" .D.Score}}</p>
<p class="soft" style="margin:2px 0 0;font-size:15px;line-height:22px;color:#475161;">{{findings .Texts .D.Summary}}</p>
</td></tr></table>
</td></tr></table>
{{if .D.Attached}}{{template "lead" (.T "report.attached")}}
{{template "button" dict "P" . "Text" (.T "report.button_attached") "URL" .D.Order.URL}}
{{else}}{{template "lead" (.T "report.large")}}
{{template "button" dict "P" . "Text" (.T "report.button_large") "URL" .D.Order.URL}}{{end}}
{{template "heading" (.T "report.audit")}}
{{template "facts"}}{{template "fact" dict "Name" (.T "report.label.examined") "Value" .D.Target}}{{template "fact" dict "Name" (.T "report.label.report") "Value" .D.ReportID}}{{template "fact" dict "Name" (.T "label.product") "Value" .D.Order.Product}}{{template "fact" dict "Name" (.T "label.order") "Value" .D.Order.ID}}</table>
{{end}}`),
	text: parseText(`
{{template "hello" .}}

{{wrap (.T "report.examined" "target" (host .D.Target))}}

{{label (.T "report.label.grade") .D.Grade}}
{{label (.T "report.label.score") (.T "report.points" "score" .D.Score)}}
{{label (.T "report.label.findings") (findings .Texts .D.Summary)}}

{{if .D.Attached}}{{wrap (.T "report.attached")}}

{{.T "report.button_attached"}}:
{{else}}{{wrap (.T "report.large")}}

{{.T "report.button_large"}}:
{{end}}{{.D.Order.URL}}

{{upper (.T "report.audit")}}
{{label (.T "report.label.examined") .D.Target}}
{{label (.T "report.label.report") .D.ReportID}}
{{label (.T "label.product") .D.Order.Product}}
{{label (.T "label.order") .D.Order.ID}}
`),
}

func checkReport(c *checker, d *mailapi.Report) {
	c.order(&d.Order)
	c.need("target", d.Target, maxName)
	c.need("report_id", d.ReportID, maxName)
	if len(d.Grade) == 0 || len(d.Grade) > 2 || d.Grade[0] < 'A' || d.Grade[0] > 'F' || strings.Trim(d.Grade[1:], "+-") != "" {
		c.fields["data.grade"] = "must be a grade from A to F"
	}
	if d.Score < 0 || d.Score > 100 {
		c.fields["data.score"] = "must be between 0 and 100"
	}
	for severity, n := range d.Summary {
		if !slices.Contains(severities, severity) || n < 0 {
			c.fields["data.summary"] = "must count findings by " + strings.Join(severities, ", ")
		}
	}
}

// severities from the worst to the mildest.
var severities = []string{"critical", "high", "medium", "low", "info"}

// findings puts a summary in words: "8 findings: 1 critical, 2 high, 5 low".
func findings(t *lang.Texts, summary map[string]int) string {
	var parts []string
	total := 0
	for _, severity := range severities {
		if n := summary[severity]; n > 0 {
			parts = append(parts, t.T("findings."+severity, "count", n))
			total += n
		}
	}
	if total == 0 {
		return t.T("findings.none")
	}
	return t.T("findings.total", "count", total, "list", strings.Join(parts, ", "))
}

// gradeColor is the badge behind a grade; white is readable on each.
func gradeColor(grade string) template.CSS {
	return map[byte]template.CSS{
		'A': "#1a7f4b", 'B': "#4a7a1e", 'C': "#96660a", 'D': "#b4530e", 'E': "#bf3f1d", 'F': "#b3261e",
	}[grade[0]]
}
