package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const (
	ada      = "ada@example.com"
	stranger = "eve@example.com"
)

// world is a Portal on a real database, at a time that the test moves. Its jobs are
// written and not worked.
type world struct {
	*testing.T
	*Portal
	now time.Time
}

func eachWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, url string) {
		db := databasetest.Open(t, url, store.Migrations())
		queue := jobs.New(db, 0)
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[jobs.SendArgs]) error { return nil }))
		if err := queue.Open(t.Context(), slog.New(slog.DiscardHandler), workers); err != nil {
			t.Fatal(err)
		}
		keys, err := NewKeys(t.Context(), db, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, now: noon}
		w.Portal = &Portal{
			DB: db, Queue: queue, Keys: keys, Seller: mailapi.Seller{Name: "Shop"}, ShopURL: "https://shop.test",
			Now: func() time.Time { return w.now },
		}
		f(w)
	})
}

// sell inserts a paid order, of which the goods are made if it is ready.
func (w *world) sell(email string, paidAt time.Time, ready bool) order.Order {
	w.Helper()
	o := order.Order{ID: order.NewID(), Product: "p", CustomerEmail: email, Amount: 2900, Currency: "usd", CreatedAt: noon.Add(-time.Hour)}
	ctx := w.Context()
	w.must(w.DB.InTx(ctx, func(tx database.Tx) error {
		if _, err := store.InsertOrder(ctx, tx, o, ""); err != nil {
			return err
		}
		if err := store.Pay(ctx, tx, o.ID, order.AwaitingPayment, "pi_"+string(o.ID), paidAt, ""); err != nil || !ready {
			return err
		}
		for _, move := range [][2]order.State{{order.Paid, order.Working}, {order.Working, order.Ready}} {
			if err := store.Advance(ctx, tx, o.ID, move[0], move[1], paidAt, ""); err != nil {
				return err
			}
		}
		_, err := store.InsertArtefact(ctx, tx, store.Artefact{OrderID: o.ID, Name: "goods.pdf", Role: store.RoleGoods})
		return err
	}))
	return o
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// intents are the mails that wait, oldest first.
func (w *world) intents() []store.Message {
	w.Helper()
	list, err := store.Messages(w.Context(), w.DB.Read(), "")
	w.must(err)
	return list
}

// ask asks for a link and returns its token.
func (w *world) ask(email string) string {
	w.Helper()
	w.must(w.Ask(w.Context(), email, "de"))
	intents := w.intents()
	mail, ok, err := w.Mail(w.Context(), intents[len(intents)-1])
	w.must(err)
	if !ok {
		w.Fatalf("there is no mail to %s", email)
	}
	return tokenOf(w.T, mail)
}

func tokenOf(t *testing.T, mail mailapi.Send) string {
	t.Helper()
	_, after, _ := strings.Cut(string(mail.Data), `"link":"`)
	link, _, _ := strings.Cut(after, `"`)
	u, err := url.Parse(link)
	if err != nil || u.Path != "/portal/enter" {
		t.Fatalf("link %q in %s", link, mail.Data)
	}
	return u.Query().Get("token")
}

// TestAskLeavesTheSameTraces asks for a buyer and for a stranger and compares every
// row that was written: what cannot be told apart in the database cannot be told
// apart by the time that it took.
func TestAskLeavesTheSameTraces(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		traces := func(email string) (all []string) {
			w.must(w.Ask(w.Context(), email, "de"))
			for _, query := range []string{
				`SELECT id || token_hash || email || lang || created_at || expires_at || COALESCE(used_at, 0) FROM logins ORDER BY created_at, id`,
				`SELECT id || order_id || purpose || template || recipient || COALESCE(grant_id, '') || data || state || mailer_id FROM messages ORDER BY id`,
				`SELECT kind || state || queue || priority || args FROM river_job ORDER BY id`,
				`SELECT key || full_at FROM limits ORDER BY full_at`,
				`SELECT 'sessions ' || count(*) FROM portal_sessions`,
				`SELECT 'history ' || count(*) FROM message_history`,
			} {
				if w.DB.Kind == database.Postgres {
					query = strings.ReplaceAll(query, "|| args", "|| args::text")
				}
				all = append(all, w.lastOf(query))
			}
			return all
		}
		known, unknown := traces(ada), traces(stranger)
		for i := range known {
			if len(known[i]) < 5 || len(known[i]) != len(unknown[i]) {
				w.Errorf("known and unknown differ:\n%s\n%s", known[i], unknown[i])
			}
		}
		if n := len(w.intents()); n != 2 {
			w.Errorf("%d intents", n)
		}
	})
}

// lastOf runs a query of one text column and returns how many rows and the last.
func (w *world) lastOf(query string) string {
	w.Helper()
	rows, err := w.DB.Read().Query(w.Context(), query)
	w.must(err)
	defer rows.Close()
	last := ""
	for rows.Next() {
		w.must(rows.Scan(&last))
	}
	w.must(rows.Err())
	return last
}

