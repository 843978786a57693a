package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const submit = chromedp.CSS(`.order-form button[type="submit"]`)

// A person with a browser walks from the catalogue to the report. The order page
// follows the work by itself, without being loaded again.
func TestBuyerWalksThroughTheShop(t *testing.T) {
	t.Parallel()
	site := newSlowSite(t)
	s := open(t, lab(site.addr))
	b := openBrowser(t)

	b.do(chromedp.Navigate(s.ShopURL() + "/"))
	b.shoot("01-catalogue")
	b.load(chromedp.Click(chromedp.CSS(`a[href="/products/security-audit"]`)))
	b.shoot("02-product")
	order := b.orderAndPay(s, site.url(), func() { b.shoot("03-payment") })
	<-site.reached
	b.do(chromedp.WaitVisible(chromedp.CSS(`#live[data-state="working"]`)))
	b.shoot("04-working")

	b.mark()
	began := time.Now()
	site.open()
	b.do(chromedp.WaitVisible(chromedp.CSS(`#live[data-state="sent"][data-final]`)))
	t.Logf("the page said sent %s after the site answered", time.Since(began).Round(time.Millisecond))
	if !b.marked() || b.where() != order {
		t.Error("the order page was loaded again; it should have followed the events")
	}
	if title := ask(b, chromedp.Title()); !strings.Contains(title, "on its way") {
		t.Errorf("the title stayed %q", title)
	}
	if grade := strings.TrimSpace(ask(b, chromedp.TextContent(chromedp.CSS(".ring-letter")))); grade == "" {
		t.Error("the page shows no grade")
	}
	b.shoot("05-sent")
	form := ask(b, chromedp.Attributes(chromedp.CSS(".goods form")))
	if form["method"] != "post" || form["action"] == "" {
		t.Errorf("the PDF's button belongs to the form %v", form)
	}
	if text := ask(b, chromedp.Text(chromedp.ID("good-0"))); text != "Open the PDF" {
		t.Errorf("the button says %q", text)
	}
	status := ask(b, chromedp.Evaluate[string](`fetch(document.querySelector(".goods form").action, {method: "POST"}).then(r => r.status + " " + r.headers.get("Content-Type"))`, chromedp.EvalAwaitPromise))
	if status != "200 application/pdf" {
		t.Errorf("the button leads to %s", status)
	}
}

// A person whose browser runs no scripts sees the same: the page loads itself again
// until there is nothing more to wait for.
func TestBuyerWithoutJavaScript(t *testing.T) {
	t.Parallel()
	site := newSlowSite(t)
	s := open(t, lab(site.addr))
	b := openBrowser(t)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(s.ShopURL() + "/"))
	b.load(chromedp.Click(chromedp.CSS(`a[href="/products/security-audit"]`)))
	order := b.orderAndPay(s, site.url(), func() {})
	<-site.reached
	site.open()
	b.eventuallySent()
	if b.where() != order {
		t.Errorf("the page went to %s", b.where())
	}
	// Without an end the page would load itself for ever: after "sent" it stays.
	b.do(chromedp.WaitReady(chromedp.CSS("#live[data-final]")))
	if html := s.page(order, http.StatusOK); strings.Contains(html, `http-equiv="refresh"`) {
		t.Error("the page of a finished order still loads itself again")
	}
}

