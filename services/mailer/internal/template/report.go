package template

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"doorstep.example/pkg/mailapi"
)

// report brings the audit. The PDF is attached, unless it is too large for mail;
// the order page has it in either case.
var report = mail[mailapi.Report]{
	name:   mailapi.TemplateReport,
	seller: func(d *mailapi.Report) *mailapi.Seller { return &d.Seller },
	check:  checkReport,
	subject: func(d *mailapi.Report) string {
		return fmt.Sprintf("Your security audit of %s: grade %s", clip(host(d.Target), 70), d.Grade)
	},
	preview: func(d *mailapi.Report) string {
		return fmt.Sprintf("%d of 100 points, %s.", d.Score, findings(d.Summary))
	},
	why: "You receive this mail because you ordered this audit from us.",
	html: parseHTML(`{{define "body"}}
{{template "title" "Your security audit is ready"}}
{{template "lead" (print "We have examined " (host .D.Target) ". Here is the result at a glance; the report explains every finding and how to fix it.")}}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px;"><tr>
<td class="panel" style="padding:18px;background-color:#f6f8fa;border:1px solid #e7ebf0;border-radius:8px;">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="grade" align="center" valign="middle" width="72" height="72" style="width:72px;height:72px;border-radius:10px;background-color:{{gradeColor .D.Grade}};font-size:34px;line-height:72px;font-weight:700;color:#ffffff;">{{.D.Grade}}</td>
<td valign="middle" style="padding-left:18px;">
<p class="ink" style="margin:0;font-size:18px;line-height:26px;font-weight:700;color:#1d2530;">{{.D.Score}} of 100 points</p>
<p class="soft" style="margin:2px 0 0;font-size:15px;line-height:22px;color:#475161;">{{findings .D.Summary}}</p>
</td></tr></table>
</td></tr></table>
{{if .D.Attached}}{{template "lead" "The full report is attached to this mail as a PDF. Your order page keeps it too."}}
{{else}}{{template "lead" "The full report is too large for a mail. It waits for you on your order page."}}{{end}}
{{template "button" dict "P" . "Text" (or (and .D.Attached "Open your order") "Get the report") "URL" .D.Order.URL}}
{{template "heading" "Your audit"}}
{{template "facts"}}{{template "fact" dict "Name" "Examined" "Value" .D.Target}}{{template "fact" dict "Name" "Report" "Value" .D.ReportID}}{{template "fact" dict "Name" "Product" "Value" .D.Order.Product}}{{template "fact" dict "Name" "Order" "Value" .D.Order.ID}}</table>
{{end}}`),
	text: parseText(`
{{with .D.Order.Customer}}Hello {{.}},{{else}}Hello,{{end}}

{{wrap (print "your security audit of " (host .D.Target) " is ready.")}}

{{label "Grade" .D.Grade}}
{{label "Score" (print .D.Score " of 100 points")}}
{{label "Findings" (findings .D.Summary)}}

{{if .D.Attached}}The full report is attached to this mail as a PDF. It explains every
finding and how to fix it. Your order page keeps it too:
{{else}}The full report explains every finding and how to fix it. It is too
large for a mail and waits for you on your order page:
{{end}}{{.D.Order.URL}}

YOUR AUDIT
{{label "Examined" .D.Target}}
{{label "Report" .D.ReportID}}
{{label "Product" .D.Order.Product}}
{{label "Order" .D.Order.ID}}
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

// findings puts a summary in words: "1 critical, 2 high and 5 low findings".
func findings(summary map[string]int) string {
	var parts []string
	total := 0
	for _, severity := range severities {
		if n := summary[severity]; n > 0 {
			word := severity
			if severity == "info" {
				word = "informational"
			}
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
			total += n
		}
	}
	switch {
	case total == 0:
		return "no findings"
	case len(parts) == 1:
		return parts[0] + plural(total, " finding", " findings")
	default:
		return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1] + " findings"
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// gradeColor is the badge behind a grade; white is readable on each.
func gradeColor(grade string) template.CSS {
	return map[byte]template.CSS{
		'A': "#1a7f4b", 'B': "#4a7a1e", 'C': "#96660a", 'D': "#b4530e", 'E': "#bf3f1d", 'F': "#b3261e",
	}[grade[0]]
}
