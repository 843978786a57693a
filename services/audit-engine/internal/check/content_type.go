package check

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "content-type", Title: "Every answer says what it is, once and correctly", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "A browser that is not told what an answer is, or in which character set, guesses. Others can use that to have text that they have placed on the site run as a script.",
		Remediation: serverConfig("Send one Content-Type with every answer: text/html; charset=utf-8 for pages, application/json for data. Set it in the application where the answer is made; the server's own files are covered like this.",
			"include mime.types;\ndefault_type application/octet-stream;\ncharset utf-8;",
			"AddDefaultCharset utf-8\nAddType application/json .json",
			"# Caddy sets both for files. For answers without one: header ?Content-Type \"text/html; charset=utf-8\""),
		References: []string{"https://www.rfc-editor.org/rfc/rfc9110#name-content-type", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Type"},
		Controls:   controls(hardening, "4.1.1"),
		Run:        runContentType,
	})
}

// single are headers with which two values that differ make the answer unclear:
// browsers and caches do not agree on which of them counts.
var single = []string{"Content-Type", "Access-Control-Allow-Origin"}

// unread are character sets that browsers have given up, for what could be hidden in them
// (https://encoding.spec.whatwg.org/#security-background).
var unread = []string{"utf-7", "utf7", "unicode-1-1-utf-7", "utf-32", "cesu-8", "scsu", "bocu-1"}

func runContentType(_ context.Context, site *Site) Result {
	var repeated, absent, wrong, charset sightings
	for _, page := range site.pages() {
		r := page.Response
		for _, name := range single {
			if values := r.Header.Values(name); differ(values) {
				repeated.add(r, headerLine(r.Header, name))
			}
		}
		value := r.Header.Get("Content-Type")
		if r.BodyErr != nil || len(bytes.TrimSpace(r.Body)) == 0 {
			continue
		}
		media, parameters, err := mime.ParseMediaType(value)
		switch {
		case value == "":
			absent.add(r, "an answer without the header Content-Type")
		case err != nil && media == "", !strings.Contains(media, "/"):
			wrong.add(r, "Content-Type: "+quote(value)+", which no browser understands")
		case media == "text/html" && isJSON(r.Body):
			wrong.add(r, "Content-Type: "+quote(value)+", although the answer is JSON")
		case strings.HasSuffix(media, "json") && looksHTML(r.Body):
			wrong.add(r, "Content-Type: "+quote(value)+", although the answer is a page")
		case media == "text/html" && slices.Contains(unread, strings.ToLower(parameters["charset"])):
			charset.add(r, "Content-Type: "+quote(value)+", a character set that browsers do not read")
		case media == "text/html" && parameters["charset"] == "" && page.Document().Charset == "" && !marked(r.Body):
			charset.add(r, "Content-Type: "+quote(value)+", and the page does not name its character set either")
		}
	}
	var findings []Finding
	for _, f := range []struct {
		seen  sightings
		title string
	}{
		{wrong, "An answer says that it is something else"},
		{repeated, "An answer contradicts itself in a header"},
		{absent, "An answer does not say what it is"},
		{charset, "A page does not name its character set"},
	} {
		if !f.seen.empty() {
			findings = append(findings, Finding{Title: f.title, Severity: auditapi.Low, Evidence: f.seen.String()})
		}
	}
	return fail(findings...)
}

func differ(values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return !strings.EqualFold(strings.TrimSpace(v), strings.TrimSpace(values[0])) })
}

// isJSON reports an object or a list: a lone word or number may be a page.
func isJSON(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 1 && (body[0] == '{' || body[0] == '[') && json.Valid(body)
}

func looksHTML(body []byte) bool {
	return strings.HasPrefix(http.DetectContentType(body), "text/html")
}

// marked reports a byte order mark, which outranks everything else.
func marked(body []byte) bool {
	return bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) || bytes.HasPrefix(body, []byte("\xfe\xff")) || bytes.HasPrefix(body, []byte("\xff\xfe"))
}
