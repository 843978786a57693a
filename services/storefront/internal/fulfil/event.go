package fulfil

import (
	"context"
	"errors"

	"github.com/tidwall/gjson"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

// Event applies an event of Stripe's to the order that it is about, and returns that
// order's id; empty for an event that is none of our business. object is
// data.object of the event.
func (f *Fulfiller) Event(ctx context.Context, tx database.Tx, eventType string, object gjson.Result) (order.ID, error) {
	var id order.ID
	var err error
	switch eventType {
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		id, err = f.Session(ctx, tx, payment.ParseSession(object))
	case "checkout.session.async_payment_failed":
		id, err = f.unpaid(ctx, tx, payment.ParseSession(object), order.Failed, "the delayed payment failed")
	case "checkout.session.expired":
		id, err = f.unpaid(ctx, tx, payment.ParseSession(object), order.Expired, "the checkout session expired unpaid")
	case "charge.refunded":
		if object.Get("refunded").Bool() { // false: a part of it
			id, err = f.stop(ctx, tx, object, order.Refunded, "refunded in full")
		}
	case "charge.dispute.created":
		id, err = f.stop(ctx, tx, object, order.Held, "the buyer disputes the charge")
	case "charge.dispute.closed":
		if object.Get("status").String() == "lost" {
			id, err = f.stop(ctx, tx, object, order.Refunded, "the dispute was lost")
		}
	}
	if errors.Is(err, payment.ErrNotOurs) || errs.KindOf(err) == errs.NotFound {
		return "", nil
	}
	return id, err
}

// unpaid ends an order whose payment will not come.
func (f *Fulfiller) unpaid(ctx context.Context, tx database.Tx, s payment.Session, to order.State, why string) (order.ID, error) {
	id, err := s.OrderID()
	if err != nil {
		return "", err
	}
	o, err := store.Order(ctx, tx, id)
	if err != nil || o.State != order.AwaitingPayment || o.SessionID != s.ID {
		return id, err
	}
	return id, store.Advance(ctx, tx, id, o.State, to, f.Now(), why)
}

// stop takes an order out of delivery: links end and unsent mail stays unsent, in
// the same transaction as the move. The order is found by the payment intent,
// because charges of sessions opened elsewhere carry no metadata.
func (f *Fulfiller) stop(ctx context.Context, tx database.Tx, object gjson.Result, to order.State, why string) (order.ID, error) {
	o, err := store.OrderByPayment(ctx, tx, payment.ParseID(object.Get("payment_intent")))
	if err != nil || o.State == to || !o.State.CanBecome(to) {
		return o.ID, err
	}
	now := f.Now()
	if err := store.Advance(ctx, tx, o.ID, o.State, to, now, why); err != nil {
		return o.ID, err
	}
	if to == order.Held {
		return o.ID, f.Alerts.Raise(ctx, tx, alert.Alert{
			Order: o, Reason: alert.ReasonDispute, State: store.AlertNeedsPerson, What: why,
			Tried: "Delivery is stopped until the dispute is closed.", ToDo: "Answer the dispute in Stripe; the order page and the timeline are your evidence.",
		})
	}
	if err := store.RevokeGrants(ctx, tx, o.ID, now); err != nil {
		return o.ID, err
	}
	return o.ID, store.CancelMessages(ctx, tx, o.ID, now)
}
