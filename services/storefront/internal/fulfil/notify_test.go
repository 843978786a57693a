package fulfil

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/auditapi/auditapitest"
	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/mailapi/mailapitest"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/notify"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const hookToken = "hunter2hunter2"

// chat is a seller's chat: a webhook that keeps what it gets.
type chat struct {
	*httptest.Server
	log   syncBuffer // of the world whose chat it is
	mu    sync.Mutex
	fail  int
	texts []string
}

func newChat(t *testing.T) *chat {
	t.Helper()
	c := &chat{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.fail > 0 || err != nil {
			c.fail--
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		c.texts = append(c.texts, string(body))
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *chat) got() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.texts...)
}

// wait returns the texts once there are n.
func (c *chat) wait(t *testing.T, n int) []string {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		if texts := c.got(); len(texts) >= n {
			return texts
		}
	}
	t.Fatalf("%d texts, want %d", len(c.got()), n)
	return nil
}

// eachChatWorld runs one test over both databases, with a chat for its alerts.
func eachChatWorld(t *testing.T, f func(w *world, c *chat)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, url string) {
		c := newChat(t)
		channels, errs := notify.Parse(config.Secrets{config.Secret("generic+" + c.URL + "/" + hookToken)})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		f(newWorld(t, url, slog.New(slog.NewTextHandler(&c.log, nil)), channels), c)
	})
}

func TestAlertReachesTheChatWithAllThatIsNeeded(t *testing.T) {
	eachChatWorld(t, func(w *world, c *chat) {
		w.engine.Fail(1, auditapitest.Fault{Status: 422, Code: auditapi.CodeForbiddenAddress, Message: "The address is not public."})
		s := w.session("security-audit")
		id := w.apply(s)
		w.becomes(id, order.Failed)
		text := c.wait(w.T, 1)[0]
		for _, want := range []string{
			"A person must act: production, order " + string(id), "What failed: The address is not public.", "What to do: ", "Tried: Attempt 1 of ",
			"Console: http://ops.test/orders/" + string(id), "Customer: Ada ‹ada@example.com›", "Product: ", "Session: " + s.ID, "Target: ", "Artefact: none yet",
			"Order page: http://shop.test/orders/" + string(id),
		} {
			if !strings.Contains(text, want) {
				w.Errorf("%q is not in\n%s", want, text)
			}
		}
	})
}

func TestMailerDownTheChatStillGoes(t *testing.T) {
	eachChatWorld(t, func(w *world, c *chat) {
		w.mailer.Fail(1000, mailapitest.Fault{Status: 503, Message: "provider refuses", RetryAfter: time.Second})
		id := w.apply(w.session("agent-playbook"))
		texts := strings.Join(c.wait(w.T, 2), "\n\n") // receipt and delivery mail
		if !strings.Contains(texts, "receipt mail, order "+string(id)+"\nWhat failed: The receipt cannot be sent: provider refuses") || !strings.Contains(texts, "delivery mail, order ") || !strings.Contains(texts, "Artefact: unattended-delivery-playbook[.]md, on the order page") {
			w.Errorf("texts:\n%s", texts)
		}
		if n := len(w.mailer.Sent()); n != 0 {
			w.Fatalf("%d mails went out", n)
		}
		w.mailer.Heal()
		w.becomes(id, order.Sent)
		if alerts := w.mails(6)[mailapi.TemplateAlert]; len(alerts) != 4 { // retrying and resolved, of both
			w.Errorf("%d alert mails followed, want 4", len(alerts))
		}
		c.wait(w.T, 4)
	})
}

