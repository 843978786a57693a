package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"doorstep.example/deploy/e2e/stack"
)

const (
	pay   = chromedp.CSS("form button.primary") // on Stripe's page
	doubt = chromedp.CSS("#warning-customer_email")
)

// People with a browser walk through one shop, each from an address of their own.
func TestWalks(t *testing.T) {
	t.Parallel()
	site := listen(t, http.HandlerFunc(hesitantSite))
	s := open(t, lab(site), with("TRUSTED_PROXIES", "127.0.0.1/32"))
	for i, walk := range []struct {
		name string
		walk func(*shop, *tab)
	}{
		{"a download without JavaScript", downloadWithoutJavaScript},
		{"an audit whose steps have names", func(s *shop, b *tab) { auditWithNamedSteps(s, b, "http://"+site+"/") }},
		{"a role address is asked about", roleAddressIsAskedAbout},
		{"a misspelt address is noticed", misspeltAddressIsNoticed},
		{"a payment that takes days", paymentThatTakesDays},
		{"a payment that fails in the end", paymentThatFails},
		{"a refund", refundIsSeen},
		{"a link that is used up", usedLinkIsRenewed},
	} {
		t.Run(walk.name, func(t *testing.T) {
			t.Parallel()
			b := openBrowser(t)
			b.from(fmt.Sprintf("203.0.113.%d", i+1))
			walk.walk(s.in(t), b)
		})
	}
}

// from makes the browser one of those behind the shop's proxy.
func (b *tab) from(address string) {
	b.Helper()
	headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"X-Forwarded-For": address}}
	if _, err := chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, headers); err != nil {
		b.Fatal(err)
	}
}

// hesitantSite is slow enough for a person to see each step of its audit.
func hesitantSite(w http.ResponseWriter, r *http.Request) {
	select {
	case <-time.After(500 * time.Millisecond):
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!doctype html><title>Hesitant</title><h1>A hesitant site</h1>")
}

// begin opens the order form of a product and sends it; it returns where that led.
func (b *tab) begin(s *shop, product string, fields map[string]string) string {
	b.Helper()
	b.do(chromedp.Navigate(s.ShopURL() + "/products/" + product))
	for name, value := range fields {
		b.do(fill(chromedp.CSS("#f-"+name), value))
	}
	b.load(chromedp.Click(submit))
	return b.where()
}

// orderFile orders the file and returns the hosted page.
func (b *tab) orderFile(s *shop) string {
	b.Helper()
	where := b.begin(s, "agent-playbook", map[string]string{"customer_email": buyer, "contact_name": "Ada Lovelace"})
	b.wantAtStripe(s)
	return where
}

func (b *tab) wantAtStripe(s *shop) {
	b.Helper()
	if where := b.where(); !strings.HasPrefix(where, s.SandboxURL()+"/") {
		b.Fatalf("the order form led to %s", where)
	}
}

// buyFile buys the file, waits until the page says sent, and returns the order's id.
func (b *tab) buyFile(s *shop) string {
	b.Helper()
	b.orderFile(s)
	b.load(chromedp.Click(pay))
	b.eventuallySent()
	return b.orderID(s)
}

// orderID is the order whose page is open.
func (b *tab) orderID(s *shop) string {
	b.Helper()
	id, found := strings.CutPrefix(b.where(), s.ShopURL()+"/orders/")
	if !found {
		b.Fatalf("no order page is open, but %s", b.where())
	}
	return id
}

// says is what the page shows, on one line.
func (b *tab) says() string {
	b.Helper()
	return flat(ask(b, chromedp.Text(chromedp.CSS("main"))))
}

// has reports whether something is in the page now.
func (b *tab) has(selector string) bool {
	b.Helper()
	return ask(b, chromedp.Evaluate[bool](fmt.Sprintf("document.querySelector(%q) !== null", selector)))
}

// A browser that runs no scripts buys a file; the button saves the very file.
func downloadWithoutJavaScript(s *shop, b *tab) {
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		s.Fatal(err)
	}
	folder := s.TempDir()
	saving := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder}
	if _, err := chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, saving); err != nil {
		s.Fatal(err)
	}
	b.do(chromedp.Navigate(s.ShopURL() + "/"))
	b.load(chromedp.Click(chromedp.CSS(`a[href="/products/agent-playbook"]`)))
	b.load(fill("#f-customer_email", buyer), fill("#f-contact_name", "Ada Lovelace"), chromedp.Click(submit))
	b.load(chromedp.Click(pay))
	b.eventuallySent()
	b.do(chromedp.WaitReady(chromedp.CSS("#live[data-final]")), chromedp.Click(chromedp.ID("good-0")))
	s.eventually("the file is saved", func() bool {
		saved, err := filepath.Glob(filepath.Join(folder, "*.md"))
		if err != nil || len(saved) != 1 {
			return false
		}
		content, err := os.ReadFile(saved[0])
		return err == nil && bytes.Equal(content, s.goods())
	})
}

