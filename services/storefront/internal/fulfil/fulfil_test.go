package fulfil

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/auditapi/auditapitest"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/mailapi/mailapitest"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

func TestAuditReachesTheInbox(t *testing.T) {
	eachWorld(t, func(w *world) {
		id := w.apply(w.session("security-audit"))
		w.becomes(id, order.Sent)
		mails := w.mails(2)
		if len(mails[mailapi.TemplateReceipt]) != 1 || len(mails[mailapi.TemplateReport]) != 1 {
			w.Fatalf("mails = %v", mails)
		}
		report := mails[mailapi.TemplateReport][0]
		if len(report.Request.Attachments) != 1 || !strings.HasPrefix(string(report.Request.Attachments[0].Content), "%PDF-") {
			w.Error("the report is not attached")
		}
		var data mailapi.Report
		report.Decode(w.T, &data)
		if data.Grade == "" || data.ReportID != id.ReportID() || data.Order.AmountMinor != 19900 || data.Target != "https://shop.example.com/" {
			w.Errorf("data of the mail = %+v", data)
		}
		if r := w.engine.Requests(); len(r) != 1 || r[0].Tier != auditapi.TierAutomated || r[0].ReportID != id.ReportID() || r[0].TargetName != "shop.example.com" {
			w.Errorf("asked the engine: %+v", r)
		}
		if _, err := store.ReportByID(w.Context(), w.DB.Read(), id.ReportID()); err != nil {
			w.Error(err)
		}
	})
}

func TestFileReachesTheInbox(t *testing.T) {
	eachWorld(t, func(w *world) {
		id := w.apply(w.session("agent-playbook"))
		w.becomes(id, order.Sent)
		var data mailapi.Download
		w.mails(2)[mailapi.TemplateDownload][0].Decode(w.T, &data)
		u, err := url.Parse(data.Link)
		if err != nil || data.Limit != 5 || time.Until(data.ExpiresAt).Round(time.Minute) != 24*time.Hour {
			w.Fatalf("data of the mail = %+v", data)
		}
		grantID, expired, err := w.Tokens.Grant(u.Query().Get("token"), time.Now())
		if err != nil || expired {
			w.Fatal(err)
		}
		g, err := store.GrantByID(w.Context(), w.DB.Read(), grantID)
		if err != nil || g.OrderID != id {
			w.Errorf("grant = %+v, %v", g, err)
		}
	})
}

func TestReturningCustomerGetsTheNewGoods(t *testing.T) {
	eachWorld(t, func(w *world) {
		for range 2 {
			w.becomes(w.apply(w.session("agent-playbook")), order.Sent)
		}
		if n, err := store.Purchases(w.Context(), w.DB.Read(), "ada@example.com"); err != nil || n != 2 {
			w.Errorf("%d purchases, %v", n, err)
		}
		if got := len(w.mails(4)[mailapi.TemplateDownload]); got != 2 {
			w.Errorf("%d download mails", got)
		}
	})
}

func TestSessionManyTimesAtOnceIsOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		s := w.session("agent-playbook")
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 20 { // as the webhook does: a lost race is tried again
					err := w.DB.InTx(w.Context(), func(tx database.Tx) error {
						_, err := w.Session(w.Context(), tx, s)
						return err
					})
					if err == nil {
						return
					}
					if errs.KindOf(err) != errs.Conflict && !database.IsDuplicate(err) {
						w.Error(err)
						return
					}
				}
				w.Error("never got through")
			})
		}
		group.Wait()
		id, err := s.OrderID()
		if err != nil {
			w.Fatal(err)
		}
		w.becomes(id, order.Sent)
		w.apply(s)
		time.Sleep(300 * time.Millisecond) // time for a second mail that must not come
		if sent := w.mailer.Sent(); len(sent) != 2 {
			w.Errorf("%d mails, want 2", len(sent))
		}
	})
}

