package e2e_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// limit is how often a link of the catalogue's file works.
const limit = 5

// mailed is the link in a mail.
type mailed struct{ address, token string }

var mailedLink = regexp.MustCompile(`https?://\S+/download\?token=[\w.-]+`)

// link reads the link out of a mail's text; the HTML part must hold the same.
func (s *shop) link(m stack.Mail) mailed {
	s.Helper()
	address := mailedLink.FindString(m.Text)
	u, err := url.Parse(address)
	if err != nil || address == "" {
		s.Fatalf("the mail has no link (%v):\n%s", err, m.Text)
	}
	if !strings.HasPrefix(address, s.ShopURL()+"/") {
		s.Errorf("the link leads to %s", address)
	}
	if !strings.Contains(m.HTML, address) {
		s.Error("the HTML part has another link than the text")
	}
	return mailed{address, u.Query().Get("token")}
}

// sellFile sells the file and returns the order and the mailed link.
func (s *shop) sellFile() (string, mailed) {
	s.Helper()
	id := s.buy("agent-playbook", fileForm())
	s.settled(id, "sent")
	return id, s.link(s.wantReceiptAnd(id, "download"))
}

// goods is the file that the catalogue sells.
func (s *shop) goods() []byte {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.Root, "deploy", "goods", "unattended-delivery-playbook.md"))
	if err != nil {
		s.Fatal(err)
	}
	return content
}

// used is how often the order's links were used.
func (s *shop) used(id string) (used int) {
	s.Helper()
	for _, g := range s.order(id).Grants {
		used += g.Used
	}
	return used
}

// refund pays an order back at Stripe and waits until the shop knows.
func (s *shop) refund(id string) {
	s.Helper()
	s.refundAtStripe(id)
	s.eventually("the refund is known", func() bool { return s.order(id).State == "refunded" })
}

func (s *shop) refundAtStripe(id string) {
	s.Helper()
	var got session
	if err := s.Stripe(s.Context(), "/v1/checkout/sessions/"+s.order(id).SessionID, nil, &got); err != nil {
		s.Fatal(err)
	}
	if err := s.Stripe(s.Context(), "/v1/refunds", url.Values{"payment_intent": {got.PaymentIntent}}, nil); err != nil {
		s.Fatal(err)
	}
}

// The link of the mail opens a page that uses nothing up, however many mail filters
// look at it; the button brings the very bytes of the catalogue's file.
func TestDownloadByMailedLink(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	id, link := s.sellFile()
	for range 3 {
		if html := s.page(link.address, http.StatusOK); !strings.Contains(html, `data-link="open"`) {
			t.Error("the link's page has no open link")
		}
	}
	if used := s.used(id); used != 0 {
		t.Errorf("looking at the page used %d downloads", used)
	}
	resp, _ := s.post("/download", url.Values{"token": {link.token}}, http.StatusSeeOther)
	s.wantServed(resp.Header.Get("Location"), s.goods(), "text/")
	if used := s.used(id); used != 1 {
		t.Errorf("%d downloads are counted after one, with its ranges and its HEAD", used)
	}
	if got := resp.Header.Get("Location"); strings.Contains(got, link.token) || strings.Contains(got, "eyJ") {
		t.Errorf("the ticket's address holds the token: %s", got)
	}
}

// Twenty browsers press the button at once: exactly as many as the link allows get
// the file, the others get a page with the way to a new link.
func TestDownloadLimitHoldsUnderParallelClicks(t *testing.T) {
	t.Parallel()
	onEach(t, downloadLimitHolds, filesOnly)
}

func downloadLimitHolds(s *shop) {
	id, link := s.sellFile()
	var served, gone atomic.Int64
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			resp, body, err := s.Post(s.Context(), "/download", url.Values{"token": {link.token}})
			switch {
			case err != nil:
				s.Error(err)
			case resp.StatusCode == http.StatusSeeOther:
				served.Add(1)
			case resp.StatusCode == http.StatusGone && strings.Contains(string(body), `action="/download/renew"`):
				gone.Add(1)
			default:
				s.Errorf("a click was answered %d", resp.StatusCode)
			}
		})
	}
	group.Wait()
	if served.Load() != limit || gone.Load() != 20-limit || s.used(id) != limit {
		s.Errorf("%d of 20 clicks got the file, %d a renewal, %d were counted; want %d, %d, %d",
			served.Load(), gone.Load(), s.used(id), limit, 20-limit, limit)
	}
	if html := s.page(link.address, http.StatusGone); !strings.Contains(html, `action="/download/renew"`) {
		s.Error("the page of a used link offers no new one")
	}
}

