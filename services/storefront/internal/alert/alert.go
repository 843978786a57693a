// Package alert tells the seller that a station failed, with everything needed to
// act: one row for each order and reason, one mail for each change of its state.
package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// Reasons of alerts; one row for each order and reason.
const (
	ReasonProduce  = "produce"  // the artefact cannot be made
	ReasonMail     = "mail:"    // a mail to the customer cannot be sent; its purpose follows
	ReasonBounce   = "bounce"   // a mail to the customer came back
	ReasonPayment  = "payment"  // what was paid is not what was sold
	ReasonProof    = "proof"    // control of the target is not proven
	ReasonDispute  = "dispute"  // the buyer disputes the charge
	ReasonDeadline = "deadline" // not sent within the product's promise
)

// Raiser writes alerts.
type Raiser struct {
	Queue      *jobs.Queue
	Seller     mailapi.Seller
	Catalog    *catalog.Catalog
	To         string // the seller's address
	ShopURL    string
	ConsoleURL string
	Log        *slog.Logger
	Now        func() time.Time
}

// Alert is what a station knows of its failure.
type Alert struct {
	Order    order.Order
	Reason   string
	State    string // one of store's alert states
	What     string // what failed, in words
	Tried    string // what was tried and what comes next
	ToDo     string // what a person should do
	Artefact string // where the goods lie, if they exist
}

// Raise counts the alert and, when it is new or its state has changed, writes the
// mail about it, all in tx.
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
	now := r.Now()
	row, open, err := store.ResolveAlert(ctx, tx, o.ID, reason, now)
	if err != nil || !open {
		return err
	}
	a := Alert{Order: o, Reason: reason, State: store.AlertResolved, What: "The station works again; the order goes on by itself.", ToDo: "Nothing. This is for your peace of mind."}
	return r.tell(ctx, tx, a, row, now)
}

// tell writes the timeline entry, the mail's intent and its job.
func (r *Raiser) tell(ctx context.Context, tx database.Tx, a Alert, row store.Alert, now time.Time) error {
	if err := store.Note(ctx, tx, a.Order.ID, now, order.EntryAlert, a.Reason+" "+a.State+": "+a.What); err != nil {
		return err
	}
	data, err := json.Marshal(r.mail(a, now))
	if err != nil {
		return fmt.Errorf("encode the alert: %w", err)
	}
	id, fresh, err := store.InsertMessage(ctx, tx, store.Message{
		OrderID: a.Order.ID, Purpose: fmt.Sprintf("%s%s:%s:%d", store.PurposeAlert, a.Reason, a.State, row.Count),
		Template: mailapi.TemplateAlert, To: r.To, Data: string(data), CreatedAt: now,
	})
	if err != nil || !fresh {
		return err
	}
	return r.Queue.Enqueue(ctx, tx, jobs.SendArgs{MessageID: id}, 0)
}

func (r *Raiser) mail(a Alert, now time.Time) mailapi.Alert {
	product := a.Order.Product
	if p, ok := r.Catalog.Product(product); ok {
		product = p.Name
	}
	customer := a.Order.CustomerEmail
	if a.Order.ContactName != "" {
		customer = a.Order.ContactName + " <" + customer + ">"
	}
	return mailapi.Alert{
		Seller: r.Seller, OrderID: string(a.Order.ID), Product: product, Customer: customer, SessionID: a.Order.SessionID,
		Target: a.Order.Fields["target_url"], Station: a.Reason, State: a.State, Reason: a.What, Tried: a.Tried, ToDo: a.ToDo,
		Artefact: a.Artefact, ConsoleURL: r.ConsoleURL + "/orders/" + string(a.Order.ID),
		OrderURL: r.ShopURL + "/orders/" + string(a.Order.ID), At: now,
	}
}