func TestEngineHeals(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.engine.Fail(2, auditapitest.Fault{Status: 500, Message: "scanner is on fire"})
		id := w.apply(w.session("security-audit"))
		w.becomes(id, order.Sent)
		mails := w.mails(4) // receipt, retrying, resolved, report
		if len(mails[mailapi.TemplateAlert]) != 2 || len(mails[mailapi.TemplateReport]) != 1 {
			w.Errorf("mails = %v", mails)
		}
		if got := w.alertStates(id); got[alert.ReasonProduce] != store.AlertResolved {
			w.Errorf("alerts = %v", got)
		}
		if n := len(w.engine.Requests()); n != 3 {
			w.Errorf("%d audits, want 3", n)
		}
	})
}

func TestEngineRefusesForGood(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.engine.Fail(9, auditapitest.Fault{Status: 422, Code: auditapi.CodeForbiddenAddress, Message: "The address is not public."})
		id := w.apply(w.session("security-audit"))
		w.becomes(id, order.Failed)
		var data mailapi.Alert
		w.mails(2)[mailapi.TemplateAlert][0].Decode(w.T, &data)
		for what, got := range map[string]string{
			"customer": data.Customer, "session": data.SessionID, "console": data.ConsoleURL, "reason": data.Reason,
			"tried": data.Tried, "to do": data.ToDo, "product": data.Product, "target": data.Target,
		} {
			if got == "" {
				w.Errorf("the alert does not name the %s", what)
			}
		}
		if n := len(w.engine.Requests()); n != 1 || !strings.Contains(data.Reason, auditapi.CodeForbiddenAddress) {
			w.Errorf("%d audits, want 1; reason %q", n, data.Reason)
		}
		if !strings.Contains(w.story(id), "reason  →  refusal.forbidden_address") {
			w.Errorf("the buyer is not told why:\n%s", w.story(id))
		}
		w.apply(w.sessionOf(id)) // the same event again must not begin anew
		w.becomes(id, order.Failed)
	})
}

// sessionOf is the paid session of an order that exists.
func (w *world) sessionOf(id order.ID) payment.Session {
	o, err := store.Order(w.Context(), w.DB.Read(), id)
	if err != nil {
		w.Fatal(err)
	}
	return payment.Session{ID: o.SessionID, Status: "complete", PaymentStatus: "paid", Amount: o.Amount, Currency: o.Currency, Metadata: payment.Metadata(o)}
}

func TestUnprovenTargetWaitsForProof(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.engine.Fail(1, auditapitest.Fault{Status: 403, Code: auditapi.CodeOwnershipUnproven, Message: "No proof was found."})
		id := w.apply(w.session("redteam-audit"))
		o := w.becomes(id, order.AwaitingProof)
		mails := func(n int) (told []mailapi.Proof) {
			for _, sent := range w.mails(n)[mailapi.TemplateProof] {
				var data mailapi.Proof
				sent.Decode(w.T, &data)
				told = append(told, data)
			}
			return told
		}
		first := mails(2)
		if len(first) != 1 || first[0].Host != "shop.example.com" || first[0].Domain != "example.com" || len(first[0].Token) != 32 || first[0].Reminder {
			w.Fatalf("the buyer is told %+v", first)
		}
		look := func() {
			if err := w.LookForProofs(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		look()
		if asked := w.engine.Asked(); len(asked) != 1 || asked[0] != (auditapi.ProofRequest{TargetURL: "https://shop.example.com/", Token: first[0].Token}) {
			w.Errorf("asked for %+v", asked)
		}
		// A day, three days, a week later: reminded twice, then a person helps.
		for n := 1; n <= 2; n++ {
			waited := reminders[n-1] + time.Hour
			w.exec(fmt.Sprintf(`UPDATE orders SET state_at = %d WHERE id = '%s'`, w.Now().Add(-waited).UnixMilli(), id))
			look()
			look()
			if got := mails(2 + n); len(got) != 1+n || !got[len(got)-1].Reminder {
				w.Errorf("after %s: %+v", waited, got)
			}
		}
		if got := w.alertStates(id); len(got) > 0 {
			w.Errorf("alerts = %v", got)
		}
		w.exec(fmt.Sprintf(`UPDATE orders SET state_at = %d WHERE id = '%s'`, w.Now().Add(-8*24*time.Hour).UnixMilli(), id))
		look()
		if got := w.alertStates(id); got[alert.ReasonProof] != store.AlertNeedsPerson {
			w.Errorf("alerts = %v", got)
		}
		w.engine.Prove(auditapi.Proof{Proven: true, Method: "dns", Detail: "TXT record"})
		look()
		w.becomes(id, order.Sent)
		requests := w.engine.Requests()
		if last := requests[len(requests)-1]; last.Ownership == nil || last.Ownership.Token != first[0].Token || last.Tier != auditapi.TierRedTeam {
			w.Errorf("the audit was asked for with %+v", last)
		}
		if got := w.alertStates(id); got[alert.ReasonProof] != store.AlertResolved {
			w.Errorf("alerts = %v", got)
		}
		if _, err := w.LookForProof(w.Context(), o); err != nil { // by who read the order before
			w.Errorf("a look that came too late: %v", err)
		}
		w.becomes(id, order.Sent)
	})
}

