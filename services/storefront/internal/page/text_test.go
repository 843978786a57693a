package page

import (
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// textsOf reads a message file as it is: the text by key, plural forms joined.
func textsOf(t *testing.T, tag string) map[string]string {
	t.Helper()
	raw, err := messages.ReadFile("text/" + tag + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	flatten(tree, "", texts)
	return texts
}

func flatten(tree map[string]any, prefix string, into map[string]string) {
	for key, value := range tree {
		switch value := value.(type) {
		case string:
			into[prefix+key] = value
		case map[string]any:
			if one, ok := value["one"].(string); ok {
				into[prefix+key] = one + " " + value["other"].(string)
				continue
			}
			flatten(value, prefix+key+".", into)
		}
	}
}

// keysAsTexts is a message file whose every text is its own key and its placeholders,
// as ⟨order.text.sent⟩ {email}.
func keysAsTexts(t *testing.T) fstest.MapFS {
	t.Helper()
	tree := map[string]any{}
	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	for key, text := range textsOf(t, "en") {
		node, path := tree, strings.Split(key, ".")
		for _, part := range path[:len(path)-1] {
			if node[part] == nil {
				node[part] = map[string]any{}
			}
			node = node[part].(map[string]any)
		}
		node[path[len(path)-1]] = strings.Join(append(placeholder.FindAllString(text, -1), "⟨"+key+"⟩"), " ")
	}
	raw, err := yaml.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"en.yaml": {Data: raw}, "de.yaml": {Data: raw}}
}

// TestEveryTextIsShown: a text that no page shows is one that nobody looks after.
func TestEveryTextIsShown(t *testing.T) {
	t.Parallel()
	keys := textsOf(t, "en")
	delete(keys, "language.name") // package lang reads it
	var shown strings.Builder
	for _, shop := range []Shop{{Name: "S", Support: "a@example.com", Sandbox: true}, {Name: "S"}} {
		r, err := newRenderer(shop, keysAsTexts(t))
		if err != nil {
			t.Fatal(err)
		}
		pages := every(r, english)
		for key := range keys {
			if id, ok := strings.CutPrefix(key, "check."); ok {
				pages[key] = func(w io.Writer) error {
					return r.Order(w, english, Order{State: "working", Progress: &Progress{Check: id, Title: "?"}})
				}
			}
		}
		for _, page := range pages {
			shown.WriteString(strings.ReplaceAll(render(t, page), "<wbr>", ""))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if mark := "⟨" + key + "⟩"; !strings.Contains(shown.String(), mark) && !strings.Contains(shown.String(), url.PathEscape(mark)) {
			t.Errorf("no page shows %s", key)
		}
	}
}

// TestTextsAreTranslated: package lang compares keys and placeholders; this wants that
// nobody copied a text and left it in English, and that German keeps its distance.
func TestTextsAreTranslated(t *testing.T) {
	t.Parallel()
	same := map[string]bool{"field.target_url.hint": true, "order.website": true, "verify.website": true, "order.pdf_size": true}
	informal := regexp.MustCompile(`(?i)\b(du|dich|dir|dein(e|er|em|en)?)\b`)
	en, de := textsOf(t, "en"), textsOf(t, "de")
	for key, text := range de {
		if text == en[key] && !same[key] {
			t.Errorf("%s is %q in both languages", key, text)
		}
		if informal.MatchString(text) {
			t.Errorf("%s is on first-name terms: %q", key, text)
		}
	}
	for key, text := range en {
		if strings.Contains(strings.ToLower(text), "e-mail") {
			t.Errorf("%s: %q; it is spelt email", key, text)
		}
	}
}

func TestSayFallsBackToTheTextItself(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	note := func(v View, note string) string {
		return document(t, func(w io.Writer) error { return r.Order(w, v, Order{State: "failed", Note: note}) }).Find(".note").Text()
	}
	sentence := "The server refused the connection, and said “{why}”."
	if got := note(german, sentence); got != sentence {
		t.Errorf("a sentence became %q", got)
	}
	if got := note(german, "refusal.redirect_loop"); !strings.Contains(got, "im Kreis") {
		t.Errorf("a key became %q", got)
	}
}

// TestMarkup: elements stay, everything else is escaped, wherever it comes from.
func TestMarkup(t *testing.T) {
	t.Parallel()
	r, err := newRenderer(Shop{Name: "S"}, fstest.MapFS{"en.yaml": {Data: []byte(`
language: {name: English}
text: "Write to {who} & {why} <now>"
`)}})
	if err != nil {
		t.Fatal(err)
	}
	s := speaker{r.texts.In("en")}
	got := string(s.markup("text", "who", mail("a@example.com", "Order {who} 1"), "why", "<b>"))
	want := `Write to <a class="break" href="mailto:a@example.com?subject=Order%20%7Bwho%7D%201">a@example.com</a> &amp; &lt;b&gt; &lt;now&gt;`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("markup (-want +got):\n%s", diff)
	}
}
