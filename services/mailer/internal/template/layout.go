package template

import (
	_ "embed" // the layouts
	"html/template"
	"strings"
	texttemplate "text/template"
)

// layoutHTML is the frame of every mail and the parts that they share. It is
// written for mail programs: tables, inline styles, one style element for narrow
// and dark screens, no images, no fonts from elsewhere.
//
//go:embed layout.html
var layoutHTML string

// layoutText holds the parts that plain texts share, and the footer of each.
//
//go:embed layout.txt
var layoutText string

// helpers of both kinds of templates.
var helpers = map[string]any{
	"wrap":       wrap,
	"upper":      strings.ToUpper,
	"label":      label,
	"quote":      quote,
	"lines":      func(text string) []string { return strings.Split(text, "\n") },
	"dict":       dict,
	"host":       host,
	"findings":   findings,
	"gradeColor": gradeColor,
	"stateColor": func(state string) template.CSS { return stateColors[state] },
	"headline":   alertHeadline,
	"arrived":    arrived,
	"next":       next,
	"proofLead":  proofLead,
	"proofFile":  proofFile,
	"proofMeta":  proofMeta,
}

// parseHTML puts body, which defines "body", into the layout.
func parseHTML(body string) *template.Template {
	t := template.Must(template.New("layout.html").Funcs(helpers).Parse(layoutHTML))
	return template.Must(t.New("mail").Parse(body))
}

// parseText ends body with the common footer.
func parseText(body string) *texttemplate.Template {
	t := texttemplate.Must(texttemplate.New("layout.txt").Funcs(helpers).Parse(layoutText))
	return texttemplate.Must(t.New("mail").Parse(strings.TrimLeft(body, "\n") + `{{template "footer" .}}`))
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

// quote is text of a stranger in a plain text mail: marked line by line, so that it
// cannot pass for ours.
func quote(text string) string {
	var quoted []string
	for line := range strings.SplitSeq(text, "\n") {
		for part := range strings.SplitSeq(wrapAt(line, textWidth-len("> ")), "\n") {
			quoted = append(quoted, strings.TrimRight("> "+part, " "))
		}
	}
	return strings.Join(quoted, "\n")
}

// host is the part of a target that people call it by.
func host(target string) string {
	_, rest, found := strings.Cut(target, "://")
	if !found {
		rest = target
	}
	return strings.TrimSuffix(rest, "/")
}