// Whoever holds a used link gets a new one, and it goes to the buyer's address only.
func TestUsedLinkIsRenewedByMail(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	id, old := s.sellFile()
	for range limit {
		s.post("/download", url.Values{"token": {old.token}}, http.StatusSeeOther)
	}
	s.post("/download", url.Values{"token": {old.token}}, http.StatusGone)
	_, html := s.post("/download/renew", url.Values{"token": {old.token}, "email": {"eve@example.com"}, "customer_email": {"eve@example.com"}}, http.StatusOK)
	if strings.Contains(html, buyer) || strings.Contains(html, "eyJ") {
		t.Error("the page tells the buyer's whole address, or the new link, to whoever holds the old one")
	}
	s.eventually("the new link is mailed", func() bool { return len(s.mails(id, "download")) == 2 })
	var fresh mailed
	for _, m := range s.mails(id, "download") {
		if !strings.Contains(m.To, buyer) {
			t.Errorf("a link went to %s", m.To)
		}
		if l := s.link(m); l != old {
			fresh = l
		}
	}
	resp, _ := s.post("/download", url.Values{"token": {fresh.token}}, http.StatusSeeOther)
	s.wantServed(resp.Header.Get("Location"), s.goods(), "text/")
	s.post("/download", url.Values{"token": {old.token}}, http.StatusGone) // the old one stays used
	if state := s.order(id).State; state != "sent" {
		t.Errorf("the renewal made the order %s", state)
	}
}

// A token that was touched is none of ours, and says nothing about what exists.
func TestTamperedLinkIsNotFound(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	_, link := s.sellFile()
	part := strings.Split(link.token, ".")
	other := map[string]string{
		"none":              "",
		"no token":          "../../etc/passwd",
		"another signature": part[0] + "." + part[1] + "." + strings.Repeat("A", len(part[2])),
		"another payload":   part[0] + ".eyJqdGkiOiJzb21lYm9keSJ9." + part[2],
		"no signature":      "eyJhbGciOiJub25lIn0." + part[1] + ".",
		"cut":               link.token[:len(link.token)-4],
	}
	for name, token := range other {
		for _, address := range []string{"/download", "/download/renew"} {
			resp, _, err := s.Post(t.Context(), address, url.Values{"token": {token}})
			if err != nil || resp.StatusCode != http.StatusNotFound {
				t.Errorf("POST %s with %s: %v (%v), want 404", address, name, resp.StatusCode, err)
			}
		}
		s.page("/download?token="+url.QueryEscape(token), http.StatusNotFound)
	}
	s.page("/download/"+strings.Repeat("a", 26), http.StatusNotFound)
	s.page(link.address, http.StatusOK)
}

// After a refund nothing is handed out any more: not by the link, not by a ticket
// that was drawn before, not on the order page; and no new link can be had.
func TestRefundEndsTheLink(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	id, link := s.sellFile()
	resp, _ := s.post("/download", url.Values{"token": {link.token}}, http.StatusSeeOther)
	ticket := resp.Header.Get("Location")
	began := time.Now()
	s.refund(id)
	if took := time.Since(began); took > time.Second {
		t.Errorf("the refund took %s to arrive", took)
	}
	html := s.page(link.address, http.StatusGone)
	if strings.Contains(html, "<form") || strings.Contains(html, "/download/renew") {
		t.Error("the page of a refunded order has a button")
	}
	s.page(ticket, http.StatusGone)
	s.post("/download", url.Values{"token": {link.token}}, http.StatusGone)
	s.post("/download/renew", url.Values{"token": {link.token}}, http.StatusGone)
	o := s.order(id)
	for _, a := range o.Artefacts {
		s.post("/orders/"+id+"/goods/"+a.ID, url.Values{}, http.StatusGone)
	}
	if html := s.page("/orders/"+id, http.StatusOK); !strings.Contains(html, `data-state="refunded"`) || strings.Contains(html, "/goods/") {
		t.Error("the order page does not say that the order was refunded, or still offers the file")
	}
	if mails := s.mails(id, "download"); len(mails) != 1 {
		t.Errorf("%d links were mailed, want the one before the refund", len(mails))
	}
}
