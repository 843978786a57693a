package template

import (
	_ "embed" // the layout
	"html/template"
	"strings"
	texttemplate "text/template"
	"time"
)

// layoutHTML is the frame of every mail and the parts that they share. It is
// written for mail programs: tables, inline styles, one style element for narrow
// and dark screens, no images, no fonts from elsewhere.
//
//go:embed layout.html
var layoutHTML string

// footerText is the end of every plain text.
const footerText = `
--
{{.Seller.Name}}
{{- with .Seller.Address}}
{{wrap .}}{{end}}
{{- with .Seller.URL}}
{{.}}{{end}}
{{- if not .Internal}}{{with .Seller.Support}}
Questions? Reply to this mail or write to {{.}}.{{else}}
Questions? Just reply to this mail.{{end}}{{end}}
{{wrap .Why}}
`

// helpers of both kinds of templates.
var helpers = map[string]any{
	"wrap":       wrap,
	"day":        func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"minute":     func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
	"label":      label,
	"dict":       dict,
	"host":       host,
	"plural":     plural,
	"findings":   findings,
	"gradeColor": gradeColor,
	"stateColor": stateColor,
	"alertWords": alertWords,
	"lower":      strings.ToLower,
	"headline":   alertHeadline,
}

// parseHTML puts body, which defines "body", into the layout.
func parseHTML(body string) *template.Template {
	t := template.Must(template.New("layout.html").Funcs(helpers).Parse(layoutHTML))
	return template.Must(t.New("mail").Parse(body))
}

// parseText ends body with the common footer.
func parseText(body string) *texttemplate.Template {
	return texttemplate.Must(texttemplate.New("mail").Funcs(helpers).Parse(strings.TrimLeft(body, "\n") + footerText))
}

// dict hands several values to a part of the layout.
func dict(pairs ...any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// labelWidth aligns the values of a table in plain text.
const labelWidth = 14

// label is a row of a plain text table. A value that needs more lines goes on
// below its first.
func label(name, value string) string {
	if value == "" {
		return ""
	}
	indent := strings.Repeat(" ", labelWidth)
	pad := max(1, labelWidth-len([]rune(name)))
	return name + strings.Repeat(" ", pad) + strings.ReplaceAll(wrapAt(value, textWidth-labelWidth), "\n", "\n"+indent)
}

// host is the part of a target that people call it by.
func host(target string) string {
	_, rest, found := strings.Cut(target, "://")
	if !found {
		rest = target
	}
	return strings.TrimSuffix(rest, "/")
}