// eventuallySent looks at the page until it says sent; while it loads itself again
// there is nothing to look at.
func (b *tab) eventuallySent() {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		state, err := chromedp.Run(ctx, chromedp.Attributes(chromedp.CSS("#live")))
		if err == nil && state["data-state"] == "sent" {
			return
		}
		select {
		case <-ctx.Done():
			b.fail(ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// orderAndPay fills the order form of an audit, pays at the hosted page, and returns
// the address of the order page.
func (b *tab) orderAndPay(s *shop, target string, atPayment func()) string {
	b.Helper()
	b.load(
		fill("#f-target_url", target), fill("#f-target_name", "Northwind Atelier"),
		fill("#f-customer_email", buyer), fill("#f-contact_name", "Ada Lovelace"),
		chromedp.Click(submit))
	if where := b.where(); !strings.HasPrefix(where, s.SandboxURL()+"/") {
		b.Fatalf("the order form led to %s", where)
	}
	atPayment()
	b.load(chromedp.Click(chromedp.CSS("form button.primary")))
	if where := b.where(); !strings.HasPrefix(where, s.ShopURL()+"/orders/") {
		b.Fatalf("paying led to %s", where)
	}
	return b.where()
}

// mark leaves a sign in the page that another load would lose.
func (b *tab) mark() {
	b.Helper()
	ask(b, chromedp.Evaluate[bool](`window.sameDocument = true`))
}

func (b *tab) marked() bool {
	b.Helper()
	return ask(b, chromedp.Evaluate[bool](`window.sameDocument === true`))
}

// A form with mistakes comes back with everything that was typed, and says at each
// field what is wrong. The browser's own checks are switched off, as a program would.
func TestBadFormComesBackWithItsValues(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	b := openBrowser(t)
	b.do(chromedp.Navigate(s.ShopURL() + "/products/security-audit"))
	ask(b, chromedp.Evaluate[bool](`document.querySelector(".order-form form").noValidate = true`))
	typed := map[chromedp.CSS]string{
		"#f-target_url": "ftp://files.example.com/", "#f-customer_email": "ada at example", "#f-contact_name": `Ada "<b>Countess</b>"`,
	}
	for field, text := range typed {
		b.do(fill(field, text))
	}
	b.quietly(func() {
		if status := b.load(chromedp.Click(submit)); status != http.StatusBadRequest {
			t.Errorf("the form was answered %d, want 400", status)
		}
	})
	for field, text := range typed {
		if got := ask(b, chromedp.Value(field)); got != text {
			t.Errorf("%s came back as %q, want %q", field, got, text)
		}
	}
	for _, name := range []string{"target_url", "customer_email"} {
		if text := ask(b, chromedp.Text(chromedp.CSS("#error-"+name))); text == "" {
			t.Errorf("the field %s does not say what is wrong", name)
		}
		if field := ask(b, chromedp.Attributes(chromedp.CSS("#f-"+name))); field["aria-invalid"] != "true" || !strings.Contains(field["aria-describedby"], "error-"+name) {
			t.Errorf("the field %s is not marked for a screen reader: %v", name, field)
		}
	}
	if right := ask(b, chromedp.Attributes(chromedp.CSS("#f-contact_name"))); right["aria-invalid"] == "true" {
		t.Error("a right field is marked as wrong")
	}
	if focus := ask(b, chromedp.Evaluate[string](`document.activeElement.id`)); focus != "errors" {
		t.Errorf("the focus is at %q, want the list of mistakes", focus)
	}
	b.shoot("06-refused")
	b.do(chromedp.SetValue(chromedp.CSS("#f-target_url"), "https://shop.example.com/"), chromedp.SetValue(chromedp.CSS("#f-customer_email"), buyer))
	b.load(chromedp.Click(submit))
	if where := b.where(); !strings.HasPrefix(where, s.SandboxURL()+"/") {
		t.Errorf("the corrected form led to %s", where)
	}
}

// quietly runs f and forgives what the browser complains of meanwhile: it calls each
// answer of 400 and above a failed load.
func (b *tab) quietly(f func()) {
	b.Helper()
	f()
	b.do(chromedp.WaitReady(chromedp.CSS("body")))
	b.mu.Lock()
	defer b.mu.Unlock()
	var kept []string
	for _, problem := range b.problems {
		if !strings.Contains(problem, "the server responded with a status of 4") {
			kept = append(kept, problem)
		}
	}
	b.problems = kept
}

// Every other page that a buyer may meet, with nothing to complain of.
func TestEveryPageIsClean(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := openBrowser(t)
	visit := func(name, path string, status int64) {
		b.quietly(func() {
			if got := b.load(chromedp.Navigate(s.ShopURL() + path)); got != status {
				t.Errorf("%s was answered %d, want %d", name, got, status)
			}
			b.shoot(name)
		})
	}
	audit := s.buy("security-audit", auditForm(s.TargetURL()))
	file := s.buy("agent-playbook", fileForm())
	s.settled(file, "sent")
	link := s.link(s.wantReceiptAnd(file, "download"))
	visit("10-download-open", "/download?token="+link.token, http.StatusOK)
	for range 5 {
		s.post("/download", url.Values{"token": {link.token}}, http.StatusSeeOther)
	}
	visit("11-download-used-up", "/download?token="+link.token, http.StatusGone)
	b.load(chromedp.Click(chromedp.CSS(`form[action="/download/renew"] button`)))
	b.shoot("12-download-renewed")
	visit("13-file-sent", "/orders/"+file, http.StatusOK)
	s.refund(file)
	visit("14-download-refunded", "/download?token="+link.token, http.StatusGone)
	visit("15-refunded", "/orders/"+file, http.StatusOK)
	o := s.settled(audit, "sent")
	visit("16-verify", "/verify/"+s.storedReport(o).ReportID, http.StatusOK)
	visit("17-verify-unknown", "/verify/AR-0000000000", http.StatusNotFound)
	visit("18-not-found", "/nothing/here", http.StatusNotFound)
	visit("19-no-payment", "/thank-you?session_id=cs_test_unknown", http.StatusOK)
	visit("20-file-product", "/products/agent-playbook", http.StatusOK)
	unpaid := s.begin("security-audit", auditForm(s.TargetURL()))
	visit("21-awaiting-payment", "/orders/"+s.session(unpaid).Metadata["order_id"], http.StatusOK)
	failed := s.buy("security-audit", auditForm("http://127.0.0.1:8080/"))
	s.settled(failed, "failed")
	visit("22-failed", "/orders/"+failed, http.StatusOK)
	form := auditForm("https://shop.example.com/")
	proof := s.buy("redteam-audit", form)
	s.eventually("somebody is told", func() bool { return len(s.mails(proof, "alert"))+len(s.mails(proof, "proof")) > 0 })
	visit("23-redteam-refused", "/orders/"+proof, http.StatusOK)
	b.do(chromedp.Navigate(s.SandboxURL() + "/"))
	b.shoot("24-dashboard")
}
