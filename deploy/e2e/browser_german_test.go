package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Every other page in German, where words are longest, for people who look and for
// those who listen.
func TestEveryGermanPageIsClean(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := openBrowser(t)
	b.do(chromedp.Navigate(s.ShopURL() + "/?lang=de")) // remembered from here on
	seen := func(name string, status int, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		b.quietly(func() {
			if got := b.load(steps...); got != int64(status) {
				t.Errorf("%s was answered %d, want %d", name, got, status)
			}
			if lang := ask(b, chromedp.Evaluate[string](`document.documentElement.lang`)); lang != "de" || strings.Contains(b.says(), "⟦") {
				t.Errorf("%s is in %q, or a text is missing:\n%s", name, lang, b.says())
			}
			b.shoot(name)
		})
	}
	visit := func(name, path string, status int) {
		t.Helper()
		seen(name, status, chromedp.Navigate(s.ShopURL()+path))
	}
	press := func(name, selector string, status int) {
		t.Helper()
		seen(name, status, chromedp.Click(chromedp.CSS(selector)))
	}

	audit := s.buy("security-audit", auditForm(s.TargetURL()))
	b.do(chromedp.Navigate(s.ShopURL() + "/products/security-audit"))
	ask(b, chromedp.Evaluate[bool](`document.querySelector(".order-form form").noValidate = true`))
	b.do(fill("#f-target_url", "ftp://files.example.com/"), fill("#f-customer_email", "ada at example"))
	press("70-refused-german", string(submit), http.StatusBadRequest)
	b.do(chromedp.SetValue(chromedp.CSS("#f-target_url"), "https://shop.example.com/"), chromedp.SetValue(chromedp.CSS("#f-customer_email"), "info@gmial.com"))
	press("71-doubted-german", string(submit), http.StatusOK)

	b.orderFile(s)
	b.load(chromedp.Click(pay)) // makes this browser the buyer
	b.eventuallySent()
	file := b.orderID(s)
	visit("72-correct-address-german", "/orders/"+file+"?correct=1", http.StatusOK)
	link := s.link(s.oneMail(file, "download", buyer))
	visit("73-download-german", "/download?token="+link.token, http.StatusOK)
	for range limit {
		s.post("/download", url.Values{"token": {link.token}}, http.StatusSeeOther)
	}
	visit("74-used-up-german", "/download?token="+link.token, http.StatusGone)
	press("75-renewed-german", `form[action="/download/renew"] button`, http.StatusOK)

	visit("76-portal-sent-german", "/portal?sent=1", http.StatusOK)
	visit("77-enter-german", "/portal/enter?token="+s.signInToken(buyer), http.StatusOK)
	enter := b.where()
	press("78-purchases-german", `form[action="/portal/enter"] button`, http.StatusOK)
	b.do(chromedp.Navigate(enter))
	press("79-enter-over-german", `form[action="/portal/enter"] button`, http.StatusGone)

	s.refund(file)
	visit("80-refunded-german", "/orders/"+file, http.StatusOK)
	o := s.settled(audit, "sent")
	visit("81-audit-german", "/orders/"+audit, http.StatusOK)
	visit("82-verify-german", "/verify/"+s.storedReport(o).ReportID, http.StatusOK)
	visit("83-contact-sent-german", "/contact?sent=1", http.StatusOK)
	visit("84-no-payment-german", "/thank-you?session_id=cs_test_unknown", http.StatusOK)
}
