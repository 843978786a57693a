package fulfil

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
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
	err := f.DB.InTx(ctx, func(tx database.Tx) error {
		old, err := store.GrantByID(ctx, tx, grantID)
		if err != nil {
			return err
		}
		if o, err = store.Order(ctx, tx, old.OrderID); err != nil {
			return err
		}
		p, ok := f.Catalog.Product(o.Product)
		if !o.State.Deliverable() || !ok {
			return errs.New(errs.Gone, "This order is no longer open for download. Please write to support.")
		}
		if err := f.checkRenewals(ctx, tx, o.ID); err != nil {
			return err
		}
		a, err := store.ArtefactByID(ctx, tx, old.ArtefactID)
		if err != nil {
			return err
		}
		g, err := f.grant(ctx, tx, p, a)
		if err != nil {
			return err
		}
		if err := store.Note(ctx, tx, o.ID, f.Now(), order.EntryNote, "a new link was asked for"); err != nil {
			return err
		}
		_, err = f.intend(ctx, tx, o, store.PurposeRenewal+g.ID, f.Kinds[p.Kind].Template(), g.ID)
		return err
	})
	return o, err
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
