package portal

import (
	"fmt"
	"testing"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

func TestPurchases(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		old := w.sell("ADA@example.com", noon, true)
		unmade := w.sell(ada, noon.Add(time.Hour), false)
		refunded := w.sell(ada, noon.Add(2*time.Hour), true)
		w.sell(stranger, noon, true)
		w.must(w.DB.InTx(ctx, func(tx database.Tx) error {
			return store.Advance(ctx, tx, refunded.ID, order.Ready, order.Refunded, noon, "")
		}))
		list, more, err := w.Purchases(ctx, ada)
		w.must(err)
		got := ""
		for _, p := range list {
			got += fmt.Sprintln(p.Order.ID, p.Order.State, p.Order.Amount, len(p.Goods))
		}
		want := fmt.Sprintln(refunded.ID, "refunded 2900 0") + fmt.Sprintln(unmade.ID, "paid 2900 0") + fmt.Sprintln(old.ID, "ready 2900 1")
		if got != want || more {
			w.Errorf("purchases, more %v:\n%swant\n%s", more, got, want)
		}
		if list, more, err := w.Purchases(ctx, "nobody@example.com"); len(list) != 0 || more || err != nil {
			w.Errorf("a stranger's purchases: %v, %v, %v", list, more, err)
		}
	})
}

func TestPurchasesAreBounded(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		w.must(w.DB.InTx(ctx, func(tx database.Tx) error {
			for n := range maxPurchases + 1 {
				o := order.Order{ID: order.NewID(), CustomerEmail: ada, Product: fmt.Sprint(n), CreatedAt: noon}
				if _, err := store.InsertOrder(ctx, tx, o, ""); err != nil {
					return err
				}
				if err := store.Pay(ctx, tx, o.ID, order.AwaitingPayment, "", noon.Add(time.Duration(n)*time.Second), ""); err != nil {
					return err
				}
			}
			return nil
		}))
		list, more, err := w.Purchases(ctx, ada)
		w.must(err)
		if len(list) != maxPurchases || !more || list[0].Order.Product != "200" || list[maxPurchases-1].Order.Product != "1" {
			w.Errorf("%d purchases, more %v", len(list), more)
		}
	})
}

func TestOwned(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		mine := w.sell("Ada@example.com", noon, true)
		if o, err := w.Owned(ctx, ada, string(mine.ID)); err != nil || o.ID != mine.ID {
			w.Errorf("my own order: %v, %v", o.ID, err)
		}
		unpaid := order.Order{ID: order.NewID(), CustomerEmail: ada, CreatedAt: noon}
		w.must(w.DB.InTx(ctx, func(tx database.Tx) error { _, err := store.InsertOrder(ctx, tx, unpaid, ""); return err }))
		answers := map[string]bool{}
		for name, id := range map[string]string{
			"another's": string(w.sell(stranger, noon, true).ID), "unknown": string(order.NewID()), "no id": "../../x", "unpaid": string(unpaid.ID), "empty": "",
		} {
			o, err := w.Owned(ctx, ada, id)
			if errs.KindOf(err) != errs.NotFound || o.ID != "" {
				w.Errorf("%s: %v, %v", name, o.ID, err)
			}
			answers[fmt.Sprint(err)] = true
		}
		if len(answers) != 1 {
			w.Errorf("answers differ: %v", answers)
		}
	})
}

func TestPurge(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		w.sell(ada, noon, true)
		s := w.enter(ada)
		w.must(w.Ask(ctx, stranger, "en"))
		count := func() string {
			text := ""
			for _, table := range []string{"logins", "messages", "portal_sessions", "limits", "orders"} {
				var n int
				w.must(w.DB.Read().QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&n))
				text += fmt.Sprint(table, " ", n, " ")
			}
			return text
		}
		for _, step := range []struct {
			after time.Duration
			want  string
		}{
			{0, "logins 2 messages 2 portal_sessions 1 limits 2 orders 1 "},
			{12 * time.Minute, "logins 2 messages 2 portal_sessions 1 limits 0 orders 1 "},
			{idle - time.Second, "logins 2 messages 2 portal_sessions 1 limits 0 orders 1 "},
			{idle, "logins 2 messages 2 portal_sessions 0 limits 0 orders 1 "},
			{keepLogins + linkLife, "logins 2 messages 2 portal_sessions 0 limits 0 orders 1 "},
			{keepLogins + linkLife + time.Second, "logins 0 messages 0 portal_sessions 0 limits 0 orders 1 "},
		} {
			w.now = noon.Add(step.after)
			w.must(w.Purge(ctx))
			if got := count(); got != step.want {
				w.Errorf("after %s: %s, want %s", step.after, got, step.want)
			}
		}
		if _, err := w.Authenticate(ctx, s.Cookie.Reveal()); errs.KindOf(err) != errs.Unauthorized {
			w.Errorf("after the purge: %v", err)
		}
	})
}

// TestPurgeGoesOn has more to delete than one transaction takes.
func TestPurgeGoesOn(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		w.must(w.DB.InTx(ctx, func(tx database.Tx) error {
			for n := range 2*purgeBatch + 1 {
				if err := store.InsertSession(ctx, tx, store.PortalSession{ID: fmt.Sprint(n), CreatedAt: noon, LastAt: noon, ExpiresAt: noon}); err != nil {
					return err
				}
			}
			return nil
		}))
		w.must(w.Purge(ctx))
		var n int
		w.must(w.DB.Read().QueryRow(ctx, `SELECT count(*) FROM portal_sessions`).Scan(&n))
		if n != 0 {
			w.Errorf("%d are left", n)
		}
	})
}
