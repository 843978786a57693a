package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A German buyer reads German from the catalogue to the mail, and may change their mind.
func TestGermanBuyer(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	german := newVisitor(t)
	german.header.Set("Accept-Language", "de-AT,de;q=0.9,en;q=0.5")
	if html := german.get(s.ShopURL()+"/", http.StatusOK); !strings.Contains(html, `<html lang="de"`) {
		t.Error("the catalogue is not in the browser's language")
	}
	if html := german.get(s.ShopURL()+"/?lang=en", http.StatusOK); !strings.Contains(html, `<html lang="en"`) {
		t.Error("the switch does not change the language")
	}
	if html := german.get(s.ShopURL()+"/contact", http.StatusOK); !strings.Contains(html, `<html lang="en"`) {
		t.Error("the language that was chosen is forgotten on the next page")
	}
	b := openBrowser(t)
	b.do(chromedp.Navigate(s.ShopURL() + "/products/agent-playbook?lang=de"))
	b.shoot("50-product-german")
	b.do(fill("#f-customer_email", buyer), fill("#f-contact_name", "Jörg Müßig"))
	b.load(chromedp.Click(submit))
	b.load(chromedp.Click(chromedp.CSS("form button.primary")))
	id := strings.TrimPrefix(b.where(), s.ShopURL()+"/orders/")
	s.settled(id, "sent")
	b.do(chromedp.Navigate(s.ShopURL() + "/orders/" + id))
	b.shoot("51-order-german")
	for path, name := range map[string]string{"/contact": "52-contact-german", "/portal": "53-portal-german", "/": "54-catalogue-german", "/nothing": "55-not-found-german"} {
		b.quietly(func() { b.load(chromedp.Navigate(s.ShopURL() + path)); b.shoot(name) })
	}
	for _, m := range s.mails(id, "") {
		if !strings.Contains(m.Text, "Sie") || strings.Contains(m.Text, " your ") || strings.Contains(m.HTML, "⟦") {
			t.Errorf("the mail %s is not in German:\n%s", m.Template, m.Text)
		}
	}
	if n := len(s.mails(id, "")); n != 2 {
		t.Errorf("%d mails, want two", n)
	}
}
