package e2e_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"doorstep.example/deploy/e2e/stack"
)

var portalLink = regexp.MustCompile(`/portal/enter\?token=[A-Za-z0-9_-]+`)

// A buyer comes back months later, asks for the link, and takes what was bought. The
// same page is shown to somebody who never bought, and nothing is mailed.
func TestPortal(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	id := s.buy("agent-playbook", fileForm())
	s.settled(id, "sent")
	b := openBrowser(t)
	ask := func(email string) string {
		b.do(chromedp.Navigate(s.ShopURL()+"/portal"), fill("#f-email", email))
		b.load(chromedp.Click(chromedp.CSS(`form[action="/portal/login"] button[type="submit"]`)))
		return tidy(askText(b, "main"))
	}
	b.do(chromedp.Navigate(s.ShopURL() + "/portal"))
	b.shoot("30-portal")
	known, unknown := ask(strings.ToUpper(buyer)), ask("eve@customer.example.com")
	if known != unknown {
		t.Errorf("a stranger sees another page:\n%s\n%s", known, unknown)
	}
	b.shoot("31-portal-sent")
	s.eventually("the link is mailed", func() bool { return len(s.mails("", "login")) == 1 })
	link := portalLink.FindString(s.mails("", "login")[0].Text)
	if link == "" {
		t.Fatalf("no link in\n%s", s.mails("", "login")[0].Text)
	}
	for range 3 { // mail gateways look, too
		s.page(link, http.StatusOK)
	}
	b.do(chromedp.Navigate(s.ShopURL() + link))
	b.shoot("32-portal-enter")
	b.load(chromedp.Click(chromedp.CSS(`form[action="/portal/enter"] button`)))
	if where := b.where(); where != s.ShopURL()+"/portal" {
		t.Fatalf("signing in led to %s", where)
	}
	b.shoot("33-portal-purchases")
	if text := askText(b, "main"); !strings.Contains(text, "The Unattended Delivery Playbook") {
		t.Errorf("the purchase is not there:\n%s", text)
	}
	if receipt := newVisitor(t).get(s.ShopURL()+"/orders/"+id+"/receipt", http.StatusOK); !strings.Contains(text(receipt), "$29") {
		t.Errorf("the receipt says %s", tidy(text(receipt)))
	}
	token, _ := url.Parse(link)
	s.post("/portal/enter", url.Values{"token": {token.Query().Get("token")}}, http.StatusGone)
	b.load(chromedp.Click(chromedp.CSS(`form[action$="/resend"] button`)))
	s.eventually("the mail is sent again", func() bool { return len(s.mails(id, "download")) == 2 })
	b.load(chromedp.Click(chromedp.CSS(`form[action="/portal/logout"] button`)))
	if text := askText(b, "main"); strings.Contains(text, "Playbook") {
		t.Error("the purchases are still shown after signing out")
	}
	time.Sleep(300 * time.Millisecond) // for a mail that must not come
	if n := len(s.mails("", "login")); n != 1 {
		t.Errorf("%d sign-in links were mailed, want the buyer's alone", n)
	}
}

// A buyer who mistyped the address corrects it; nobody else can.
func TestBuyerCorrectsTheAddress(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	form := fileForm()
	form.Set("customer_email", "ada@custmer.example.com")
	b := openBrowser(t)
	hosted := s.begin("agent-playbook", form)
	b.do(chromedp.Navigate(hosted))
	b.load(chromedp.Click(chromedp.CSS("form button.primary")))
	id := strings.TrimPrefix(b.where(), s.ShopURL()+"/orders/")
	s.settled(id, "sent")
	s.post("/orders/"+id+"/email", url.Values{"email": {"eve@evil.example.com"}}, http.StatusForbidden)
	if html := s.page("/orders/"+id+"?correct", http.StatusOK); strings.Contains(html, `action="/orders/`+id+`/email"`) {
		t.Error("a stranger with the address of the page is offered to correct it")
	}
	b.do(chromedp.Navigate(s.ShopURL() + "/orders/" + id + "?correct"))
	b.shoot("34-correct-address")
	b.do(fill("#f-email", buyer))
	b.load(chromedp.Click(chromedp.CSS(`form[action="/orders/` + id + `/email"] button[type="submit"]`)))
	s.eventually("receipt and link go to the new address", func() bool {
		return to(s.mails(id, "receipt"), buyer) == 1 && to(s.mails(id, "download"), buyer) == 1
	})
	b.shoot("35-corrected")
	if n := to(s.mails(id, ""), "eve@evil.example.com"); n != 0 {
		t.Errorf("%d mails went to the stranger", n)
	}
	// The links in the order's mails make the reader its buyer, too. Three corrections
	// are enough.
	reader := newVisitor(t)
	link := regexp.MustCompile(`/orders/` + id + `\?buyer=[A-Za-z0-9_-]+`).FindString(s.mails(id, "receipt")[0].Text)
	if got := reader.get(s.ShopURL()+link, http.StatusOK); !strings.Contains(got, "?correct") {
		t.Errorf("whoever comes by the mail's link %q is not offered to correct the address", link)
	}
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		reader.post(s.ShopURL()+"/orders/"+id+"/email", url.Values{"email": {string(rune('a'+i)) + "@customer.example.com"}}, want)
	}
}

func to(mails []stack.Mail, address string) (n int) {
	for _, m := range mails {
		if strings.Trim(m.To, "<>") == address {
			n++
		}
	}
	return n
}

func askText(b *tab, selector string) string {
	b.Helper()
	return ask(b, chromedp.Text(chromedp.CSS(selector)))
}

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") }
