package fulfil

import (
	"context"
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

// Events are the types of events that the shop acts on.
func Events() []string {
	return []string{
		"checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
		"checkout.session.expired", "charge.refunded", "charge.dispute.created", "charge.dispute.closed",
	}
}

// Event applies an event of Stripe's to the order that it is about, and returns that
// order's id; empty for an event that is none of our business. object is
// data.object of the event. Events may come twice, at once and in any order: each
// only adds a fact, and the order's state follows from the facts.
func (f *Fulfiller) Event(ctx context.Context, tx database.Tx, eventType string, object gjson.Result) (order.ID, error) {
	var id order.ID
	var err error
	switch eventType {
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		id, err = f.Session(ctx, tx, payment.ParseSession(object))
	case "checkout.session.async_payment_failed":
		id, err = f.Failed(ctx, tx, payment.ParseSession(object))
	case "checkout.session.expired":
		s := payment.ParseSession(object)
		id, _ = s.OrderID() // without one, Expired says so
		err = f.Expired(ctx, tx, s)
	case "charge.refunded":
		id, err = f.Payment(ctx, tx, payment.ParseID(object.Get("payment_intent")), store.Payment{
			Refunded: object.Get("refunded").Bool(), RefundedAmount: object.Get("amount_refunded").Int(),
		})
	case "charge.dispute.created", "charge.dispute.closed":
		id, err = f.Payment(ctx, tx, payment.ParseID(object.Get("payment_intent")), store.Payment{Dispute: dispute(eventType, object)})
	}
	if errors.Is(err, payment.ErrNotOurs) || errs.KindOf(err) == errs.NotFound {
		return "", nil
	}
	return id, err
}

// dispute reads the outcome of a dispute. Everything that is not lost ends well for
// the seller: won, an inquiry that was closed, a dispute that was prevented.
func dispute(eventType string, object gjson.Result) string {
	switch {
	case eventType == "charge.dispute.created":
		return store.DisputeOpen
	case object.Get("status").String() == "lost":
		return store.DisputeLost
	default:
		return store.DisputeWon
	}
}

// unpaid ends an order whose payment will not come. One that is paid meanwhile stays
// so: the money is the stronger fact.
func (f *Fulfiller) unpaid(ctx context.Context, tx database.Tx, s payment.Session, to order.State, why string) (order.ID, error) {
	o, err := f.orderOf(ctx, tx, s)
	if err != nil {
		return "", err
	}
	if o.State != order.AwaitingPayment || o.SessionID != s.ID {
		return o.ID, nil
	}
	return o.ID, store.Advance(ctx, tx, o.ID, o.State, to, f.Now(), why)
}

// Failed ends the order of a session whose delayed payment failed.
func (f *Fulfiller) Failed(ctx context.Context, tx database.Tx, s payment.Session) (order.ID, error) {
	return f.unpaid(ctx, tx, s, order.Failed, "the delayed payment failed")
}

// Expired ends the order of a session that expired unpaid.
func (f *Fulfiller) Expired(ctx context.Context, tx database.Tx, s payment.Session) error {
	_, err := f.unpaid(ctx, tx, s, order.Expired, "the checkout session expired unpaid")
	return err
}

// orderOf finds the order of a session of this shop, or rebuilds it.
func (f *Fulfiller) orderOf(ctx context.Context, tx database.Tx, s payment.Session) (order.Order, error) {
	id, err := s.OrderID()
	if err != nil {
		return order.Order{}, err
	}
	product, ok := f.Catalog.Product(s.Metadata[payment.MetaProduct])
	if !ok {
		return order.Order{}, fmt.Errorf("%w: unknown product", payment.ErrNotOurs)
	}
	return f.findOrRebuild(ctx, tx, id, s, product)
}

// Payment adds what Stripe says of a payment, and brings its order in line. A
// payment whose order is not known yet is remembered: the refund of an order may
// overtake its sale.
func (f *Fulfiller) Payment(ctx context.Context, tx database.Tx, intent string, p store.Payment) (order.ID, error) {
	if intent == "" {
		return "", nil
	}
	known, err := store.PaymentFacts(ctx, tx, intent)
	if err != nil {
		return "", err
	}
	if err := store.NotePayment(ctx, tx, intent, p, f.Now()); err != nil {
		return "", err
	}
	o, err := store.OrderByPayment(ctx, tx, intent)
	if err != nil {
		return "", err
	}
	if p.RefundedAmount > known.RefundedAmount && !p.Refunded {
		note := "refunded in part: " + catalog.Money(p.RefundedAmount, o.Currency)
		if err := store.Note(ctx, tx, o.ID, f.Now(), order.EntryNote, note); err != nil {
			return "", err
		}
	}
	return o.ID, f.settle(ctx, tx, o)
}
