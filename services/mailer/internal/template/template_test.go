package template

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write the expected texts anew; read the diff")

// fixtures returns the data files of a template: NAME.json and NAME-VARIANT.json.
func fixtures(t *testing.T, name string) []string {
	t.Helper()
	variants, err := filepath.Glob("testdata/" + name + "-*.json")
	if err != nil {
		t.Fatal(err)
	}
	return append(variants, "testdata/"+name+".json")
}

// renderFile renders a fixture with the template that its name begins with.
func renderFile(t *testing.T, path, tag string) Rendered {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("every template needs a fixture: %v", err)
	}
	name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".json"), "-")
	r, bad := Render(name, tag, raw)
	if bad != nil {
		t.Fatalf("%s: %v", path, bad)
	}
	return r
}

// TestRegistry walks every template in every language: its subject, preview and text
// are compared with a file that a person can read, its HTML is judged by structure.
func TestRegistry(t *testing.T) {
	for _, tmpl := range registry {
		for _, path := range fixtures(t, tmpl.Name()) {
			for _, language := range texts.Languages() {
				name := strings.TrimSuffix(path, ".json") + "." + language.Tag
				t.Run(filepath.Base(name), func(t *testing.T) {
					r := renderFile(t, path, language.Tag)
					doc := parse(t, r.HTML)
					got := "Subject: " + r.Subject + "\nPreview: " + strings.Trim(doc.preview(), "\u2007\ufeff ") + "\n\n" + r.Text
					golden := name + ".txt"
					if *update {
						if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
							t.Fatal(err)
						}
					}
					want, err := os.ReadFile(golden)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(string(want), got); diff != "" {
						t.Errorf("text differs from %s (-want +got):\n%s", golden, diff)
					}
					if tag := attr(doc.all("html")[0], "lang"); tag != language.Tag {
						t.Errorf("the HTML says that it is in %q", tag)
					}
					doc.check(t, r)
				})
			}
		}
	}
	if err := texts.Check(); err != nil {
		t.Errorf("texts are used wrongly:\n%v", err)
	}
}

// document is a parsed mail.
type document struct{ root *html.Node }

func parse(t *testing.T, text string) document {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return document{root}
}

func (d document) all(tag string) []*html.Node {
	var found []*html.Node
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// preview is the hidden text after the subject.
func (d document) preview() string {
	for _, div := range d.all("div") {
		if strings.Contains(attr(div, "style"), "display:none") {
			return text(div)
		}
	}
	return ""
}

// check demands what every mail needs, whatever is in it.
func (d document) check(t *testing.T, r Rendered) {
	t.Helper()
	if n := len(d.all("h1")); n != 1 {
		t.Errorf("%d headings h1, want 1", n)
	}
	for _, tag := range []string{"img", "script", "link", "iframe", "form", "svg", "object"} {
		if len(d.all(tag)) > 0 {
			t.Errorf("a mail has no <%s>", tag)
		}
	}
	for _, table := range d.all("table") {
		if attr(table, "role") != "presentation" {
			t.Error("a table is read aloud as data: role=presentation is missing")
		}
	}
	d.checkLinks(t, r)
	styles := text(d.all("style")[0])
	for _, want := range []string{"prefers-color-scheme: dark", "max-width: 619px"} {
		if !strings.Contains(styles, want) {
			t.Errorf("no style for %s", want)
		}
	}
	if strings.Contains(r.HTML, "ZgotmplZ") || strings.Contains(r.HTML, "url(") || strings.Contains(r.HTML, "@import") {
		t.Error("the HTML has an unsafe or a remote part")
	}
	// Gmail cuts a mail off beyond 102 KB.
	if len(r.HTML) > 60<<10 {
		t.Errorf("the HTML has %d bytes", len(r.HTML))
	}
	if strings.Contains(r.Text+r.HTML+r.Subject, "⟦") {
		t.Error("a text is missing")
	}
	if strings.Contains(r.Text, "<no value>") || strings.Contains(r.Text, "\n\n\n") {
		t.Errorf("untidy text:\n%s", r.Text)
	}
}

// checkLinks demands one button with its address as text below it, also in the
// plain text, and nothing that is loaded or runs.
func (d document) checkLinks(t *testing.T, r Rendered) {
	t.Helper()
	var buttons, shown []string
	for _, a := range d.all("a") {
		href := attr(a, "href")
		if !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") && !strings.HasPrefix(href, "mailto:") {
			t.Errorf("link to %q", href)
		}
		if strings.Contains(attr(a, "style"), "border-width") {
			buttons = append(buttons, href)
		}
		if text(a) == href {
			shown = append(shown, href)
		}
	}
	if len(buttons) != 1 || !slices.Contains(shown, buttons[0]) || !strings.Contains(r.Text, "\n"+buttons[0]+"\n") {
		t.Errorf("buttons %q; one is wanted, with its address as text in both parts (shown: %q)", buttons, shown)
	}
}

