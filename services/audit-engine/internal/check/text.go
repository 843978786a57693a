package check

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"doorstep.example/services/audit-engine/internal/guard"
)

// maxQuote is how much of a text of the site's is repeated in evidence.
const maxQuote = 300

// quote makes a text of the site's fit to print: one line, valid, not too long.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1 // invisible, or turns the line around
		case unicode.IsControl(r), r == unicode.ReplacementChar, unicode.IsSpace(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	if runes := []rune(s); len(runes) > maxQuote {
		return string(runes[:maxQuote]) + " …"
	}
	return s
}

// at names the answer that a finding is about.
func at(r *guard.Response) string {
	return fmt.Sprintf("%s answered %d %s", quote(r.URL.Scheme+"://"+r.URL.Host+r.URL.EscapedPath()), r.Status, http.StatusText(r.Status))
}

// headerLine is a header as it was sent, or that it was not.
func headerLine(h http.Header, name string) string {
	values := h.Values(name)
	if len(values) == 0 {
		return "without the header " + name
	}
	var lines []string
	for _, v := range values[:min(len(values), 5)] {
		lines = append(lines, name+": "+quote(v))
	}
	return strings.Join(lines, "\n")
}

// lines joins the parts of an evidence, one a line.
func lines(parts ...string) string { return strings.Join(parts, "\n") }

// serverConfig is a remediation: what to do, then the lines for the usual servers.
func serverConfig(what, nginx, apache, caddy string) string {
	var b strings.Builder
	b.WriteString(what)
	for _, server := range []struct{ name, text string }{{"nginx", nginx}, {"Apache", apache}, {"Caddy", caddy}} {
		b.WriteString("\n\n" + server.name + ":")
		for line := range strings.SplitSeq(server.text, "\n") {
			b.WriteString("\n    " + line)
		}
	}
	return b.String()
}

// setHeader is the remediation that sends one header.
func setHeader(what, name, value string) string {
	return serverConfig(what,
		fmt.Sprintf("add_header %s %q always;", name, value),
		fmt.Sprintf("Header always set %s %q", name, value),
		fmt.Sprintf("header %s %q", name, value))
}
