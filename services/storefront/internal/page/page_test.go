package page

import (
	"io"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestEveryPage checks what holds of all pages in all languages: hostile text stays
// text, nothing is inline, nothing needs a script, and the document is one that a
// screen reader can walk.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, l := range r.Languages() {
		for name, page := range every(r, View{Lang: l.Tag, Path: "/x?a=b"}) {
			t.Run(l.Tag+" "+name, func(t *testing.T) {
				t.Parallel()
				doc := document(t, page)
				checkFrame(t, doc, l.Tag)
				checkPolicy(t, doc)
				checkForms(t, doc)
				checkReferences(t, doc)
			})
		}
	}
}

func checkFrame(t *testing.T, doc *goquery.Document, tag string) {
	t.Helper()
	if got := doc.Find("html").AttrOr("lang", ""); got != tag {
		t.Errorf("lang = %q", got)
	}
	if n := doc.Find("h1").Length(); n != 1 {
		t.Errorf("%d h1", n)
	}
	for _, selector := range []string{"main", "header", "footer", "title", "meta[name=viewport]", "meta[name=description]", `.languages a[aria-current="true"]`} {
		if doc.Find(selector).Length() != 1 {
			t.Errorf("not one %s", selector)
		}
	}
	for name, text := range map[string]string{"title": doc.Find("title").Text(), "h1": doc.Find("h1").Text(), "description": doc.Find("meta[name=description]").AttrOr("content", "")} {
		if strings.TrimSpace(strings.TrimSuffix(text, "· Shop "+hostile)) == "" {
			t.Errorf("the %s is empty", name)
		}
	}
	html, err := doc.Html()
	if err != nil {
		t.Fatal(err)
	}
	if _, missing, ok := strings.Cut(html, "⟦"); ok {
		t.Errorf("a text is missing: ⟦%.60s", missing)
	}
}

func checkPolicy(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("script").Each(func(_ int, s *goquery.Selection) {
		if src, ok := s.Attr("src"); !ok || !strings.HasPrefix(src, "/static/") || strings.TrimSpace(s.Text()) != "" {
			t.Errorf("a script that the policy refuses: %s", s.Text())
		}
	})
	if n := doc.Find("style, [style]").Length(); n != 0 {
		t.Errorf("%d inline styles", n)
	}
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("an inline handler: %s", a.Key)
			}
		}
	})
}

// checkForms wants forms that a browser without scripts can send.
func checkForms(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("form").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("method", "") != "post" || !strings.HasPrefix(s.AttrOr("action", ""), "/") || s.Find("button[type=submit]").Length() != 1 {
			t.Errorf("a form that does not post by itself: %s", s.AttrOr("action", ""))
		}
	})
	if n := doc.Find("button:not([type=submit])").Length(); n != 0 {
		t.Errorf("%d buttons that only a script could serve", n)
	}
	doc.Find("input:not([type=hidden]), textarea, select").Each(func(_ int, s *goquery.Selection) {
		if id, _ := s.Attr("id"); id == "" || doc.Find(`label[for="`+id+`"]`).Length() != 1 {
			t.Errorf("an input without its label: %q", id)
		}
	})
	doc.Find("img").Each(func(_ int, s *goquery.Selection) {
		if _, ok := s.Attr("alt"); !ok {
			t.Error("a picture without alt")
		}
	})
}

// checkReferences wants each id once, and each that is referred to.
func checkReferences(t *testing.T, doc *goquery.Document) {
	t.Helper()
	ids := map[string]int{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			t.Errorf("the id %s is there %d times", id, n)
		}
	}
	for _, attribute := range []string{"aria-describedby", "aria-labelledby", "for"} {
		doc.Find("[" + attribute + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(attribute, "")) {
				if ids[id] == 0 {
					t.Errorf("%s names %s, which is not there", attribute, id)
				}
			}
		})
	}
	doc.Find(`main a[href^="#"]`).Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("href", "#")[1:]; ids[id] == 0 {
			t.Errorf("a link leads to #%s, which is not there", id)
		}
	})
}

func TestNewRefusesBadShops(t *testing.T) {
	t.Parallel()
	for name, shop := range map[string]Shop{
		"no name": {}, "no colour": {Name: "S", Color: "teal"}, "no such language": {Name: "S", Languages: []string{"en", "tlh"}},
	} {
		if _, err := New(shop); err == nil {
			t.Errorf("%s passed", name)
		}
	}
	if _, err := New(Shop{Name: "S"}); err != nil {
		t.Errorf("without a colour: %v", err)
	}
}

func TestLogoStandsForTheName(t *testing.T) {
	t.Parallel()
	r, err := New(Shop{Name: "Northwind", LogoURL: "/static/logo.png"})
	if err != nil {
		t.Fatal(err)
	}
	brand := document(t, func(w io.Writer) error { return r.Catalogue(w, english, Catalogue{}) }).Find(".brand")
	if img := brand.Find("img"); img.AttrOr("src", "") != "/static/logo.png" || img.AttrOr("alt", "") != "Northwind" {
		t.Errorf("logo = %v", img.Nodes)
	}
	if brand.Find("svg").Length() != 0 || strings.TrimSpace(brand.Text()) != "" {
		t.Error("there are two logos")
	}
}

func TestMessageFollowsKeyThenStatus(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	headline := func(m Message) string {
		return document(t, func(w io.Writer) error { return r.Message(w, english, m) }).Find("h1").Text()
	}
	for want, m := range map[string]Message{
		"There is no order under this address": {Status: 404, Key: "unknown_order"},
		"Nobody lives at this address":         {Status: 404, Key: "forbidden_address"},
		"We could not read that":               {Status: 418},
		"Something went wrong on our side":     {Status: 502},
		"We are back in a moment":              {Status: 503},
	} {
		if got := headline(m); got != want {
			t.Errorf("%+v: %q, want %q", m, got, want)
		}
	}
}

func TestDownloadPageStartsNothing(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	page := func(state DownloadState) *goquery.Document {
		return document(t, func(w io.Writer) error {
			return r.Download(w, english, Download{State: state, File: "f", Action: "/download/renew", Hidden: []Hidden{{"token", "T"}}})
		})
	}
	for state, button := range map[DownloadState]int{LinkOpen: 1, LinkExpired: 1, LinkUsedUp: 1, LinkRevoked: 1, LinkRefunded: 0, LinkRenewed: 0} {
		doc := page(state)
		if got := doc.Find("form[method=post] button").Length(); got != button {
			t.Errorf("%s: %d buttons, want %d", state, got, button)
		}
		if doc.Find("meta[http-equiv=refresh], a[download], iframe").Length() != 0 {
			t.Errorf("%s: something starts by itself", state)
		}
	}
}
