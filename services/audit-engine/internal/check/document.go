package check

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds of a Document, however much a page repeats.
const (
	maxItems      = 2000    // of each kind
	maxAttributes = 64      // of one tag
	maxAddress    = 2048    // characters of an address
	maxToken      = 2 << 20 // bytes of one tag, comment or script; a page with a longer one is read up to there
)

// Document is what a page's markup holds, as far as checks ask. It is read token by
// token: a tree of a hostile page may be deep without end. What lies inside of a
// <template> is left out, as browsers do not run it.
type Document struct {
	Resources []Resource
	Scripts   []string // text of the scripts in the markup
	Handlers  []string // attributes that run a script, such as onclick, each time they occur
	Forms     []Form
	Anchors   []Anchor
	Comments  []string
	Metas     []Meta
	Policies  []string // <meta http-equiv=content-security-policy>
	Refreshes []string // <meta http-equiv=refresh>
	Charset   string   // of a <meta>; empty: the markup names none
	Password  bool     // a field for a password is there, in a form or not
}

// Resource is something that the page loads.
type Resource struct {
	Tag       string // img, script, link, …
	Rel       string // of a link: stylesheet, modulepreload or icon
	URL       *url.URL
	Active    bool   // can change the page: a script, a style sheet, a frame
	Integrity string // the hashes that the browser compares it with
}

// Ways to send a form, as markup names them.
const (
	sendGet    = "get"
	sendPost   = "post"
	sendDialog = "dialog"
)

// Form is a form with its fields.
type Form struct {
	Action    *url.URL // where it is sent; the page itself if the markup does not say
	Addressed bool     // the markup says where
	Method    string   // as written, in lower case; empty means get
	Scripted  bool     // it has a handler of its own
	Inputs    []Input
	Others    []*url.URL // where its buttons send it instead
}

// Input is a field of a form.
type Input struct {
	Type, Name, Value string
}

// Password reports whether the form asks for a password.
func (f Form) Password() bool {
	return slices.ContainsFunc(f.Inputs, func(i Input) bool { return i.Type == "password" })
}

// Anchor is a link for the visitor to follow.
type Anchor struct {
	URL    *url.URL
	Target string
	Rel    []string // in lower case
	Action bool     // following it is meant to do more than show a page
}

// Meta is a <meta> with a name, in lower case.
type Meta struct {
	Name, Content string
}

// Meta returns the contents of all <meta name=name>.
func (d *Document) Meta(name string) []string {
	var contents []string
	for _, m := range d.Metas {
		if m.Name == name {
			contents = append(contents, m.Content)
		}
	}
	return contents
}

// parser fills a Document.
type parser struct {
	Document
	page     *url.URL
	base     *url.URL
	based    bool           // only the first <base> counts
	template int            // how many are open
	form     int            // index of the open form, or -1
	inputs   int            // of all forms together
	ids      map[string]int // forms by their id
	apart    []apartInput
	script   bool // the next text is one
	sheet    bool // the next text is a style sheet
}

// apartInput is a field that names its form, which may come later.
type apartInput struct {
	form  string // its id
	input Input
}

func parseDocument(page *url.URL, body []byte) Document {
	p := parser{page: page, base: page, form: -1, ids: map[string]int{}}
	tokens := html.NewTokenizer(bytes.NewReader(body))
	tokens.SetMaxBuf(maxToken)
	for {
		kind := tokens.Next()
		switch kind {
		case html.ErrorToken:
			p.join()
			return p.Document
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(readTag(tokens))
		case html.EndTagToken:
			name, _ := tokens.TagName()
			p.close(atom.Lookup(name))
		case html.TextToken:
			if p.script {
				p.Scripts = collect(p.Scripts, string(tokens.Text()))
			}
			if p.sheet {
				p.style(string(tokens.Raw()))
			}
		case html.CommentToken:
			p.Comments = collect(p.Comments, string(tokens.Text()))
		}
		p.script = p.script && kind != html.TextToken && kind != html.EndTagToken
		p.sheet = p.sheet && kind != html.TextToken && kind != html.EndTagToken
	}
}