func TestMailerDownThenBack(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.mailer.Fail(3, mailapitest.Fault{Status: 503, Message: "provider refuses"})
		id := w.apply(w.session("agent-playbook"))
		w.becomes(id, order.Sent)
		for _, m := range w.mails(3) {
			seen := map[string]bool{}
			for _, sent := range m {
				if seen[sent.Key] {
					w.Errorf("key %s twice", sent.Key)
				}
				seen[sent.Key] = true
			}
		}
	})
}

func TestMailTakenButNotAnswered(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.mailer.Fail(2, mailapitest.Fault{Cut: true})
		id := w.apply(w.session("agent-playbook"))
		w.becomes(id, order.Sent)
		mails := w.mails(2)
		if len(mails[mailapi.TemplateReceipt]) != 1 || len(mails[mailapi.TemplateDownload]) != 1 {
			w.Errorf("mails = %v", mails)
		}
	})
}

func TestAddressRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.mailer.Fail(20, mailapitest.Fault{Status: 422, Code: "invalid", Message: "The address does not exist."})
		id := w.apply(w.session("agent-playbook"))
		w.becomes(id, order.Undeliverable)
		if got := w.alertStates(id); got[alert.ReasonMail+store.PurposeDelivery] != store.AlertNeedsPerson {
			w.Errorf("alerts = %v", got)
		}
	})
}

func TestConfirmation(t *testing.T) {
	for state, want := range map[string]order.State{mailapi.StateDelivered: order.Delivered, mailapi.StateBounced: order.Undeliverable} {
		t.Run(state, func(t *testing.T) {
			eachWorld(t, func(w *world) {
				id := w.apply(w.session("agent-playbook"))
				w.becomes(id, order.Sent)
				w.mailer.SetState(w.T, w.mails(2)[mailapi.TemplateDownload][0].Message.ID, state, "")
				w.becomes(id, want)
			})
		})
	}
}

// event applies an event as the inbox does: a race that is lost against a worker, or
// against another event, is tried again.
func event(t *testing.T, w *world, kind, object string) {
	t.Helper()
	var err error
	for range 100 {
		err = w.DB.InTx(w.Context(), func(tx database.Tx) error {
			_, err := w.Event(w.Context(), tx, kind, gjson.Parse(object))
			return err
		})
		if errs.KindOf(err) != errs.Conflict && !database.IsDuplicate(err) && !database.IsRetryable(err) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		t.Errorf("%s: %v", kind, err)
	}
}

func TestRefundOvertakesTheMail(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.engine.Fail(1, auditapitest.Fault{Hang: true})
		s := w.session("security-audit")
		id := w.apply(s)
		w.becomes(id, order.Working)
		event(w.T, w, "charge.refunded", `{"refunded":true,"payment_intent":"`+s.PaymentIntent+`"}`)
		w.engine.Release()
		time.Sleep(500 * time.Millisecond) // time for the mail that must not come
		w.becomes(id, order.Refunded)
		for _, m := range w.mailer.Sent() {
			if m.Request.Template == mailapi.TemplateReport {
				w.Error("a refunded order was delivered")
			}
		}
	})
}

