package fulfil

import (
	"context"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// outcome writes what the mailer says of a mail: to the message, to the timeline,
// and, for the mail with the goods, to the order.
func (f *Fulfiller) outcome(ctx context.Context, tx database.Tx, m store.Message, o order.Order, answer *mailapi.Message) error {
	now := f.Now()
	err := store.AdvanceMessage(ctx, tx, m.ID, store.MessageMove{
		From: m.State, To: answer.State, MailerID: answer.ID, Confirms: answer.Confirms, Detail: answer.Provider, At: now,
	})
	if err != nil {
		return err
	}
	if m.Template == mailapi.TemplateAlert || m.OrderID == "" {
		return nil // an alert about an alert would never end, and letters are about no order
	}
	if err := store.Note(ctx, tx, o.ID, now, order.EntryMail, name(m)+" "+answer.State+" by "+answer.Provider); err != nil {
		return err
	}
	if m.To != o.CustomerEmail {
		return nil // the address was corrected meanwhile, and another mail is on its way there
	}
	switch answer.State {
	case mailapi.StateAccepted, mailapi.StateDelivered:
		if err := f.Alerts.Resolve(ctx, tx, o, alert.ReasonMail+m.Purpose); err != nil {
			return err
		}
		return f.handedOver(ctx, tx, m, o, answer)
	case mailapi.StateAmbiguous:
		return f.Alerts.Raise(ctx, tx, alert.Alert{
			Order: o, Reason: alert.ReasonMail + m.Purpose, State: store.AlertNeedsPerson, What: "It is not certain that the " + name(m) + " was sent.",
			Tried: "The provider broke off in the middle; sending again by itself could double the mail.",
			ToDo:  "Ask the provider or the customer, then send it again if needed.",
		})
	case mailapi.StateBounced, mailapi.StateComplained, mailapi.StateFailed:
		return f.undeliverable(ctx, tx, m, o, alert.Alert{
			Order: o, Reason: alert.ReasonBounce, State: store.AlertNeedsPerson, What: "The " + name(m) + " was " + answer.State + ".",
			Tried: "It is not sent again by itself.", ToDo: "Reach the customer another way. The goods are on the order page.",
		})
	default:
		return nil
	}
}

// handedOver moves the order of the mail with the goods: accepted is sent, and only
// the receiving server's word is delivered.
func (f *Fulfiller) handedOver(ctx context.Context, tx database.Tx, m store.Message, o order.Order, answer *mailapi.Message) error {
	if !m.HandsOver() {
		return nil
	}
	if o.Stands() == order.Ready {
		if err := f.moveOn(ctx, tx, &o, order.Sent, "mail accepted by "+answer.Provider); err != nil {
			return err
		}
		for _, reason := range []string{alert.ReasonDeadline, alert.ReasonBounce} {
			if err := f.Alerts.Resolve(ctx, tx, o, reason); err != nil {
				return err
			}
		}
	}
	if answer.State == mailapi.StateDelivered && o.Stands() == order.Sent {
		return f.moveOn(ctx, tx, &o, order.Delivered, "confirmed by the receiving server")
	}
	return nil
}

// moveOn moves an order whose mail had news. One that a dispute holds stays held: what
// moves is the state that it goes back to.
func (f *Fulfiller) moveOn(ctx context.Context, tx database.Tx, o *order.Order, to order.State, why string) error {
	if o.State != o.Stands() {
		err := store.MoveHeldFrom(ctx, tx, o.ID, o.HeldFrom, to)
		o.HeldFrom = to
		return err
	}
	err := store.Advance(ctx, tx, o.ID, o.State, to, f.Now(), why)
	o.State = to
	return err
}

// undeliverable raises a and, for the mail with the goods, moves the order.
func (f *Fulfiller) undeliverable(ctx context.Context, tx database.Tx, m store.Message, o order.Order, a alert.Alert) error {
	// A mail that was asked for again says nothing of one that has been confirmed.
	stands := o.Stands()
	if m.HandsOver() && stands.CanBecome(order.Undeliverable) && (m.Purpose == store.PurposeDelivery || stands != order.Delivered) {
		if err := f.moveOn(ctx, tx, &o, order.Undeliverable, a.What); err != nil {
			return err
		}
	}
	return f.Alerts.Raise(ctx, tx, a)
}
