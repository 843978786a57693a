// Package fulfil turns a paid session into delivered goods. There is one way to do
// it, idempotent, for the webhook, the thank-you page, the reconciler and the
// operator: Session. What follows are steps that the job engine runs, one file
// each; a step has one outside effect and ends with one transaction that holds its
// rows, the move of the order, the next job and its own completion.
package fulfil

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/blob"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/delivery"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

// Fulfiller fulfils orders.
type Fulfiller struct {
	DB      *database.DB
	Queue   *jobs.Queue
	Catalog *catalog.Catalog
	Kinds   map[string]kind.Kind
	Blobs   *blob.Store
	Mailer  mailapi.Client
	Tokens  *delivery.Tokens
	Proofs  *delivery.Proofs
	Letters map[string]Letter // by template
	Alerts  *alert.Raiser
	Seller  mailapi.Seller
	ShopURL string
	Log     *slog.Logger
	Now     func() time.Time
}

// Workers returns the workers of every job kind.
func (f *Fulfiller) Workers() *river.Workers {
	workers := river.NewWorkers()
	river.AddWorker(workers, &jobs.StartWorker{Queue: f.Queue})
	river.AddWorker(workers, &produceWorker{f: f})
	river.AddWorker(workers, &sendWorker{f: f})
	river.AddWorker(workers, &confirmWorker{f: f})
	river.AddWorker(workers, &notifyWorker{f: f})
	return workers
}

// Session brings the order of a Checkout session to where the session's payment
// says it is, and enqueues what follows. Calling it again, at once, or in any order
// with others changes nothing more. It returns payment.ErrNotOurs for a session
// without an order of this shop. Conflict means that another caller moved the order
// in between; the caller's transaction must be tried again.
func (f *Fulfiller) Session(ctx context.Context, tx database.Tx, s payment.Session) (order.ID, error) {
	o, err := f.orderOf(ctx, tx, s)
	if err != nil {
		return o.ID, err
	}
	if o.SessionID != s.ID {
		return o.ID, f.foreignSession(ctx, tx, o, s)
	}
	switch {
	case s.IsPaid():
		return o.ID, f.paid(ctx, tx, o, s)
	case s.Status == "complete":
		return o.ID, f.submitted(ctx, tx, o, s)
	default:
		return o.ID, nil
	}
}

// findOrRebuild reads the order; if the database has never seen it, the metadata
// has all that is needed.
func (f *Fulfiller) findOrRebuild(ctx context.Context, tx database.Tx, id order.ID, s payment.Session, p catalog.Product) (order.Order, error) {
	o, err := store.Order(ctx, tx, id)
	if errs.KindOf(err) == errs.NotFound {
		o = f.rebuild(id, s, p)
		fresh, err := store.InsertOrder(ctx, tx, o, "rebuilt from the payment")
		if err != nil || fresh {
			return o, err
		}
		return store.Order(ctx, tx, id) // somebody else did at the same moment
	}
	if err == nil && o.SessionID == "" { // we were killed between Stripe's answer and our note of it
		if err := store.SetSession(ctx, tx, id, s.ID); err != nil {
			return order.Order{}, err
		}
		o.SessionID = s.ID
	}
	return o, err
}

// rebuild makes an order from a session's metadata. The price is the one it was
// opened with; where the metadata does not say, the catalogue's.
func (f *Fulfiller) rebuild(id order.ID, s payment.Session, p catalog.Product) order.Order {
	m := s.Metadata
	o := order.Order{
		ID: id, Product: p.ID, Tier: p.Tier, CustomerEmail: m[payment.MetaEmail], ContactName: m[payment.MetaName],
		Fields: map[string]string{}, Amount: p.Price, Currency: p.Currency, SessionID: s.ID, PaymentIntent: s.PaymentIntent,
		State: order.AwaitingPayment, StateAt: s.CreatedAt, CreatedAt: s.CreatedAt,
	}
	if o.CustomerEmail == "" {
		o.CustomerEmail = s.Email
	}
	o.Lang = m[payment.MetaLang]
	if tier := m[payment.MetaTier]; tier != "" {
		o.Tier = tier
	}
	if amount, err := strconv.ParseInt(m[payment.MetaAmount], 10, 64); err == nil && m[payment.MetaCurrency] != "" {
		o.Amount, o.Currency = amount, m[payment.MetaCurrency]
	}
	if k, ok := f.Kinds[p.Kind]; ok {
		for _, field := range k.Fields() {
			if value := m[field.Name]; value != "" {
				o.Fields[field.Name] = value
			}
		}
	}
	return o
}

