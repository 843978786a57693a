package fulfil

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi/auditapitest"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/mailapi/mailapitest"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/blob"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/delivery"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/notify"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

const catalogFile = "../../../../deploy/catalog.yaml"

// patience is how long a test waits for what must come; a slow machine under load takes
// its time.
const patience = time.Minute

// world is a Fulfiller with real database, jobs and blobs, and a fake engine and
// mailer, at work.
type world struct {
	*testing.T
	*Fulfiller
	engine *auditapitest.Server
	mailer *mailapitest.Server
}

// eachWorld runs one test over both databases.
func eachWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	t.Parallel() // they mostly wait
	databasetest.Each(t, func(t *testing.T, url string) { f(newWorld(t, url, slog.New(slog.DiscardHandler), nil)) })
}

// newWorld takes the channels that its alerts go to besides the mail.
func newWorld(t *testing.T, url string, log *slog.Logger, channels notify.Channels) *world {
	t.Helper()
	engine, mailer := auditapitest.New(t), mailapitest.New(t)
	kinds := kind.All(kind.Config{Engine: engine.Client(), Folder: filepath.Dir(catalogFile)})
	goods, err := catalog.Load(catalogFile, kind.Checkers(kinds))
	if err != nil {
		t.Fatal(err)
	}
	db := databasetest.Open(t, url, store.Migrations())
	blobs, err := blob.Open(t.Context(), "file:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	tokens, err := delivery.NewTokens(t.Context(), db, nil)
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := delivery.NewProofs(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
	queue := jobs.New(db, 10)
	seller := mailapi.Seller{Name: goods.Seller.Name, Support: goods.Seller.Support}
	w := &world{T: t, engine: engine, mailer: mailer, Fulfiller: &Fulfiller{
		DB: db, Queue: queue, Catalog: goods, Kinds: kinds, Blobs: blobs, Mailer: mailer.Client(), Tokens: tokens, Proofs: proofs, Seller: seller,
		ShopURL: "http://shop.test", Log: log, Now: now,
		Alerts: &alert.Raiser{Channels: channels, Queue: queue, Seller: seller, Catalog: goods, To: "seller@example.com", ShopURL: "http://shop.test", ConsoleURL: "http://ops.test", Log: log, Now: now},
	}}
	if err := queue.Open(t.Context(), log, w.Workers()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- queue.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("stop the jobs: %v", err)
		}
	})
	return w
}

// session is a paid session of a product as checkout would have opened it.
func (w *world) session(product string) payment.Session {
	p, ok := w.Catalog.Product(product)
	if !ok {
		w.Fatalf("no product %s", product)
	}
	o := order.Order{
		ID: order.NewID(), Product: p.ID, Tier: p.Tier, CustomerEmail: "ada@example.com", ContactName: "Ada",
		Fields: map[string]string{}, Amount: p.Price, Currency: p.Currency,
	}
	if p.Kind == "audit" {
		o.Fields[kind.FieldTargetURL] = "https://shop.example.com/"
	}
	return payment.Session{
		ID: "cs_test_" + string(o.ID), Status: "complete", PaymentStatus: "paid", PaymentIntent: "pi_" + string(o.ID),
		Amount: p.Price, Currency: p.Currency, Metadata: payment.Metadata(o), CreatedAt: w.Now(),
	}
}

// apply brings a session's news to its order, and returns the order's id.
func (w *world) apply(s payment.Session) order.ID {
	w.Helper()
	var id order.ID
	err := w.DB.InTx(w.Context(), func(tx database.Tx) (err error) {
		id, err = w.Session(w.Context(), tx, s)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// becomes waits until the order is in a state.
func (w *world) becomes(id order.ID, want order.State) order.Order {
	w.Helper()
	limit := time.Now().Add(patience)
	for {
		o, err := store.Order(w.Context(), w.DB.Read(), id)
		if err != nil {
			w.Fatal(err)
		}
		if o.State == want {
			return o
		}
		if time.Now().After(limit) {
			w.Fatalf("the order is %s, want %s; timeline:\n%s", o.State, want, w.story(id))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// mails waits for n mails and returns them by template.
func (w *world) mails(n int) map[string][]mailapitest.Sent {
	w.Helper()
	byTemplate := map[string][]mailapitest.Sent{}
	for _, m := range w.mailer.Wait(w.T, n) {
		byTemplate[m.Request.Template] = append(byTemplate[m.Request.Template], m)
	}
	return byTemplate
}

func (w *world) story(id order.ID) string {
	var b strings.Builder
	entries, err := store.Timeline(w.Context(), w.DB.Read(), id)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range entries {
		b.WriteString(e.Kind + " " + string(e.From) + " → " + string(e.To) + " " + e.Detail + "\n")
	}
	return b.String()
}

func (w *world) alertStates(id order.ID) map[string]string {
	w.Helper()
	list, err := store.Alerts(w.Context(), w.DB.Read(), id, 10)
	if err != nil {
		w.Fatal(err)
	}
	states := map[string]string{}
	for _, a := range list {
		states[a.Reason] = a.State
	}
	return states
}