func TestChatDownTheMailStillGoesAndTheChatFollows(t *testing.T) {
	eachChatWorld(t, func(w *world, c *chat) {
		c.mu.Lock()
		c.fail = 1
		c.mu.Unlock()
		w.engine.Fail(1, auditapitest.Fault{Status: 422, Code: auditapi.CodeForbiddenAddress, Message: "The address is not public."})
		id := w.apply(w.session("security-audit"))
		w.becomes(id, order.Failed)
		if n := len(w.mails(2)[mailapi.TemplateAlert]); n != 1 {
			w.Errorf("%d alert mails", n)
		}
		c.wait(w.T, 1)
		var stored string
		err := w.DB.Read().QueryRow(w.Context(), `SELECT CAST(args AS TEXT) || ' ' || COALESCE(CAST(errors AS TEXT), '') FROM river_job WHERE kind = 'notify'`).Scan(&stored)
		if err != nil {
			w.Fatal(err)
		}
		if !strings.Contains(c.log.String(), "channel=generic") || !strings.Contains(c.log.String(), "503") {
			w.Errorf("log:\n%s", c.log.String())
		}
		for where, text := range map[string]string{"log": c.log.String(), "job": stored, "timeline": w.story(id)} {
			if strings.Contains(text, hookToken) || strings.Contains(text, c.URL) {
				w.Errorf("the URL is in the %s:\n%s", where, text)
			}
		}
		if got := w.alertStates(id); len(got) != 1 {
			w.Errorf("alerts = %v; want none about the chat", got)
		}
	})
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestStormIsToldInADigest(t *testing.T) {
	const stormy, single = 60, 20
	eachChatWorld(t, func(w *world, c *chat) {
		var orders []order.Order
		for i := range stormy {
			orders = append(orders, order.Order{
				ID: order.NewID(), Product: "security-audit", CustomerEmail: fmt.Sprintf("c%d@example.com", i), Fields: map[string]string{}, Currency: "usd",
				State: order.AwaitingPayment, StateAt: w.Now(), CreatedAt: w.Now(),
			})
		}
		each := func(f func(tx database.Tx, o order.Order) error) {
			for _, o := range orders {
				if err := w.DB.InTx(w.Context(), func(tx database.Tx) error { return f(tx, o) }); err != nil {
					w.Fatal(err)
				}
			}
		}
		each(func(tx database.Tx, o order.Order) error {
			if _, err := store.InsertOrder(w.Context(), tx, o, ""); err != nil {
				return err
			}
			return w.Alerts.Raise(w.Context(), tx, alert.Alert{Order: o, Reason: alert.ReasonProduce, State: store.AlertRetrying, What: "The engine is on fire."})
		})
		c.wait(w.T, single)
		if list, err := store.Alerts(w.Context(), w.DB.Read(), "", 1000); err != nil || len(list) != stormy {
			w.Errorf("%d rows, %v; want one for each order", len(list), err)
		}
		// One needs a person and one is well again before the digest goes.
		err := w.DB.InTx(w.Context(), func(tx database.Tx) error {
			if err := w.Alerts.Resolve(w.Context(), tx, orders[30], alert.ReasonProduce); err != nil {
				return err
			}
			return w.Alerts.Raise(w.Context(), tx, alert.Alert{Order: orders[31], Reason: alert.ReasonProduce, State: store.AlertNeedsPerson, What: "Given up."})
		})
		if err != nil {
			w.Fatal(err)
		}
		for range 2 { // the second has nothing to tell
			if err := w.Digest(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		texts := c.wait(w.T, single+1)
		time.Sleep(300 * time.Millisecond) // time for a text that must not come
		if n := len(c.got()); n != single+1 {
			w.Errorf("%d texts, want %d single ones and a digest", n, single)
		}
		all := strings.Join(texts, "\n\n")
		for _, want := range []string{
			"And 40 more orders: 1 waiting for you, 38 being tried again, 1 resolved. Given up.", "Customer: c31@example.com, c20@example.com", " and 35 more",
			"Console: http://ops.test/alerts", "A person must act: production",
		} {
			if !strings.Contains(all, want) {
				w.Errorf("%q is not in\n%s", want, all)
			}
		}
		if n := len(w.mails(single + 1)[mailapi.TemplateAlert]); n != single+1 {
			w.Errorf("%d mails", n)
		}
		// Another reason is not held up, and after the storm alerts are single again.
		w.exec(`UPDATE alerts SET told_at = told_at - 600001 WHERE told_at > 0`)
		each(func(tx database.Tx, o order.Order) error {
			if o.ID != orders[0].ID && o.ID != orders[40].ID {
				return nil
			}
			return w.Alerts.Resolve(w.Context(), tx, o, alert.ReasonProduce)
		})
		c.wait(w.T, single+3)
	})
}
