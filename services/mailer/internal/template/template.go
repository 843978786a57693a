// Package template turns the data of a mail into its subject, HTML and text, in the
// language of who reads it.
//
// Each template is one file: what it checks, its subject, its HTML inside the
// common layout, and a plain text written by hand. Its words are in text, one file
// a language. To add a template, write the file and its texts, name it in registry,
// and put a fixture with the mails that you expect under testdata; a test walks the
// registry.
//
// Data comes from forms that strangers fill. It is escaped by html/template, its
// line breaks and direction marks are taken out before anything else sees it, and
// its addresses must be http or https.
package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	texttemplate "text/template"

	"doorstep.example/pkg/lang"
	"doorstep.example/pkg/mailapi"
)

// Rendered is a finished mail without its envelope.
type Rendered struct{ Subject, HTML, Text string }

// Template renders one kind of mail.
type Template interface {
	Name() string
	// render returns what is wrong with the data by field, when it cannot be used.
	render(t *lang.Texts, data json.RawMessage) (Rendered, map[string]string)
}

// registry is every mail that there is.
var registry = []Template{receipt, report, download, proof, login, contact, alert}

// maxData bounds the data of a mail; more is no mail.
const maxData = 64 << 10

// Render renders data with the template of that name, in the language with that
// BCP 47 tag or the nearest that there is, English at last. Fields say why it cannot.
func Render(name, tag string, data json.RawMessage) (Rendered, map[string]string) {
	for _, t := range registry {
		if t.Name() != name {
			continue
		}
		if len(data) > maxData {
			return Rendered{}, map[string]string{"data": fmt.Sprintf("is longer than %d KiB", maxData>>10)}
		}
		return t.render(texts.In(texts.Match(tag, tag)), data)
	}
	return Rendered{}, map[string]string{"template": "must be one of " + strings.Join(names(), ", ")}
}

func names() []string {
	all := make([]string, len(registry))
	for i, t := range registry {
		all[i] = t.Name()
	}
	return all
}

// mail is a Template for that data. The texts NAME.why, the footer's reason for the
// mail, and all others of its name belong to it.
type mail[Data any] struct {
	name     string
	seller   func(*Data) *mailapi.Seller
	check    func(*checker, *Data)
	subject  func(*lang.Texts, *Data) string
	preview  func(*lang.Texts, *Data) string // what inboxes show after the subject
	internal bool                            // to the seller, who needs no invitation to ask questions
	html     *template.Template
	text     *texttemplate.Template
}

// page is what the layout sees.
type page[Data any] struct {
	*lang.Texts
	Subject, Preview, Why string
	Internal              bool
	Seller                *mailapi.Seller
	Shades                shades
	D                     *Data
}

// Name implements Template.
func (m mail[Data]) Name() string { return m.name }

func (m mail[Data]) render(t *lang.Texts, raw json.RawMessage) (Rendered, map[string]string) {
	var data Data
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&data); err != nil {
		return Rendered{}, map[string]string{"data": strings.TrimPrefix(err.Error(), "json: ")}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Rendered{}, map[string]string{"data": "has something after its end"}
	}
	clean(&data)
	c := &checker{fields: map[string]string{}}
	c.seller(m.seller(&data))
	m.check(c, &data)
	if len(c.fields) > 0 {
		return Rendered{}, c.fields
	}
	p := page[Data]{
		Texts: t, Subject: clip(m.subject(t, &data), maxSubject), Preview: m.preview(t, &data), Why: t.T(m.name + ".why"),
		Internal: m.internal, Seller: m.seller(&data), Shades: palette(m.seller(&data).Color), D: &data,
	}
	var html, text bytes.Buffer
	if err := m.html.ExecuteTemplate(&html, "layout.html", p); err != nil {
		return Rendered{}, map[string]string{"data": "cannot be rendered: " + err.Error()}
	}
	if err := m.text.ExecuteTemplate(&text, "mail", p); err != nil {
		return Rendered{}, map[string]string{"data": "cannot be rendered: " + err.Error()}
	}
	return Rendered{Subject: p.Subject, HTML: html.String(), Text: tidy(text.String())}, nil
}

// maxSubject is a few more characters than the longest inbox line.
const maxSubject = 120
