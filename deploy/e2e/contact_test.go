package e2e_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Somebody writes to the seller, who can answer with one press. Whoever writes spam is
// thanked in the same way.
func TestContact(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	b := openBrowser(t)
	b.do(chromedp.Navigate(s.ShopURL() + "/contact"))
	b.shoot("40-contact")
	b.do(fill("#f-name", "Seán O'Brien"), fill("#f-email", "sean@customer.example.com"), fill("#f-company", "李 & Söhne"),
		fill("#f-message", "Our pentester found <script>alert(1)</script> on the page.\nCan you audit /admin?id=1' OR 1=1 as well?"))
	b.load(chromedp.Click(chromedp.CSS(`form[action="/contact"] button[type="submit"]`)))
	thanks := tidy(askText(b, "main"))
	b.shoot("41-contact-sent")
	s.eventually("the seller has the message", func() bool { return len(s.mails("", "contact")) == 1 })
	m := s.mails("", "contact")[0]
	raw, err := os.ReadFile(m.Path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Trim(m.To, "<>") != seller || !strings.Contains(string(raw), "Reply-To: <sean@customer.example.com>") {
		t.Errorf("the mail goes to %s and is not answered to its writer:\n%.1500s", m.To, raw)
	}
	for _, want := range []string{"Seán O'Brien", "李 & Söhne", "<script>alert(1)</script>"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the mail does not say %q:\n%s", want, m.Text)
		}
	}
	if strings.Contains(m.HTML, "<script>alert") {
		t.Error("the mail's HTML carries the markup of its writer")
	}
	spam := url.Values{"name": {"Eve"}, "email": {"eve@evil.example.com"}, "message": {"buy"}, "homepage": {"https://evil.example.com"}}
	if got := newVisitor(t).post(s.ShopURL()+"/contact", spam, http.StatusOK); !strings.Contains(tidy(text(got)), thanks) {
		t.Errorf("spam is told from a message: want %q", thanks)
	}
	time.Sleep(300 * time.Millisecond) // for a mail that must not come
	if n := len(s.mails("", "contact")); n != 1 {
		t.Errorf("%d mails to the seller, want one", n)
	}
	bad := newVisitor(t).post(s.ShopURL()+"/contact", url.Values{"name": {"Ada"}, "email": {"no address"}, "message": {"keep <b>this</b>"}}, http.StatusBadRequest)
	if !strings.Contains(bad, "keep &lt;b&gt;this&lt;/b&gt;") {
		t.Error("the form that was refused lost the message")
	}
}
