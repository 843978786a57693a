package fulfil

import (
	"context"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// settle brings a paid order in line with the facts of its payment: a refund or a
// lost dispute ends it, an open dispute holds it, a won one lets it go on from where
// it was. Because it looks at facts and not at the event that brought them, the
// order of the events does not matter.
func (f *Fulfiller) settle(ctx context.Context, tx database.Tx, o order.Order) error {
	if o.PaidAt.IsZero() || o.State == order.Refunded || o.PaymentIntent == "" {
		return nil
	}
	facts, err := store.LockPayment(ctx, tx, o.PaymentIntent, f.Now())
	if err != nil {
		return err
	}
	switch {
	case facts.Refunded:
		return f.stop(ctx, tx, o, "refunded in full")
	case facts.Dispute == store.DisputeLost:
		return f.stop(ctx, tx, o, "the dispute was lost")
	case facts.Dispute == store.DisputeOpen && o.State != order.Held:
		return f.holdForDispute(ctx, tx, o)
	case facts.Dispute == store.DisputeWon && o.State == order.Held && o.HeldFrom != "":
		return f.release(ctx, tx, o)
	default:
		return nil
	}
}

// stop takes an order out of delivery for good: its links end and its unsent mail
// stays unsent, in the transaction of the move.
func (f *Fulfiller) stop(ctx context.Context, tx database.Tx, o order.Order, why string) error {
	now := f.Now()
	if err := store.Advance(ctx, tx, o.ID, o.State, order.Refunded, now, why); err != nil {
		return err
	}
	if err := store.RevokeGrants(ctx, tx, o.ID, now); err != nil {
		return err
	}
	if err := f.Alerts.Resolve(ctx, tx, o, alert.ReasonDispute); err != nil {
		return err
	}
	return f.cancelMails(ctx, tx, o, "the order is refunded")
}

// cancelMails stops the order's mails that are not out yet, and the alerts about them.
func (f *Fulfiller) cancelMails(ctx context.Context, tx database.Tx, o order.Order, why string) error {
	purposes, err := store.CancelMessages(ctx, tx, o.ID, f.Now())
	if err != nil {
		return err
	}
	for _, purpose := range purposes {
		if err := f.Alerts.Close(ctx, tx, o, alert.ReasonMail+purpose, "The mail is not wanted any more: "+why+"."); err != nil {
			return err
		}
	}
	return nil
}

// holdForDispute stops delivery until the dispute is closed, and remembers where the
// order was.
func (f *Fulfiller) holdForDispute(ctx context.Context, tx database.Tx, o order.Order) error {
	const why = "the buyer disputes the charge"
	if err := store.Hold(ctx, tx, o.ID, o.State, f.Now(), why); err != nil {
		return err
	}
	return f.Alerts.Raise(ctx, tx, alert.Alert{
		Order: o, Reason: alert.ReasonDispute, State: store.AlertNeedsPerson, What: why,
		Tried: "Delivery is stopped until the dispute is closed.", ToDo: "Answer the dispute in Stripe; the order page and the timeline are your evidence.",
	})
}

// release puts an order back to where its dispute took it from, and starts again what
// waited meanwhile.
func (f *Fulfiller) release(ctx context.Context, tx database.Tx, o order.Order) error {
	if err := store.MoveHeldFrom(ctx, tx, o.ID, o.HeldFrom, ""); err != nil {
		return err
	}
	if err := store.Advance(ctx, tx, o.ID, order.Held, o.HeldFrom, f.Now(), "the dispute was closed in our favour"); err != nil {
		return err
	}
	if err := f.Alerts.Resolve(ctx, tx, o, alert.ReasonDispute); err != nil {
		return err
	}
	o.State, o.HeldFrom = o.HeldFrom, ""
	return f.resume(ctx, tx, o)
}

// resume enqueues whatever an order in its present state is waiting for. Doing it
// once too often is harmless: a step that finds nothing to do ends.
func (f *Fulfiller) resume(ctx context.Context, tx database.Tx, o order.Order) error {
	if o.State == order.Paid || o.State == order.Working {
		if err := f.Queue.Enqueue(ctx, tx, jobs.ProduceArgs{OrderID: o.ID}, 0); err != nil {
			return err
		}
	}
	messages, err := store.Messages(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.State == mailapi.StateQueued {
			if err := f.Queue.Enqueue(ctx, tx, jobs.SendArgs{MessageID: m.ID}, 0); err != nil {
				return err
			}
		}
	}
	return nil
}