func TestMailGoesToBuyersOnly(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell("Ada@Example.com", noon, false)
		for _, email := range []string{" ADA@example.COM ", stranger} {
			w.must(w.Ask(w.Context(), email, "de"))
		}
		intents := w.intents()
		mail, ok, err := w.Mail(w.Context(), intents[0])
		w.must(err)
		if !ok || mail.To != ada || mail.Template != mailapi.TemplateLogin || mail.Lang != "de" {
			w.Errorf("mail %v %+v", ok, mail)
		}
		again, _, err := w.Mail(w.Context(), intents[0])
		w.must(err)
		if diff := cmp.Diff(mail, again); diff != "" {
			w.Errorf("a mail that is tried again is another: %s", diff)
		}
		if _, ok, err := w.Mail(w.Context(), intents[1]); ok || err != nil {
			w.Errorf("a stranger gets a mail: %v", err)
		}
		w.now = noon.Add(linkLife)
		if _, ok, err := w.Mail(w.Context(), intents[0]); ok || err != nil {
			w.Errorf("a link that is over is mailed: %v", err)
		}
	})
}

func TestAskRefuses(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, bad := range []string{"", "ada", "Ada <ada@example.com>", "ada@example.com, eve@example.com", "a\x00da@example.com", "ada@ex ample.com", "ada@exämple.com", strings.Repeat("a", 300) + "@example.com"} {
			err := w.Ask(w.Context(), bad, "en")
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Kind != errs.Invalid || e.Fields["email"] == "" {
				w.Errorf("Ask(%q) = %v", bad, err)
			}
		}
		if n := len(w.intents()); n != 0 {
			w.Errorf("%d intents", n)
		}
	})
}

func TestAskIsLimitedByAddress(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		var answers []string
		for _, email := range []string{ada, stranger} {
			var group sync.WaitGroup
			var passed atomic.Int32
			for n := range 12 {
				group.Go(func() {
					err := w.Ask(w.Context(), strings.ToUpper(email[:n%4])+email[n%4:], "en")
					if err == nil {
						passed.Add(1)
					} else if errs.KindOf(err) != errs.RateLimited {
						w.Error(err)
					}
				})
			}
			group.Wait()
			if passed.Load() != 5 {
				w.Errorf("%s: %d of 12 passed, want 5", email, passed.Load())
			}
			err := w.Ask(w.Context(), email, "en")
			answers = append(answers, fmt.Sprintf("%v after %s", err, errs.From(err).RetryAfter))
		}
		if answers[0] != answers[1] || !strings.HasSuffix(answers[0], "12m0s") {
			w.Errorf("answers differ: %q", answers)
		}
		w.now = noon.Add(12 * time.Minute)
		w.must(w.Ask(w.Context(), ada, "en"))
	})
}

// TestDatabaseOpensNothing looks for the token and the cookie in everything that is
// written about them.
func TestDatabaseOpensNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		token := w.ask(ada)
		session, err := w.Enter(w.Context(), token)
		w.must(err)
		args := "args"
		if w.DB.Kind == database.Postgres {
			args = "args::text"
		}
		for _, query := range []string{
			`SELECT id || token_hash || email || lang FROM logins`, `SELECT id || purpose || recipient || data || mailer_id FROM messages`,
			`SELECT id || email || lang FROM portal_sessions`, `SELECT ` + args + ` FROM river_job`, `SELECT name || value FROM settings`, `SELECT key FROM limits`,
		} {
			rows, err := w.DB.Read().Query(w.Context(), query)
			w.must(err)
			n := 0
			for ; rows.Next(); n++ {
				var row string
				w.must(rows.Scan(&row))
				for _, secret := range []string{token, session.Cookie.Reveal(), session.FormToken()} {
					if strings.Contains(row, secret) {
						w.Errorf("a secret is in the answer to %s", query)
					}
				}
			}
			w.must(rows.Err())
			if n == 0 {
				w.Errorf("%s: no rows", query)
			}
			rows.Close()
		}
	})
}

func TestKeys(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.sell(ada, noon, true)
		again, err := NewKeys(w.Context(), w.DB, nil)
		w.must(err)
		if diff := cmp.Diff(w.Keys, again); diff != "" || len(again) != 1 || len(again[0]) != 32 {
			w.Errorf("a second start has another key: %s", diff)
		}
		old, err := NewKeys(w.Context(), w.DB, config.Secrets{"k1:one"})
		w.must(err)
		rotated, err := NewKeys(w.Context(), w.DB, config.Secrets{"k2:two", "k1:one"})
		w.must(err)
		w.Keys = old
		w.must(w.Ask(w.Context(), ada, "en"))
		intent := w.intents()[0]
		before, _, err := w.Mail(w.Context(), intent)
		w.must(err)
		w.Keys = rotated
		after, ok, err := w.Mail(w.Context(), intent)
		w.must(err)
		if diff := cmp.Diff(before, after); diff != "" || !ok {
			w.Errorf("a rotated key changes a mail that waits: %s", diff)
		}
		w.Keys = rotated[:1]
		if _, ok, err := w.Mail(w.Context(), intent); ok || err != nil {
			w.Errorf("a link of a key that is gone is mailed: %v", err)
		}
	})
}