// collect appends within the bound.
func collect[T any](list []T, item T) []T {
	if len(list) >= maxItems {
		return list
	}
	return append(list, item)
}

// tag is the beginning of an element.
type tag struct {
	atom       atom.Atom
	attributes []html.Attribute
}

func readTag(tokens *html.Tokenizer) tag {
	name, more := tokens.TagName()
	t := tag{atom: atom.Lookup(name)}
	for more && len(t.attributes) < maxAttributes {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		t.attributes = append(t.attributes, html.Attribute{Key: string(key), Val: string(value)})
	}
	return t
}

// get returns the attribute as browsers do: the first one counts.
func (t tag) get(key string) string {
	for _, a := range t.attributes {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func (t tag) has(key string) bool {
	return slices.ContainsFunc(t.attributes, func(a html.Attribute) bool { return a.Key == key })
}

// word returns the attribute as a keyword.
func (t tag) word(key string) string { return strings.ToLower(strings.TrimSpace(t.get(key))) }

func (p *parser) open(t tag) {
	if t.atom == atom.Template {
		p.template++
	}
	if p.template > 0 {
		return
	}
	for _, a := range t.attributes {
		if strings.HasPrefix(a.Key, "on") && len(a.Key) < 30 {
			p.Handlers = collect(p.Handlers, a.Key)
		}
		if a.Key == "style" {
			p.style(a.Val)
		}
	}
	switch t.atom {
	case atom.Base:
		if u := p.resolve(p.page, t.get("href")); u != nil && !p.based {
			p.base, p.based = u, true
		}
	case atom.Script:
		p.script = true
		if runs(t.word("type")) {
			p.load(t, "src", "", true)
		}
	case atom.Iframe, atom.Frame, atom.Embed:
		p.load(t, "src", "", true)
	case atom.Object:
		p.load(t, "data", "", true)
	case atom.Img, atom.Audio, atom.Video, atom.Source, atom.Track:
		p.load(t, "src", "", false)
		p.load(t, "poster", "", false)
		for candidate := range strings.SplitSeq(t.get("srcset"), ",") {
			address, _, _ := strings.Cut(strings.TrimSpace(candidate), " ")
			p.loadFrom(t, address, "", false)
		}
	case atom.Link:
		for rel := range strings.FieldsSeq(t.word("rel")) {
			switch rel {
			case "stylesheet", "modulepreload":
				p.load(t, "href", rel, true)
			case "icon":
				p.load(t, "href", rel, false)
			}
		}
	case atom.Style:
		p.sheet = true
	case atom.Form:
		p.openForm(t)
	case atom.Input:
		p.input(t)
		p.button(t)
	case atom.Button:
		p.button(t)
	case atom.A, atom.Area:
		p.anchor(t)
	case atom.Meta:
		p.meta(t)
	}
}

func (p *parser) close(a atom.Atom) {
	switch {
	case a == atom.Template:
		p.template = max(0, p.template-1)
	case a == atom.Form && p.template == 0:
		p.form = -1
	}
}

// runs reports whether browsers load and run a script of this type; others are data.
func runs(kind string) bool {
	switch kind {
	case "", "module", "text/javascript", "application/javascript", "application/ecmascript", "text/ecmascript", "application/x-javascript":
		return true
	}
	return false
}

// resolve returns the address that the text stands for, or nil.
func (p *parser) resolve(base *url.URL, text string) *url.URL {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxAddress {
		return nil
	}
	u, err := base.Parse(text)
	if err != nil {
		return nil
	}
	return u
}

func (p *parser) load(t tag, key, rel string, active bool) { p.loadFrom(t, t.get(key), rel, active) }

func (p *parser) loadFrom(t tag, address, rel string, active bool) {
	if len(p.Resources) >= maxItems {
		return
	}
	if u := p.resolve(p.base, address); u != nil {
		p.Resources = append(p.Resources, Resource{Tag: t.atom.String(), Rel: rel, URL: u, Active: active, Integrity: t.get("integrity")})
	}
}

// An address in a style sheet; imported is a sheet by itself.
var (
	styled = regexp.MustCompile(`(?i)url\(\s*["']?([^"')\s]+)`)
	// unloaded are comments, and names that look like addresses.
	unloaded = regexp.MustCompile(`(?s)/\*.*?\*/|(?i)@namespace[^;{}]*;`)
	imported = regexp.MustCompile(`(?i)@import\s+(?:url\(\s*)?["']?([^"')\s;]+)`)
)

// style collects what a style sheet in the markup loads.
func (p *parser) style(text string) {
	t := tag{atom: atom.Style}
	text = unloaded.ReplaceAllString(text, " ")
	for _, match := range imported.FindAllStringSubmatch(text, maxItems) {
		p.loadFrom(t, match[1], "stylesheet", true)
	}
	for _, match := range styled.FindAllStringSubmatch(imported.ReplaceAllString(text, ""), maxItems) {
		p.loadFrom(t, match[1], "", false)
	}
}

func (p *parser) openForm(t tag) {
	if p.form >= 0 || len(p.Forms) >= maxItems {
		return // forms do not nest: browsers ignore the inner one
	}
	f := Form{Action: p.page, Method: t.word("method"), Scripted: t.has("onsubmit")}
	if u := p.resolve(p.base, t.get("action")); u != nil {
		f.Action, f.Addressed = u, true
	}
	p.form = len(p.Forms)
	if id := t.get("id"); id != "" {
		if _, taken := p.ids[id]; !taken {
			p.ids[id] = p.form
		}
	}
	p.Forms = append(p.Forms, f)
}

func (p *parser) input(t tag) {
	i := Input{Type: t.word("type"), Name: t.get("name"), Value: t.get("value")}
	p.Password = p.Password || i.Type == "password"
	if owner := t.get("form"); owner != "" {
		p.apart = collect(p.apart, apartInput{owner, i})
		return
	}
	if p.form >= 0 && p.inputs < maxItems {
		p.inputs++
		p.Forms[p.form].Inputs = append(p.Forms[p.form].Inputs, i)
	}
}

// join gives the fields that name a form to it.
func (p *parser) join() {
	for _, a := range p.apart {
		if owner, ok := p.ids[a.form]; ok && p.inputs < maxItems {
			p.inputs++
			p.Forms[owner].Inputs = append(p.Forms[owner].Inputs, a.input)
		}
	}
}

// button collects where a button sends its form in place of the form's own address.
func (p *parser) button(t tag) {
	if p.form < 0 || len(p.Forms[p.form].Others) >= maxItems {
		return
	}
	if u := p.resolve(p.base, t.get("formaction")); u != nil {
		p.Forms[p.form].Others = append(p.Forms[p.form].Others, u)
	}
}

func (p *parser) anchor(t tag) {
	if len(p.Anchors) >= maxItems {
		return
	}
	u := p.resolve(p.base, t.get("href"))
	if u == nil {
		return
	}
	rel := strings.Fields(t.word("rel"))
	p.Anchors = append(p.Anchors, Anchor{
		URL: u, Target: t.word("target"), Rel: rel,
		Action: slices.Contains(rel, "nofollow") || t.has("download") || t.has("data-method") || t.has("data-confirm") || t.has("onclick"),
	})
}

func (p *parser) meta(t tag) {
	content := t.get("content")
	if name := t.word("name"); name != "" {
		p.Metas = collect(p.Metas, Meta{Name: name, Content: content})
	}
	switch t.word("http-equiv") {
	case "content-security-policy":
		p.Policies = collect(p.Policies, content)
	case "refresh":
		p.Refreshes = collect(p.Refreshes, content)
	case "content-type":
		if _, charset, found := strings.Cut(strings.ToLower(content), "charset="); found && p.Charset == "" {
			p.Charset = strings.TrimSpace(charset)
		}
	}
	if charset := t.word("charset"); charset != "" && p.Charset == "" {
		p.Charset = charset
	}
}
