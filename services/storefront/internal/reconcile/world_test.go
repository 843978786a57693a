package reconcile

import (
	"log/slog"
	"maps"
	"testing"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

const (
	product    = "agent-playbook"
	webhookURL = "https://shop.example.com/webhooks/stripe"
)

// world is a Reconciler with a real ledger and a fake Stripe. Jobs are written and
// not run, and time stands still.
type world struct {
	*testing.T
	*Reconciler
	stripe *fakeStripe
	clock  time.Time
}

// eachWorld runs one test over both databases.
func eachWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, url string) {
		goods := &catalog.Catalog{Products: []catalog.Product{{ID: product, Kind: "file", Name: "Agent Playbook", Price: 2900, Currency: "usd"}}}
		w := &world{T: t, stripe: newFakeStripe(t), clock: time.Now().UTC().Truncate(time.Second)}
		now := func() time.Time { return w.clock }
		log := slog.New(slog.DiscardHandler)
		db := databasetest.Open(t, url, store.Migrations())
		queue := jobs.New(db, 1)
		raiser := &alert.Raiser{
			Queue: queue, Catalog: goods, To: "seller@example.com", ShopURL: "https://shop.example.com", ConsoleURL: "https://ops.example.com", Log: log, Now: now,
		}
		fulfiller := &fulfil.Fulfiller{DB: db, Queue: queue, Catalog: goods, Alerts: raiser, ShopURL: raiser.ShopURL, Log: log, Now: now}
		if err := queue.Open(t.Context(), log, fulfiller.Workers()); err != nil {
			t.Fatal(err)
		}
		w.Reconciler = &Reconciler{
			DB: db, Payment: payment.New(payment.Config{Key: "sk_test_reconcile", BaseURL: w.stripe.URL}), Fulfil: fulfiller, Alerts: raiser,
			WebhookURL: webhookURL, Log: log, Now: now,
		}
		f(w)
	})
}

// session is a paid session as checkout would have opened it, some time ago.
func (w *world) session(ago time.Duration) payment.Session {
	p, ok := w.Fulfil.Catalog.Product(product)
	if !ok {
		w.Fatal("no such product")
	}
	o := order.Order{ID: order.NewID(), Product: p.ID, CustomerEmail: "ada@example.com", ContactName: "Ada", Fields: map[string]string{}, Amount: p.Price, Currency: p.Currency}
	return payment.Session{
		ID: "cs_test_" + string(o.ID), Status: "complete", PaymentStatus: "paid", PaymentIntent: "pi_" + string(o.ID),
		Amount: p.Price, Currency: p.Currency, Metadata: payment.Metadata(o), CreatedAt: w.clock.Add(-ago),
	}
}

// draft is a session as it was before the payer came, and its order.
func (w *world) draft(s payment.Session) order.ID {
	w.Helper()
	id := idOf(w, s)
	p, _ := w.Fulfil.Catalog.Product(s.Metadata[payment.MetaProduct])
	w.inTransaction(func(tx database.Tx) error {
		_, err := store.InsertOrder(w.Context(), tx, order.Order{
			ID: id, Product: p.ID, CustomerEmail: "ada@example.com", ContactName: "Ada", Fields: map[string]string{},
			Amount: p.Price, Currency: p.Currency, SessionID: s.ID, CreatedAt: s.CreatedAt,
		}, "checkout")
		return err
	})
	return id
}

// webhook applies a session as its event would have.
func (w *world) webhook(s payment.Session) order.ID {
	w.Helper()
	w.inTransaction(func(tx database.Tx) error {
		_, err := w.Fulfil.Session(w.Context(), tx, s)
		return err
	})
	return idOf(w, s)
}

func idOf(w *world, s payment.Session) order.ID {
	w.Helper()
	id, err := s.OrderID()
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) inTransaction(f func(database.Tx) error) {
	w.Helper()
	if err := w.DB.InTx(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

// run reconciles the usual window, and wants it to work.
func (w *world) run() Result {
	w.Helper()
	result, err := w.Reconciler.Run(w.Context(), Window)
	if err != nil {
		w.Fatal(err)
	}
	return result
}

func (w *world) wantState(id order.ID, want order.State) {
	w.Helper()
	o, err := store.Order(w.Context(), w.DB.Read(), id)
	if err != nil || o.State != want {
		w.Errorf("order %s is %q (%v), want %q", id, o.State, err, want)
	}
}

// alerts are the states of an order's alerts by reason; of the shop's for "".
func (w *world) alerts(id order.ID) map[string]string {
	w.Helper()
	list, err := store.Alerts(w.Context(), w.DB.Read(), "", 1000)
	if err != nil {
		w.Fatal(err)
	}
	states := map[string]string{}
	for _, a := range list {
		if a.OrderID == id {
			states[a.Reason] = a.State
		}
	}
	return states
}

func (w *world) wantAlerts(id order.ID, want map[string]string) {
	w.Helper()
	if got := w.alerts(id); !maps.Equal(got, want) {
		w.Errorf("alerts of %q: %v, want %v", id, got, want)
	}
}

// mails counts the mails about the shop that were written.
func (w *world) mails() int {
	w.Helper()
	list, err := store.Messages(w.Context(), w.DB.Read(), "")
	if err != nil {
		w.Fatal(err)
	}
	return len(list)
}

// ledger counts the rows that a run could add to.
func (w *world) ledger() map[string]int {
	w.Helper()
	counts := map[string]int{}
	for _, table := range []string{"orders", "timeline", "messages", "message_history", "alerts", "payments", "events", "river_job"} {
		var n int
		if err := w.DB.Read().QueryRow(w.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			w.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}