func TestRenderRefuses(t *testing.T) {
	valid, err := os.ReadFile("testdata/download.json")
	if err != nil {
		t.Fatal(err)
	}
	change := func(path string, value any) json.RawMessage {
		var data map[string]any
		if err := json.Unmarshal(valid, &data); err != nil {
			t.Fatal(err)
		}
		at, keys := data, strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			at = at[key].(map[string]any)
		}
		at[keys[len(keys)-1]] = value
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, test := range map[string]struct {
		template string
		data     json.RawMessage
		field    string
	}{
		"unknown template":      {"newsletter", valid, "template"},
		"not JSON":              {"download", json.RawMessage(`{`), "data"},
		"nothing":               {"download", nil, "data"},
		"two values":            {"download", append(valid, valid...), "data"},
		"unknown field":         {"download", change("tracking_pixel", true), "data"},
		"wrong type":            {"download", change("limit", "three"), "data"},
		"a megabyte":            {"download", change("order.customer", strings.Repeat("A", 1<<20)), "data"},
		"a long name":           {"download", change("order.customer", strings.Repeat("é", maxName+1)), "data.order.customer"},
		"no product":            {"download", change("order.product", " \r\n"), "data.order.product"},
		"script address":        {"download", change("link", "javascript:alert(1)"), "data.link"},
		"credentials in link":   {"download", change("link", "https://a:b@example.com/"), "data.link"},
		"relative order page":   {"download", change("order.url", "/orders/1"), "data.order.url"},
		"no downloads allowed":  {"download", change("limit", 0), "data.limit"},
		"formatted amount only": {"download", change("order.amount_minor", "$29.00"), "data"},
		"no currency":           {"download", change("order.currency", ""), "data.order.currency"},
		"currency with a tag":   {"download", change("order.currency", "<b>"), "data.order.currency"},
		"negative amount":       {"download", change("order.amount_minor", -1), "data.order.amount_minor"},
		"no expiry":             {"download", change("expires_at", "0001-01-01T00:00:00Z"), "data.expires_at"},
		"no seller":             {"download", change("seller", map[string]any{}), "data.seller.name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, bad := Render(test.template, "en", test.data)
			if bad[test.field] == "" {
				t.Errorf("fields = %v, want %s", bad, test.field)
			}
		})
	}
}

func TestPaletteIsReadable(t *testing.T) {
	for _, color := range []string{"#000000", "#ffffff", "#ffd54a", "#1f5f8b", "#7a3fb5", "#ff0000", "#00ff00", "#808080", "", "red;background:url(x)"} {
		p := palette(color)
		for name, pair := range map[string][2]string{
			"text on the button":    {string(p.Text), string(p.Brand)},
			"link on white":         {string(p.Link), "#ffffff"},
			"link on the dark card": {string(p.OnDark), darkCardHex},
		} {
			if got := contrast(hex(t, pair[0]), hex(t, pair[1])); got < minContrast-0.05 {
				t.Errorf("palette(%q): %s has contrast %.2f", color, name, got)
			}
		}
	}
}

const darkCardHex = "#1b2028"

func hex(t *testing.T, s string) rgb {
	t.Helper()
	if !hexColor.MatchString(s) {
		t.Fatalf("%q is not a colour", s)
	}
	digit := func(i int) float64 { return float64(strings.IndexByte("0123456789abcdef", s[i])) }
	return rgb{digit(1)*16 + digit(2), digit(3)*16 + digit(4), digit(5)*16 + digit(6)}
}