// paid moves an order that was not paid yet to Paid, with the receipt and the first
// job; one whose amount is not what it was sold for is held instead. Facts of the
// payment that came before it are applied at once.
func (f *Fulfiller) paid(ctx context.Context, tx database.Tx, o order.Order, s payment.Session) error {
	if !o.PaidAt.IsZero() || !o.State.CanBecome(order.Paid) {
		return nil // known already
	}
	now := f.Now()
	news := s.PaymentIntent
	if o.PaymentIntent == news { // the order was rebuilt from this very session
		news = ""
	}
	o.PaidAt, o.PaymentIntent = now, s.PaymentIntent
	if wrong := mismatch(o, s); wrong != "" {
		if err := f.hold(ctx, tx, o, wrong); err != nil {
			return err
		}
		o.State = order.Held
		return f.settle(ctx, tx, o)
	}
	if err := store.Pay(ctx, tx, o.ID, o.State, news, now, "payment confirmed by Stripe"); err != nil {
		return err
	}
	o.State = order.Paid
	if _, err := f.intend(ctx, tx, o, store.PurposeReceipt, mailapi.TemplateReceipt, ""); err != nil {
		return err
	}
	if err := f.Queue.Enqueue(ctx, tx, jobs.ProduceArgs{OrderID: o.ID}, 0); err != nil {
		return err
	}
	return f.settle(ctx, tx, o)
}

// mismatch says in words how the payment differs from the sale; "" if it does not.
// A session whose amount Stripe leaves out is not judged.
func mismatch(o order.Order, s payment.Session) string {
	if s.Amount >= 0 && (s.Amount != o.Amount || s.Currency != o.Currency) {
		return fmt.Sprintf("paid %s, sold at %s", catalog.Money(s.Amount, s.Currency), catalog.Money(o.Amount, o.Currency))
	}
	return ""
}

func (f *Fulfiller) hold(ctx context.Context, tx database.Tx, o order.Order, why string) error {
	if err := store.SetPaid(ctx, tx, o.ID, o.PaymentIntent, f.Now()); err != nil { // the money is there, whatever the amount
		return err
	}
	if err := store.Advance(ctx, tx, o.ID, o.State, order.Held, f.Now(), why); err != nil {
		return err
	}
	return f.Alerts.Raise(ctx, tx, alert.Alert{
		Order: o, Reason: alert.ReasonPayment, State: store.AlertNeedsPerson, What: why,
		Tried: "Nothing was made or sent; the order is held.", ToDo: "Compare the payment in Stripe with the order, then refund it or release the order.",
	})
}

// submitted notes a delayed payment that is on its way.
func (f *Fulfiller) submitted(ctx context.Context, tx database.Tx, o order.Order, s payment.Session) error {
	if err := store.SetPayment(ctx, tx, o.ID, s.PaymentIntent); err != nil {
		return err
	}
	news, err := store.SetSubmitted(ctx, tx, o.ID, f.Now())
	if err != nil || !news || !o.PaidAt.IsZero() {
		return err
	}
	return store.Note(ctx, tx, o.ID, f.Now(), order.EntryNote, "checkout completed; the payment is on its way")
}

// foreignSession is a rightly signed session that names an order which another
// session pays: somebody may have paid twice.
func (f *Fulfiller) foreignSession(ctx context.Context, tx database.Tx, o order.Order, s payment.Session) error {
	if !s.IsPaid() {
		return nil
	}
	return f.Alerts.Raise(ctx, tx, alert.Alert{
		Order: o, Reason: alert.ReasonPayment, State: store.AlertNeedsPerson,
		What:  "a second session was paid for this order: " + s.ID,
		Tried: "The order goes on with its first payment.", ToDo: "Look at both payments in Stripe and refund the second.",
	})
}

// intend writes the intent of a mail to the customer and its job. It returns false
// if the mail was intended before.
func (f *Fulfiller) intend(ctx context.Context, tx database.Tx, o order.Order, purpose, template, grantID string) (bool, error) {
	id, fresh, err := store.InsertMessage(ctx, tx, store.Message{
		OrderID: o.ID, Purpose: purpose, Template: template, To: o.CustomerEmail, GrantID: grantID, CreatedAt: f.Now(),
	})
	if err != nil || !fresh {
		return false, err
	}
	return true, f.Queue.Enqueue(ctx, tx, jobs.SendArgs{MessageID: id}, 0)
}