// While a site is audited, the page names what is being looked at, one after the
// other; then the button is there.
func auditWithNamedSteps(s *shop, b *tab, target string) {
	b.begin(s, "security-audit", map[string]string{
		"target_url": target, "target_name": "Northwind Atelier", "customer_email": buyer, "contact_name": "Ada Lovelace",
	})
	b.wantAtStripe(s)
	b.load(chromedp.Click(pay))
	ask(b, chromedp.Evaluate[bool](`window.steps = new Set(); new MutationObserver(() => {
		const step = document.querySelector("label[for=progress]");
		if (step) steps.add(step.textContent + "|" + document.getElementById("progress").value);
	}).observe(document.body, {childList: true, subtree: true}); true`))
	b.do(chromedp.WaitVisible(chromedp.CSS(`#live[data-state="sent"][data-final]`)))
	steps := ask(b, chromedp.Evaluate[[]string](`[...steps]`))
	names, last := map[string]bool{}, 0
	for _, step := range steps {
		name, count, _ := strings.Cut(step, "|")
		names[name] = true
		var done int
		if _, err := fmt.Sscan(count, &done); err != nil || done < last {
			s.Errorf("the progress went from %d to %q", last, count)
		}
		last = done
	}
	if len(names) < 2 || names[""] {
		s.Errorf("the page named the steps %q, want at least two", steps)
	}
	if text := ask(b, chromedp.Text(chromedp.ID("good-0"))); text != "Open the PDF" {
		s.Errorf("the button says %q", text)
	}
}

// An address that nobody in particular reads is asked about, and not refused: one
// more press, with a tick, leads to Stripe.
func roleAddressIsAskedAbout(s *shop, b *tab) {
	where := b.begin(s, "agent-playbook", map[string]string{"customer_email": "info@customer.example.com", "contact_name": "Ada Lovelace"})
	if strings.HasPrefix(where, s.SandboxURL()) {
		s.Fatal("the address was not asked about")
	}
	if text := ask(b, chromedp.Text(doubt)); !strings.Contains(text, "info@customer.example.com") {
		s.Errorf("the field asks %q", text)
	}
	if field := ask(b, chromedp.Attributes(chromedp.CSS("#f-customer_email"))); !strings.Contains(field["aria-describedby"], "warning-customer_email") || field["aria-invalid"] == "true" {
		s.Errorf("the field is not marked as doubted for a screen reader: %v", field)
	}
	if focus := ask(b, chromedp.Evaluate[string](`document.activeElement.id`)); focus != "warnings" {
		s.Errorf("the focus is at %q, want the question", focus)
	}
	b.shoot("60-doubted")
	b.load(chromedp.Click(submit)) // without the tick it is asked again
	if name := ask(b, chromedp.Value(chromedp.CSS("#f-contact_name"))); name != "Ada Lovelace" {
		s.Errorf("the name came back as %q", name)
	}
	b.load(chromedp.Click(chromedp.CSS("#f-confirm")), chromedp.Click(submit))
	b.wantAtStripe(s)
	b.load(chromedp.Click(pay))
	id := b.orderID(s)
	s.settled(id, "sent")
	s.oneMail(id, "download", "info@customer.example.com")
}

// A slip in a large provider's name is shown; put right, the form goes through.
func misspeltAddressIsNoticed(s *shop, b *tab) {
	b.begin(s, "agent-playbook", map[string]string{"customer_email": "ada.lovelace@gmial.com"})
	if text := ask(b, chromedp.Text(doubt)); !strings.Contains(text, "gmail.com") {
		s.Errorf("the field asks %q, want gmail.com suggested", text)
	}
	b.do(chromedp.SetValue(chromedp.CSS("#f-customer_email"), buyer))
	b.load(chromedp.Click(submit))
	b.wantAtStripe(s)
}

