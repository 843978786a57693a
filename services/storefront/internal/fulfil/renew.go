package fulfil

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// renewals that an order may have in a day. The link goes to the buyer's address
// whoever asks, so the limit only keeps an inbox from being flooded.
const renewals = 5

// Renew gives the holder of an old link a new one, by mail to the buyer's address.
// Gone when the order was refunded, RateLimited when there were many today.
func (f *Fulfiller) Renew(ctx context.Context, grantID string) (order.Order, error) {
	var o order.Order
	err := f.DB.InTxRetry(ctx, func(tx database.Tx) error {
		old, err := store.GrantByID(ctx, tx, grantID)
		if err != nil {
			return err
		}
		if o, err = store.LockOrder(ctx, tx, old.OrderID); err != nil {
			return err
		}
		return f.sendAgain(ctx, tx, o, old.ArtefactID, "a new link was asked for")
	})
	return o, err
}

// Resend sends the goods of an order to its buyer once more, with a new link. Gone and
// RateLimited as for Renew.
func (f *Fulfiller) Resend(ctx context.Context, id order.ID) error {
	return f.DB.InTxRetry(ctx, func(tx database.Tx) error {
		o, err := store.LockOrder(ctx, tx, id)
		if err != nil {
			return err
		}
		return f.sendGoodsAgain(ctx, tx, o, "the mail was asked for again")
	})
}

// Correct changes the address that an order's mails go to, and sends there what went
// to the old one, or was on its way: the receipt, how to prove control, and the goods
// once they exist. Gone for an order that is
// over, Forbidden after three corrections, RateLimited as for Renew.
func (f *Fulfiller) Correct(ctx context.Context, id order.ID, email string) error {
	return f.DB.InTxRetry(ctx, func(tx database.Tx) error {
		o, err := store.LockOrder(ctx, tx, id)
		if err != nil {
			return err
		}
		if o.PaidAt.IsZero() || o.State == order.Refunded || o.State == order.Held {
			return over()
		}
		if o.CustomerEmail == email {
			return nil
		}
		if err := store.CorrectAddress(ctx, tx, id, email, f.Now()); err != nil {
			return err
		}
		if err := f.cancelMails(ctx, tx, o, "the address was corrected"); err != nil {
			return err
		}
		o.CustomerEmail = email
		if _, err := f.intend(ctx, tx, o, store.PurposeReceiptAgain+email, mailapi.TemplateReceipt, ""); err != nil {
			return err
		}
		if o.State == order.AwaitingProof {
			_, err := f.intend(ctx, tx, o, store.PurposeProofAgain+email, mailapi.TemplateProof, "")
			return err
		}
		if !o.State.Deliverable() {
			return nil // the goods will go to the new address
		}
		return f.sendGoodsAgain(ctx, tx, o, "sent again because the address was corrected")
	})
}

func over() error {
	return errs.New(errs.Gone, "This order is no longer open for delivery. Please write to support.")
}

func (f *Fulfiller) sendGoodsAgain(ctx context.Context, tx database.Tx, o order.Order, why string) error {
	goods, err := store.Artefacts(ctx, tx, o.ID, store.RoleGoods)
	if err != nil {
		return err
	}
	if len(goods) == 0 {
		return over()
	}
	return f.sendAgain(ctx, tx, o, goods[0].ID, why)
}

// sendAgain intends one more mail with the goods. An order whose mail came back is
// ready again: another address, or the same one now, may take it.
func (f *Fulfiller) sendAgain(ctx context.Context, tx database.Tx, o order.Order, artefactID, why string) error {
	p, ok := f.Catalog.Product(o.Product)
	if !o.State.Deliverable() || !ok {
		return over()
	}
	if err := f.checkRenewals(ctx, tx, o.ID); err != nil {
		return err
	}
	a, err := store.ArtefactByID(ctx, tx, artefactID)
	if err != nil {
		return err
	}
	g, err := f.grant(ctx, tx, p, a)
	if err != nil {
		return err
	}
	if o.State == order.Undeliverable {
		err = store.Advance(ctx, tx, o.ID, o.State, order.Ready, f.Now(), why)
	} else {
		err = store.Note(ctx, tx, o.ID, f.Now(), order.EntryNote, why)
	}
	if err != nil {
		return err
	}
	_, err = f.intend(ctx, tx, o, store.PurposeRenewal+g.ID, f.Kinds[p.Kind].Template(), g.ID)
	return err
}

func (f *Fulfiller) checkRenewals(ctx context.Context, tx database.Tx, id order.ID) error {
	grants, err := store.Grants(ctx, tx, id)
	if err != nil {
		return err
	}
	today := 0
	for _, g := range grants {
		if f.Now().Sub(g.CreatedAt) < 24*time.Hour {
			today++
		}
	}
	if today > renewals {
		return &errs.Error{Kind: errs.RateLimited, Message: "There were several new links today already. Please look into your inbox, or try again tomorrow.", RetryAfter: 24 * time.Hour}
	}
	return nil
}
