package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// Stripe delivers at least once, and the buyer comes back at the same moment: five
// copies of the event, two other events of the same session and the thank-you page
// arrive at once, and later Stripe sends its own copies. There is one order, one
// receipt and one report.
func TestSameEventManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, sameEventManyTimesAtOnce)
}

func sameEventManyTimesAtOnce(s *shop) {
	s.switches(map[string]any{"hold": true})
	hosted := s.begin("security-audit", auditForm(s.TargetURL()))
	thankYou := s.payAndLeave(hosted)
	id := s.session(hosted).Metadata["order_id"]
	event, body := s.event("checkout.session.completed")

	var group sync.WaitGroup
	for range 5 {
		group.Go(func() { s.deliver(body, http.StatusOK) })
	}
	for i, kind := range []string{"checkout.session.completed", "checkout.session.async_payment_succeeded"} {
		other := strings.Replace(body, event, fmt.Sprintf("evt_other%d", i), 1)
		group.Go(func() { s.deliver(strings.Replace(other, "checkout.session.completed", kind, 1), http.StatusOK) })
	}
	for range 3 {
		group.Go(func() {
			if got, err := s.Return(s.Context(), thankYou); err != nil || got != id {
				s.Errorf("the thank-you page led to %q (%v), want the order", got, err)
			}
		})
	}
	group.Wait()
	s.switches(map[string]any{"hold": false, "duplicate": 2})
	if err := s.Control(s.Context(), "/sandbox/events/"+event+"/resend?times=5", map[string]any{}, nil); err != nil {
		s.Fatal(err)
	}
	for _, status := range s.delivered(event, 6) {
		if status != http.StatusOK {
			s.Errorf("a copy of the event was answered %d", status)
		}
	}
	o := s.settled(id, "sent")
	s.deliver(body, http.StatusOK) // and once more after all is done
	o = s.order(o.ID)
	s.wantStates(o, "awaiting_payment", "paid", "working", "ready", "sent")
	if all := s.orders(); len(all) != 1 {
		s.Errorf("%d orders, want one: %v", len(all), all)
	}
	s.wantReceiptAnd(id, "report")
	if len(o.Messages) != 2 {
		s.Errorf("%d mails were intended, want receipt and report: %+v", len(o.Messages), o.Messages)
	}
}

// A customer who buys again is a new order, delivered like the first.
func TestReturningCustomerBuysTwice(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := s.buy("security-audit", auditForm(s.TargetURL()))
	s.settled(first, "sent")
	second := s.buy("security-audit", auditForm(s.TargetURL()))
	s.settled(second, "sent")
	if first == second {
		t.Fatal("the second purchase led to the first order")
	}
	for _, id := range []string{first, second} {
		mail := s.wantReceiptAnd(id, "report")
		s.wantPDF(mail.Attachments[0].Content)
	}
	if all := s.orders(); len(all) != 2 {
		t.Errorf("%d orders, want two: %v", len(all), all)
	}
}

// An impatient buyer presses the button several times: the same form opens one
// session. A form that was changed in between opens a second one.
func TestSameFormPostedTwiceIsOneSession(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	form := fileForm()
	form.Set("form_token", s.formToken("agent-playbook"))
	hosted := make([]string, 5)
	var group sync.WaitGroup
	for i := range hosted {
		group.Go(func() {
			var err error
			if hosted[i], err = s.Begin(s.Context(), "agent-playbook", form); err != nil {
				s.Error(err)
			}
		})
	}
	group.Wait()
	for _, page := range hosted {
		if page != hosted[0] {
			t.Errorf("the same form led to %s and to %s", hosted[0], page)
		}
	}
	if all := s.orders(); len(all) != 1 {
		t.Errorf("the same form made %d orders", len(all))
	}
	form.Set("contact_name", "Ada King")
	if changed := s.begin("agent-playbook", form); changed == hosted[0] {
		t.Error("a changed form led to the old session")
	}
	for _, page := range hosted[:1] {
		s.payAndLeave(page)
		s.settled(s.session(page).Metadata["order_id"], "sent")
	}
}

// formToken is the hidden token of a product's form.
func (s *shop) formToken(product string) string {
	s.Helper()
	html := s.page("/products/"+product, http.StatusOK)
	_, rest, found := strings.Cut(html, `name="form_token" value="`)
	token, _, closed := strings.Cut(rest, `"`)
	if !found || !closed || token == "" {
		s.Fatal("the form has no form_token")
	}
	return token
}

// The database is gone (a disk was lost, a new machine was put up) while a buyer is
// at the payment page. The event alone rebuilds the order.
func TestOrderIsRebuiltFromTheEventAlone(t *testing.T) {
	t.Parallel()
	t.Run("of a real session", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		hosted := s.begin("security-audit", auditForm(s.TargetURL()))
		id := s.session(hosted).Metadata["order_id"]
		s.loseDatabase()
		if all := s.orders(); len(all) != 0 {
			t.Fatalf("the database still knows %v", all)
		}
		s.payAndLeave(hosted)
		s.eventually("the order is rebuilt", func() bool { return len(s.orders()) == 1 })
		o := s.settled(id, "sent")
		mail := s.wantReceiptAnd(id, "report")
		s.wantPDF(mail.Attachments[0].Content)
		if o.Fields["target_name"] != "Northwind Atelier" || o.ContactName != "Ada Lovelace" {
			t.Errorf("rebuilt with %v for %q", o.Fields, o.ContactName)
		}
	})
	t.Run("of a hand-made event", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		const id = "0123456789abcdefghjkmnpqrs"
		s.deliver(fmt.Sprintf(`{"id":"evt_hand","object":"event","type":"checkout.session.completed","created":%d,"data":{"object":{
			"id":"cs_test_hand","object":"checkout.session","status":"complete","payment_status":"paid","payment_intent":"pi_hand",
			"amount_total":19900,"currency":"usd","created":%d,"metadata":{"order_id":%q,"product":"security-audit","tier":"automated",
			"target_url":%q,"target_name":"By Hand Ltd","customer_email":%q,"contact_name":"Grace"}}}}`,
			time.Now().Unix(), time.Now().Unix(), id, s.TargetURL(), buyer), http.StatusOK)
		s.settled(id, "sent")
		mail := s.wantReceiptAnd(id, "report")
		if text := s.pdfText(mail.Attachments[0].Content); !strings.Contains(text, "By Hand Ltd") {
			t.Error("the PDF does not name the customer of the metadata")
		}
	})
}

// loseDatabase stops the storefront, deletes its database and starts it again.
func (s *shop) loseDatabase() {
	s.Helper()
	if err := s.Process(stack.Storefront).Stop(); err != nil {
		s.Fatal(err)
	}
	s.removeDatabase("storefront.db")
	if err := s.Restart(s.Context(), stack.Storefront); err != nil {
		s.Fatal(err)
	}
}
