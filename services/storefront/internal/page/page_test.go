package page

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

const hostile = `"><script>alert(1)</script>'{{.}}`

func renderer(t *testing.T) *Renderer {
	t.Helper()
	r, err := New(Shop{
		Name: "Shop " + hostile, Tagline: hostile, Color: "#0f766e", URL: "https://shop.example.com", Support: "help@example.com",
		Address: hostile, Legal: []Link{{hostile, "https://example.com/terms"}}, Sandbox: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// document renders a page and parses it.
func document(t *testing.T, write func(io.Writer) error) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func card() Card {
	return Card{ID: "audit", Name: "Audit " + hostile, Tagline: hostile, Price: "$199", Includes: []string{hostile}, Promise: "at most 15 minutes", Kind: "audit", Href: "/products/audit"}
}

func form() Form {
	return Form{Token: hostile, Fields: []Field{
		{Name: "target_url", Label: "Address " + hostile, Type: "url", Help: hostile, Value: hostile, Error: "Bad " + hostile, Required: true, MaxLength: 500, Placeholder: hostile},
		{Name: "customer_email", Label: "E-mail", Type: "email", Required: true},
	}}
}

func sampleOrder(state string) Order {
	return Order{
		ID: "2d6f8prsbtyd5w921gxdn6ywbz", State: state, Final: state == "sent", Kind: "audit", Product: hostile, Amount: "$199", Target: hostile, Email: hostile,
		CreatedAt: noon, Note: hostile, ReceiptAt: noon,
		Stations: []Station{{Name: "Payment", State: Done, At: noon, Detail: hostile}, {Name: "Audit", State: Active}, {Name: "Mail", State: Waiting}},
		Progress: &Progress{Check: hostile, Done: 3, Total: 14}, Goods: []Good{{Name: hostile, Detail: "PDF", ActionURL: "/orders/x/goods/y", ButtonText: "Open the PDF"}},
		Grade: &Grade{Letter: "C", Score: 64, High: 2},
	}
}

// every is each page with hostile texts wherever a text may come from a stranger.
func every(r *Renderer) map[string]func(io.Writer) error {
	pages := map[string]func(io.Writer) error{
		"catalogue": func(w io.Writer) error { return r.Catalogue(w, Catalogue{Products: []Card{card(), card()}}) },
		"product": func(w io.Writer) error {
			return r.Product(w, Product{Card: card(), Description: []string{hostile}, Questions: []Question{{hostile, hostile}}, Form: form()})
		},
		"message": func(w io.Writer) error {
			return r.Message(w, Message{Status: 404, Title: hostile, Text: hostile, Links: []Link{{hostile, "/"}}})
		},
		"verify": func(w io.Writer) error {
			return r.Verify(w, Verify{ReportID: hostile, Genuine: true, Issued: noon, Target: hostile, Product: hostile, SHA256: "ab"})
		},
		"verify unknown": func(w io.Writer) error { return r.Verify(w, Verify{ReportID: hostile}) },
	}
	for _, state := range []string{"awaiting_payment", "paid", "working", "ready", "sent", "delivered", "awaiting_proof", "held", "failed", "undeliverable", "refunded", "expired"} {
		pages["order "+state] = func(w io.Writer) error { return r.Order(w, sampleOrder(state)) }
	}
	for _, state := range []DownloadState{LinkOpen, LinkExpired, LinkUsedUp, LinkRevoked, LinkRefunded, LinkRenewed} {
		pages["download "+string(state)] = func(w io.Writer) error {
			return r.Download(w, Download{State: state, Product: hostile, File: hostile, Size: "3 KB", Left: 2, Until: noon, Email: hostile, Action: "/download", Hidden: []Hidden{{"token", hostile}}, OrderURL: "/orders/x"})
		}
	}
	return pages
}

// TestEveryPage checks what holds of all pages: hostile text stays text, nothing is
// inline, and the document is one that a screen reader can walk.
func TestEveryPage(t *testing.T) {
	r := renderer(t)
	for name, write := range every(r) {
		t.Run(name, func(t *testing.T) {
			doc := document(t, write)
			if n := doc.Find("h1").Length(); n != 1 {
				t.Errorf("%d h1", n)
			}
			for _, selector := range []string{"main", "header", "footer", "title", "html[lang]", "meta[name=viewport]"} {
				if doc.Find(selector).Length() == 0 {
					t.Errorf("no %s", selector)
				}
			}
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
		})
	}
}

func TestRefusedFormKeepsValuesAndTellsAtEachField(t *testing.T) {
	r := renderer(t)
	doc := document(t, func(w io.Writer) error { return r.Product(w, Product{Card: card(), Form: form()}) })
	input := doc.Find("input[name=target_url]")
	if got := input.AttrOr("value", ""); got != hostile {
		t.Errorf("value = %q", got)
	}
	if input.AttrOr("aria-invalid", "") != "true" {
		t.Error("the field is not marked as invalid")
	}
	for _, id := range strings.Fields(input.AttrOr("aria-describedby", "")) {
		if doc.Find("#"+id).Length() != 1 {
			t.Errorf("%s describes the field and is not there", id)
		}
	}
	if got := doc.Find("#error-target_url").Text(); !strings.Contains(got, "Bad "+hostile) {
		t.Errorf("error text = %q", got)
	}
	if doc.Find("input[name=form_token]").AttrOr("value", "") != hostile || doc.Find("input[name=product]").AttrOr("value", "") != "audit" {
		t.Error("the form has lost its token or product")
	}
	if good := doc.Find("input[name=customer_email]"); good.AttrOr("aria-invalid", "false") == "true" {
		t.Error("a good field is marked as invalid")
	}
}

func TestOrderPage(t *testing.T) {
	r := renderer(t)
	for state, paysAgain := range map[string]bool{"awaiting_payment": false, "working": false, "sent": false, "failed": false, "refunded": false, "expired": false} {
		doc := document(t, func(w io.Writer) error { return r.Order(w, sampleOrder(state)) })
		live := doc.Find("[data-state]")
		if live.Length() != 1 || live.AttrOr("data-state", "") != state {
			t.Errorf("%s: data-state = %q", state, live.AttrOr("data-state", ""))
		}
		if final := doc.Find("[data-final]").Length() == 1; final != (state == "sent") {
			t.Errorf("%s: data-final = %v", state, final)
		}
		if got := doc.Find(`form[action="/checkout"]`).Length() > 0; got != paysAgain {
			t.Errorf("%s: the page invites to pay again", state)
		}
		fragment := document(t, func(w io.Writer) error { return r.OrderFragment(w, sampleOrder(state)) })
		if fragment.Find("header, footer, script").Length() != 0 || fragment.Find("[data-state]").AttrOr("data-state", "") != state {
			t.Errorf("%s: the fragment is more than the live part", state)
		}
	}
	headline := func(unpaid bool) string {
		o := sampleOrder("failed")
		o.Unpaid = unpaid
		return document(t, func(w io.Writer) error { return r.Order(w, o) }).Find("h1").Text()
	}
	if headline(true) == headline(false) {
		t.Error("a failed payment reads like failed work")
	}
	refresh := func(state string) int {
		return document(t, func(w io.Writer) error { return r.Order(w, sampleOrder(state)) }).Find("noscript").Length()
	}
	if refresh("working") == 0 {
		t.Error("without JavaScript nothing refreshes the page")
	}
}

func TestDownloadPageStartsNothing(t *testing.T) {
	r := renderer(t)
	page := func(state DownloadState) *goquery.Document {
		return document(t, func(w io.Writer) error {
			return r.Download(w, Download{State: state, File: "f", Action: "/download/renew", Hidden: []Hidden{{"token", "T"}}})
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

func TestStatic(t *testing.T) {
	r := renderer(t)
	doc := document(t, func(w io.Writer) error { return r.Catalogue(w, Catalogue{Products: []Card{card()}}) })
	var assets []string
	doc.Find("link[href^='/static/'], script[src], img[src]").Each(func(_ int, s *goquery.Selection) {
		assets = append(assets, s.AttrOr("href", s.AttrOr("src", "")))
	})
	if len(assets) < 3 {
		t.Fatalf("assets = %v", assets)
	}
	total := 0
	for _, path := range assets {
		w := httptest.NewRecorder()
		r.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		total += w.Body.Len()
	}
	if total > 200<<10 {
		t.Errorf("%d bytes of assets", total)
	}
	w := httptest.NewRecorder()
	r.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/static/../page.go", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("outside the folder: %d", w.Code)
	}
}

func TestNewRefusesBadShops(t *testing.T) {
	for name, shop := range map[string]Shop{"no name": {}, "no colour": {Name: "S", Color: "teal"}} {
		if _, err := New(shop); err == nil {
			t.Errorf("%s passed", name)
		}
	}
	if _, err := New(Shop{Name: "S"}); err != nil {
		t.Errorf("without a colour: %v", err)
	}
}

// TestContrast holds the palette of any brand colour to WCAG AA, in both themes.
func TestContrast(t *testing.T) {
	for _, brand := range []string{"#000000", "#ffffff", "#ffff00", "#ff0000", "#0f766e", "#777777", "#00ff00", "#1e3a8a"} {
		p, err := newPalette(brand)
		if err != nil {
			t.Fatal(err)
		}
		for theme, s := range map[string]scheme{"light": p.light, "dark": p.dark} {
			for _, pair := range []struct {
				text, ground string
				want         float64
			}{
				{"ink", "paper", textContrast}, {"ink", "surface", textContrast}, {"muted", "paper", textContrast}, {"muted", "sunk", textContrast},
				{"accent-text", "paper", textContrast}, {"accent-text", "surface", textContrast}, {"poor-text", "surface", textContrast},
				{"on-button", "button", textContrast}, {"control", "surface", markContrast},
			} {
				if got := contrast(mustHex(s[pair.text]), mustHex(s[pair.ground])); got < pair.want {
					t.Errorf("%s, %s: %s on %s has %.2f, want %.1f", brand, theme, pair.text, pair.ground, got, pair.want)
				}
			}
		}
	}
}
