package page

import (
	"io"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

func links(doc *goquery.Document, selector string) map[string]string {
	found := map[string]string{}
	doc.Find(selector).Each(func(_ int, s *goquery.Selection) { found[s.AttrOr("hreflang", "")] = s.AttrOr("href", "") })
	return found
}

// TestLanguageSwitch: each page leads to itself in every language, and nowhere else.
func TestLanguageSwitch(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for path, want := range map[string]string{
		"":                       "/?lang=",
		"/products/audit":        "/products/audit?lang=",
		"/download?token=a%2Fb":  "/download?lang=%s&token=a%2Fb",
		"/contact?lang=fr":       "/contact?lang=",
		"//evil.example/x":       "/?lang=",
		"https://evil.example/x": "/?lang=",
		"javascript:alert(1)":    "/?lang=",
		"/\\evil.example":        "/%5Cevil.example?lang=",
	} {
		doc := document(t, func(w io.Writer) error { return r.Catalogue(w, View{Lang: "de", Path: path}, Catalogue{}) })
		for tag, href := range links(doc, ".languages a") {
			wanted := want + tag
			if strings.Contains(want, "%s") {
				wanted = strings.Replace(want, "%s", tag, 1)
			}
			if href != wanted {
				t.Errorf("%q in %s: %q, want %q", path, tag, href, wanted)
			}
		}
		if got := doc.Find(".languages [aria-current]").Text(); got != "Deutsch" {
			t.Errorf("the current language is %q", got)
		}
	}
}

func TestAlternates(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	doc := document(t, func(w io.Writer) error { return r.Contact(w, View{Lang: "en", Path: "/contact"}, Contact{}) })
	want := map[string]string{"en": "https://shop.example.com/contact?lang=en", "de": "https://shop.example.com/contact?lang=de"}
	if diff := cmp.Diff(want, links(doc, "link[rel=alternate]")); diff != "" {
		t.Errorf("alternates (-want +got):\n%s", diff)
	}
	private := document(t, func(w io.Writer) error { return r.Order(w, english, sampleOrder("sent")) })
	if private.Find("link[rel=alternate]").Length() != 0 || private.Find("meta[name=robots][content=noindex]").Length() != 1 {
		t.Error("an order shows itself to search engines")
	}
}

func TestShopChoosesItsLanguages(t *testing.T) {
	t.Parallel()
	r, err := New(Shop{
		Name: "S", Tagline: "Hello", Languages: []string{"de"},
		Translations: map[string]ShopText{"de": {Tagline: "Hallo", Legal: []Link{{"Impressum", "https://example.com/"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, wish := range [][2]string{{"", "en"}, {"en", ""}, {"", "fr, de;q=0.5"}, {"x", "y"}} {
		if got := r.Match(wish[0], wish[1]); got != "de" {
			t.Errorf("Match(%q, %q) = %q", wish[0], wish[1], got)
		}
	}
	doc := document(t, func(w io.Writer) error { return r.Catalogue(w, english, Catalogue{}) })
	if got := doc.Find("html").AttrOr("lang", ""); got != "de" {
		t.Errorf("lang = %q", got)
	}
	if got := doc.Find("h1").Text(); got != "Hallo" {
		t.Errorf("h1 = %q", got)
	}
	if !strings.Contains(doc.Find(".foot").Text(), "Impressum") {
		t.Error("the legal links are not the German ones")
	}
	if doc.Find(".languages").Length() != 0 {
		t.Error("a shop of one language offers a choice")
	}
}
