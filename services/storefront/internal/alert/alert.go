// Package alert tells the seller that a station failed, with everything needed to
// act: one row for each order and reason, and for each change of its state one mail
// and one text to every notification channel. Mail and channels are jobs of their own,
// written in the transaction of the failure, so that neither waits for the other: when
// the mailer is what fails, the channels still go and the mail follows.
//
// When very many orders fail for one reason at once, most of it is told in digests
// (storm.go).
package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/notify"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// Reasons of alerts; one row for each order and reason.
const (
	ReasonProduce   = "produce"   // the artefact cannot be made
	ReasonMail      = "mail:"     // a mail to the customer cannot be sent; its purpose follows
	ReasonBounce    = "bounce"    // a mail to the customer came back
	ReasonPayment   = "payment"   // what was paid is not what was sold
	ReasonProof     = "proof"     // control of the target is not proven
	ReasonDispute   = "dispute"   // the buyer disputes the charge
	ReasonReconcile = "reconcile" // the ledger and Stripe do not agree
	ReasonEndpoint  = "endpoint"  // the webhook endpoint at Stripe is missing or wrong
	ReasonEvents    = "events"    // Stripe could not deliver events
	ReasonDeadline  = "deadline"  // not sent within the product's promise
)

// Raiser writes alerts.
type Raiser struct {
	Queue      *jobs.Queue
	Seller     mailapi.Seller
	Catalog    *catalog.Catalog
	To         string // the seller's address
	Channels   notify.Channels
	ShopURL    string
	ConsoleURL string
	Log        *slog.Logger
	Now        func() time.Time
}

// Alert is what a station knows of its failure.
type Alert struct {
	Order  order.Order // zero: it is about the shop
	Reason string
	State  string // one of store's alert states
	What   string // what failed, in words
	Tried  string // what was tried and what comes next
	ToDo   string // what a person should do
}

// Raise counts the alert and, when it is new or its state has changed, writes the
// mail and the texts about it, all in tx.
func (r *Raiser) Raise(ctx context.Context, tx database.Tx, a Alert) error {
	now := r.Now()
	row, news, err := store.RaiseAlert(ctx, tx, store.Alert{OrderID: a.Order.ID, Reason: a.Reason, State: a.State, Detail: a.What, LastAt: now})
	if err != nil || !news {
		return err
	}
	r.Log.Warn("alert", "order_id", a.Order.ID, "reason", a.Reason, "state", a.State, "what", a.What)
	return r.tell(ctx, tx, a, row, now)
}

// Resolve closes the alert for reason, if one is open, and says so.
func (r *Raiser) Resolve(ctx context.Context, tx database.Tx, o order.Order, reason string) error {
	what := "The station works again; the order goes on by itself."
	if o.ID == "" {
		what = "This is in order again."
	}
	return r.Close(ctx, tx, o, reason, what)
}

// Close is Resolve for an end of its own, which what tells.
func (r *Raiser) Close(ctx context.Context, tx database.Tx, o order.Order, reason, what string) error {
	now := r.Now()
	row, open, err := store.ResolveAlert(ctx, tx, o.ID, reason, now)
	if err != nil || !open {
		return err
	}
	return r.tell(ctx, tx, Alert{
		Order: o, Reason: reason, State: store.AlertResolved, What: what,
		Tried: fmt.Sprintf("It failed %s since %s.", times(row.Count), row.FirstAt.Format("2 January 15:04 UTC")),
		ToDo:  "Nothing. This is for your peace of mind.",
	}, row, now)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// tell writes the timeline entry, and the messages unless there is a storm.
func (r *Raiser) tell(ctx context.Context, tx database.Tx, a Alert, row store.Alert, now time.Time) error {
	if a.Order.ID != "" {
		if err := store.Note(ctx, tx, a.Order.ID, now, order.EntryAlert, a.Reason+" "+a.State+": "+a.What); err != nil {
			return err
		}
	}
	fold, err := storm(ctx, tx, row, now)
	if err != nil || fold {
		return err
	}
	message := r.mail(a, now)
	if message.Artefact, err = r.artefact(ctx, tx, a.Order.ID); err != nil {
		return err
	}
	return r.send(ctx, tx, a.Order.ID, fmt.Sprintf("%s:%s:%d", a.Reason, a.State, row.Count), message)
}

// artefact says where the goods of the order lie. A failure after a success does not
// take away what was made.
func (r *Raiser) artefact(ctx context.Context, tx database.Tx, id order.ID) (string, error) {
	if id == "" { // it is about the shop
		return "", nil
	}
	files, err := store.Artefacts(ctx, tx, id, store.RoleGoods)
	if err != nil || len(files) == 0 {
		return "none yet", err
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = file.Name
	}
	return strings.Join(names, ", ") + ", on " + r.orderURL(id), nil
}

// send writes a message of an order, or of the shop, once, with the job of its mail and one job for
// each channel.
func (r *Raiser) send(ctx context.Context, tx database.Tx, id order.ID, purpose string, what mailapi.Alert) error {
	data, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("encode the alert: %w", err)
	}
	message, fresh, err := store.InsertMessage(ctx, tx, store.Message{
		OrderID: id, Purpose: store.PurposeAlert + purpose, Template: mailapi.TemplateAlert, To: r.To, Data: string(data), CreatedAt: what.At,
	})
	if err != nil || !fresh {
		return err
	}
	if err := r.Queue.Enqueue(ctx, tx, jobs.SendArgs{MessageID: message}, 0); err != nil {
		return err
	}
	for _, channel := range r.Channels {
		if err := r.Queue.Enqueue(ctx, tx, jobs.NotifyArgs{MessageID: message, Channel: channel.Key}, 0); err != nil {
			return err
		}
	}
	return nil
}

func (r *Raiser) orderURL(id order.ID) string { return r.ShopURL + "/orders/" + string(id) }

func (r *Raiser) product(o order.Order) string {
	if p, ok := r.Catalog.Product(o.Product); ok {
		return p.Name
	}
	return o.Product
}

func (r *Raiser) mail(a Alert, now time.Time) mailapi.Alert {
	customer := a.Order.CustomerEmail
	if a.Order.ContactName != "" {
		customer = a.Order.ContactName + " <" + customer + ">"
	}
	m := mailapi.Alert{
		Seller: r.Seller, OrderID: string(a.Order.ID), Product: r.product(a.Order), Customer: customer, SessionID: a.Order.SessionID,
		Target: a.Order.Fields["target_url"], Station: a.Reason, State: a.State, Reason: a.What, Tried: a.Tried, ToDo: a.ToDo,
		ConsoleURL: r.ConsoleURL, At: now,
	}
	if a.Order.ID != "" {
		m.ConsoleURL, m.OrderURL = r.ConsoleURL+"/orders/"+string(a.Order.ID), r.orderURL(a.Order.ID)
	}
	return m
}
