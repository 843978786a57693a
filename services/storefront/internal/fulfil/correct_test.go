package fulfil

import (
	"slices"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/auditapi/auditapitest"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/mailapi/mailapitest"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// right is the address that the buyers in these tests correct theirs to.
const right = "ada@right.example.com"

// TestAddressCorrectedBeforeTheGoodsWent: wherever the order stands, what was not sent
// yet goes to the new address and nothing more to the old one.
func TestAddressCorrectedBeforeTheGoodsWent(t *testing.T) {
	for name, test := range map[string]struct {
		product string
		fault   func(w *world)              // keeps the order from going on
		until   func(w *world, id order.ID) // the order stands where its address is corrected
		heal    func(w *world)              // lets it go on then
		goods   string                      // the template of the mail that must come
		end     order.State
	}{
		"while the work is under way": {
			"security-audit", func(w *world) { w.engine.Fail(1, auditapitest.Fault{Hang: true}) },
			func(w *world, id order.ID) {
				w.becomes(id, order.Working)
				w.mails(1) // the receipt went to the old address
			}, func(w *world) { w.engine.Release() }, mailapi.TemplateReport, order.Sent,
		},
		"while the mail waits for its provider": {
			"agent-playbook", func(w *world) { w.mailer.Fail(50, mailapitest.Fault{Status: 503, RetryAfter: time.Hour}) },
			func(w *world, id order.ID) {
				w.becomes(id, order.Ready)
				w.bothMailsTried(id)
				w.mailer.Heal()
			}, func(*world) {}, mailapi.TemplateDownload, order.Sent,
		},
		"while the target is not proven": {
			"redteam-audit", func(w *world) {
				w.engine.Fail(1, auditapitest.Fault{Status: 403, Code: auditapi.CodeOwnershipUnproven, Message: "No proof was found."})
			},
			func(w *world, id order.ID) {
				w.becomes(id, order.AwaitingProof)
				w.mails(2)
			}, func(*world) {}, mailapi.TemplateProof, order.AwaitingProof,
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(w *world) {
				test.fault(w)
				id := w.apply(w.session(test.product))
				test.until(w, id)
				before := len(w.customerMails())
				if err := w.Correct(w.Context(), id, right); err != nil {
					w.Fatal(err)
				}
				test.heal(w)
				w.becomes(id, test.end)
				limit := time.Now().Add(patience)
				for len(w.customerMails()) < before+2 && time.Now().Before(limit) {
					time.Sleep(10 * time.Millisecond)
				}
				got := map[string]int{}
				for _, m := range w.customerMails()[before:] {
					if got[m.Request.Template]++; m.Request.To != right {
						w.Errorf("%s went to %s", m.Request.Template, m.Request.To)
					}
				}
				for reason, state := range w.alertStates(id) {
					if state != store.AlertResolved {
						w.Errorf("the alert %s is %s", reason, state)
					}
				}
				if len(got) != 2 || got[mailapi.TemplateReceipt] != 1 || got[test.goods] != 1 {
					w.Errorf("mails to the new address: %v", got)
				}
			})
		})
	}
}

// customerMails are all mails but the alerts to the seller.
func (w *world) customerMails() []mailapitest.Sent {
	return slices.DeleteFunc(w.mailer.Sent(), func(m mailapitest.Sent) bool { return m.Request.Template == mailapi.TemplateAlert })
}

// TestAnAlertAboutACancelledMailEnds: a try that was under way while its mail was
// cancelled raises the alert afterwards; the next try ends it.
func TestAnAlertAboutACancelledMailEnds(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.mailer.Fail(50, mailapitest.Fault{Status: 503, RetryAfter: time.Second})
		id := w.apply(w.session("agent-playbook"))
		w.becomes(id, order.Ready)
		w.bothMailsTried(id)
		w.exec(`UPDATE messages SET state = 'cancelled' WHERE purpose = 'delivery'`)
		reason := alert.ReasonMail + store.PurposeDelivery
		for limit := time.Now().Add(patience); w.alertStates(id)[reason] != store.AlertResolved; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(limit) {
				w.Fatalf("alerts = %v", w.alertStates(id))
			}
		}
	})
}

// bothMailsTried waits until alerts tell that receipt and goods cannot be sent.
func (w *world) bothMailsTried(id order.ID) {
	w.Helper()
	for limit := time.Now().Add(patience); len(w.alertStates(id)) < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			w.Fatalf("alerts = %v", w.alertStates(id))
		}
	}
}