func TestRefundEndsTheLinks(t *testing.T) {
	eachWorld(t, func(w *world) {
		s := w.session("agent-playbook")
		id := w.apply(s)
		w.becomes(id, order.Sent)
		event(w.T, w, "charge.refunded", `{"refunded":false,"payment_intent":"`+s.PaymentIntent+`"}`)
		w.becomes(id, order.Sent) // a part of it is not all of it
		event(w.T, w, "charge.refunded", `{"refunded":true,"payment_intent":{"id":"`+s.PaymentIntent+`"}}`)
		w.becomes(id, order.Refunded)
		grants, err := store.Grants(w.Context(), w.DB.Read(), id)
		if err != nil || len(grants) != 1 || grants[0].RevokedAt.IsZero() {
			w.Errorf("grants = %+v, %v", grants, err)
		}
		if _, err := w.Renew(w.Context(), grants[0].ID); errs.KindOf(err) != errs.Gone {
			w.Errorf("Renew = %v, want Gone", err)
		}
	})
}

func TestRenew(t *testing.T) {
	eachWorld(t, func(w *world) {
		id := w.apply(w.session("agent-playbook"))
		w.becomes(id, order.Sent)
		grants, err := store.Grants(w.Context(), w.DB.Read(), id)
		if err != nil {
			w.Fatal(err)
		}
		for range renewals {
			if _, err := w.Renew(w.Context(), grants[0].ID); err != nil {
				w.Fatal(err)
			}
		}
		if _, err := w.Renew(w.Context(), grants[0].ID); errs.KindOf(err) != errs.RateLimited {
			w.Errorf("one more = %v, want RateLimited", err)
		}
		links := map[string]bool{}
		for _, m := range w.mails(2 + renewals)[mailapi.TemplateDownload] {
			var data mailapi.Download
			m.Decode(w.T, &data)
			links[data.Link] = true
		}
		if len(links) != 1+renewals {
			w.Errorf("%d different links", len(links))
		}
	})
}

func TestWhatIsNotASale(t *testing.T) {
	eachWorld(t, func(w *world) {
		wrongAmount := w.session("agent-playbook")
		wrongAmount.Amount--
		wrongCurrency := w.session("agent-playbook")
		wrongCurrency.Currency = "eur"
		for _, s := range []payment.Session{wrongAmount, wrongCurrency} {
			id := w.apply(s)
			w.becomes(id, order.Held)
			if got := w.alertStates(id); got[alert.ReasonPayment] != store.AlertNeedsPerson {
				w.Errorf("alerts = %v", got)
			}
			w.apply(s)
			w.becomes(id, order.Held)
		}
		foreign := w.session("agent-playbook")
		delete(foreign.Metadata, payment.MetaOrderID)
		unknown := w.session("agent-playbook")
		unknown.Metadata[payment.MetaProduct] = "pony"
		for name, s := range map[string]payment.Session{"foreign": foreign, "unknown product": unknown} {
			err := w.DB.InTx(w.Context(), func(tx database.Tx) error {
				_, err := w.Session(w.Context(), tx, s)
				return err
			})
			if !errors.Is(err, payment.ErrNotOurs) {
				w.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestDelayedPayment(t *testing.T) {
	eachWorld(t, func(w *world) {
		s := w.session("agent-playbook")
		s.PaymentStatus = "unpaid"
		id := w.apply(s)
		if o := w.becomes(id, order.AwaitingPayment); o.SubmittedAt.IsZero() {
			w.Error("the submission was not noted")
		}
		s.PaymentStatus = "paid"
		w.apply(s)
		w.becomes(id, order.Sent)

		failing := w.session("agent-playbook")
		failing.PaymentStatus = "unpaid"
		id = w.apply(failing)
		failed := happenings(failing)["failed"]
		event(w.T, w, failed.kind, failed.object)
		w.becomes(id, order.Failed)
	})
}

func TestExpiredThenPaidAfterAll(t *testing.T) {
	eachWorld(t, func(w *world) {
		s := w.session("agent-playbook")
		open := s
		open.Status, open.PaymentStatus = "open", "unpaid"
		id := w.apply(open)
		expired := happenings(s)["expired"]
		event(w.T, w, expired.kind, expired.object)
		w.becomes(id, order.Expired)
		w.apply(s)
		w.becomes(id, order.Sent)
	})
}