// A bank debit takes days. Until then the page asks not to pay again; when the money
// comes, the open page shows the goods by itself.
func paymentThatTakesDays(s *shop, b *tab) {
	hosted := b.payByDebit(s)
	b.shoot("61-awaiting-debit")
	if text := b.says(); !strings.Contains(text, "do not pay again") || b.has(".goods") || b.has(`a[href^="`+s.SandboxURL()+`"]`) {
		s.Errorf("the page does not say that one must not pay again, or leads to paying:\n%s", text)
	}
	b.mark()
	s.settle(hosted, "succeeded")
	b.do(chromedp.WaitVisible(chromedp.CSS(`#live[data-state="sent"] #good-0`)))
	if !b.marked() {
		s.Error("the page was loaded again; it should have followed the events")
	}
}

// Where the bank does not pay, nothing is made, and the page says so.
func paymentThatFails(s *shop, b *tab) {
	hosted := b.payByDebit(s)
	s.settle(hosted, "failed")
	b.do(chromedp.WaitVisible(chromedp.CSS(`#live[data-state="failed"]`)))
	b.shoot("62-debit-failed")
	if text := b.says(); !strings.Contains(text, "Your payment did not go through") || b.has(".goods") {
		s.Errorf("the page does not say that the payment failed:\n%s", text)
	}
	id := b.orderID(s)
	if mails := s.mails(id, "receipt"); len(mails) > 0 {
		s.Error("a receipt was mailed for a payment that failed")
	}
}

// payByDebit orders the file, pays from a bank account, and returns the hosted page.
func (b *tab) payByDebit(s *shop) string {
	b.Helper()
	hosted := b.orderFile(s)
	b.load(chromedp.Click(chromedp.CSS(`input[value="sepa_debit"]`)), chromedp.Click(pay))
	b.do(chromedp.WaitVisible(chromedp.CSS(`#live[data-state="awaiting_payment"]`)))
	return hosted
}

// settle ends a delayed payment.
func (s *shop) settle(hosted, outcome string) {
	s.Helper()
	id := s.session(hosted).ID
	s.post(s.SandboxURL()+"/dashboard/sessions/"+id+"/settle", url.Values{"outcome": {outcome}}, http.StatusSeeOther)
}

// After a refund the page says where the money is, and offers nothing any more.
func refundIsSeen(s *shop, b *tab) {
	id := b.buyFile(s)
	if !b.has("#good-0") {
		s.Error("before the refund the page offers no file")
	}
	s.refund(id)
	b.do(chromedp.Reload())
	if text := b.says(); !strings.Contains(text, "Your money is on its way back") {
		s.Errorf("the page does not tell of the refund:\n%s", text)
	}
	for _, selector := range []string{".goods", "#resend", "#correct-link", `form[action*="/goods/"]`} {
		if b.has(selector) {
			s.Errorf("the page of a refunded order has %s", selector)
		}
	}
}

// The link of an old mail is used up: one press brings a mail with a new one.
func usedLinkIsRenewed(s *shop, b *tab) {
	id := b.buyFile(s)
	old := s.link(s.wantReceiptAnd(id, "download"))
	for range limit {
		s.post("/download", url.Values{"token": {old.token}}, http.StatusSeeOther)
	}
	b.quietly(func() {
		if status := b.load(chromedp.Navigate(old.address)); status != http.StatusGone {
			s.Errorf("a used link was answered %d", status)
		}
	})
	b.load(chromedp.Click(chromedp.CSS(`form[action="/download/renew"] button`)))
	if text := b.says(); !strings.Contains(text, "A new link is on its way") || strings.Contains(text, buyer) {
		s.Errorf("after the press the page says:\n%s", text)
	}
	s.eventually("the new link is mailed", func() bool { return len(s.mails(id, "download")) == 2 })
	mails := s.mails(id, "download")
	fresh := slices.IndexFunc(mails, func(m stack.Mail) bool { return s.link(m) != old })
	if fresh < 0 {
		s.Fatal("the new mail has the old link")
	}
	b.load(chromedp.Navigate(s.link(mails[fresh]).address))
	if !b.has(`[data-link="open"]`) {
		s.Errorf("the new link is not open:\n%s", b.says())
	}
}
