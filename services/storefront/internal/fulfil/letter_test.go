package fulfil

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/mailapi/mailapitest"
	"doorstep.example/services/storefront/internal/contact"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/portal"
	"doorstep.example/services/storefront/internal/store"
)

// letters gives the world a portal and a contact desk.
func (w *world) letters() (*portal.Portal, *contact.Desk) {
	w.Helper()
	keys, err := portal.NewKeys(w.Context(), w.DB, nil)
	if err != nil {
		w.Fatal(err)
	}
	p := &portal.Portal{DB: w.DB, Queue: w.Queue, Keys: keys, Seller: w.Seller, ShopURL: w.ShopURL, Now: w.Now}
	d := &contact.Desk{DB: w.DB, Queue: w.Queue, Seller: w.Seller, To: "seller@example.com", ConsoleURL: "http://ops.test", Now: w.Now}
	w.Letters = map[string]Letter{mailapi.TemplateLogin: p.Mail, mailapi.TemplateContact: d.Mail}
	return p, d
}

// ends waits until every mail that belongs to no order is in a state.
func (w *world) ends(want string) {
	w.Helper()
	var got string
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		list, err := store.Messages(w.Context(), w.DB.Read(), "")
		if err != nil {
			w.Fatal(err)
		}
		var states []string
		for _, m := range list {
			states = append(states, m.Template+" "+m.State)
		}
		if got = strings.Join(states, ", "); got == want {
			return
		}
	}
	w.Fatalf("mails: %s, want %s", got, want)
}

func TestLinkIsMailedToABuyerAndOpensThePortal(t *testing.T) {
	eachWorld(t, func(w *world) {
		p, _ := w.letters()
		w.becomes(w.apply(w.session("agent-playbook")), order.Sent)
		for _, email := range []string{"eve@example.com", "ADA@example.com"} {
			if err := p.Ask(w.Context(), email, "de"); err != nil {
				w.Fatal(err)
			}
		}
		w.ends("login cancelled, login accepted")
		sent := w.mails(3)[mailapi.TemplateLogin]
		if len(sent) != 1 || sent[0].Request.To != "ada@example.com" || sent[0].Request.Lang != "de" {
			w.Fatalf("mails %+v", sent)
		}
		var data mailapi.Login
		sent[0].Decode(w.T, &data)
		u, err := url.Parse(data.Link)
		if err != nil {
			w.Fatal(err)
		}
		s, err := p.Enter(w.Context(), u.Query().Get("token"))
		if err != nil || s.Email != "ada@example.com" {
			w.Fatalf("Enter = %+v, %v", s, err)
		}
		list, _, err := p.Purchases(w.Context(), s.Email)
		if err != nil || len(list) != 1 || len(list[0].Goods) != 1 {
			w.Errorf("purchases %+v, %v", list, err)
		}
	})
}

func TestContactMessageIsMailedOnceThroughFailures(t *testing.T) {
	eachWorld(t, func(w *world) {
		_, d := w.letters()
		w.mailer.Fail(2, mailapitest.Fault{Status: 503})
		err := d.Send(w.Context(), contact.Message{Name: "Eve", Email: "eve@example.org", Text: "Hello", Lang: "en", Verdict: mailapi.VerdictLegitimate})
		if err != nil {
			w.Fatal(err)
		}
		w.ends("contact accepted")
		sent := w.mails(1)[mailapi.TemplateContact]
		if len(sent) != 1 || sent[0].Tries != 3 || sent[0].Request.ReplyTo != "eve@example.org" || sent[0].Request.To != "seller@example.com" {
			w.Errorf("mails %+v", sent)
		}
		if states := w.alertStates(""); len(states) != 0 {
			w.Errorf("alerts %v", states)
		}
	})
}

func TestRefusedLettersEnd(t *testing.T) {
	eachWorld(t, func(w *world) {
		p, d := w.letters()
		w.becomes(w.apply(w.session("agent-playbook")), order.Sent)
		w.mailer.Fail(1, mailapitest.Fault{Status: 422})
		if err := p.Ask(w.Context(), "ada@example.com", "en"); err != nil {
			w.Fatal(err)
		}
		w.ends("login failed")
		if states := w.alertStates(""); len(states) != 0 {
			w.Errorf("alerts %v", states)
		}
		w.mailer.Fail(1, mailapitest.Fault{Status: 422})
		if err := d.Send(w.Context(), contact.Message{Name: "Eve", Email: "eve@example.org", Text: "Hello", Lang: "en", Verdict: mailapi.VerdictTest}); err != nil {
			w.Fatal(err)
		}
		w.ends("login failed, contact failed, alert accepted")
		if state := w.alertStates("")["mail:contact"]; state != store.AlertNeedsPerson {
			w.Errorf("the alert is %q", state)
		}
	})
}

func TestSweepFindsForgottenLetters(t *testing.T) {
	eachWorld(t, func(w *world) {
		_, d := w.letters()
		ctx := w.Context()
		err := w.DB.InTx(ctx, func(tx database.Tx) error {
			id, err := store.InsertContact(ctx, tx, store.ContactMessage{
				At: w.Now(), Name: "Eve", Email: "eve@example.org", Text: "Hello", Verdict: mailapi.VerdictLegitimate, State: store.ContactMailed,
			})
			if err != nil {
				return err
			}
			_, _, err = store.InsertMessage(ctx, tx, store.Message{
				Purpose: store.PurposeContact + id, Template: mailapi.TemplateContact, To: d.To, CreatedAt: w.Now().Add(-time.Minute),
			})
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
		if err := w.Sweep(ctx); err != nil {
			w.Fatal(err)
		}
		w.ends("contact accepted")
	})
}
