package page

import (
	"io"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestEnterSignsNobodyInByItself: the link opens a page with a button, whoever opens it.
func TestEnterSignsNobodyInByItself(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	page := func(e Enter) *goquery.Document {
		return document(t, func(w io.Writer) error { return r.Enter(w, english, e) })
	}
	open := page(Enter{State: EnterOpen, Token: "T"})
	if got := open.Find(`form[method=post][action="/portal/enter"] input[type=hidden][name=token]`).AttrOr("value", ""); got != "T" {
		t.Errorf("token = %q", got)
	}
	if open.Find("script, meta[http-equiv=refresh]").Length() != 0 {
		t.Error("something starts by itself")
	}
	over := page(Enter{State: EnterOver})
	if over.Find("form").Length() != 0 || over.Find(`main a[href="/portal"]`).Length() != 1 {
		t.Error("a link that is over does not lead to a new one")
	}
}

// TestPortalTellsNobodyWhoIsACustomer: the answer names no address.
func TestPortalTellsNobodyWhoIsACustomer(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	fields := []Field{{Name: "email", Type: "email", Value: "ada@example.com"}}
	sent := render(t, func(w io.Writer) error { return r.Portal(w, english, Portal{Sent: true, Form: Form{Fields: fields}}) })
	if other := render(t, func(w io.Writer) error { return r.Portal(w, english, Portal{Sent: true}) }); sent != other {
		t.Error("the page depends on the address")
	}
}

func TestPurchasesOfferWhatMayBeDone(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	bare := purchase("refunded")
	bare.Goods, bare.Licenses, bare.ResendURL, bare.ReceiptURL = nil, nil, "", ""
	doc := document(t, func(w io.Writer) error {
		return r.Purchases(w, english, Purchases{Email: "ada@example.com", List: []Purchase{purchase("delivered"), bare}, Hidden: []Hidden{{"token", "S"}}})
	})
	if got := doc.Find(`form[action="/portal/logout"] input[name=token]`).AttrOr("value", ""); got != "S" {
		t.Errorf("signing out posts %q", got)
	}
	for selector, want := range map[string]int{"form": 3, "a[href^='https://pay.']": 1, ".licenses code": 2, "h2 a[href='/orders/2d6f8prsbtyd5w921gxdn6ywbz']": 1} {
		if got := doc.Find(".purchase").First().Find(selector).Length(); got != want {
			t.Errorf("%s: %d, want %d", selector, got, want)
		}
	}
	if refunded := doc.Find(".purchase[data-state=refunded]"); refunded.Find("form, .licenses").Length() != 0 || refunded.Find(".eyebrow").Text() != "Refunded" {
		t.Error("a refunded purchase can still be taken")
	}
}
