package reconcile

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const (
	// lingerWindow is how old an unpaid order may be to be asked for singly. A debit
	// takes up to two weeks; after twice that nothing comes any more.
	lingerWindow = 30 * 24 * time.Hour
	// maxAsked bounds the sessions that are asked for singly in a run.
	maxAsked = 1000
	// pageOfOrders is how many orders are read at a time.
	pageOfOrders = 500
	// maxUnknown is how many orders without their session are told singly. More of them
	// are one thing to know: the key is of another account.
	maxUnknown = 20
	// maxAlerts bounds the open alerts that are looked at again in a run.
	maxAlerts = 1000
)

// lingering asks for the sessions of orders that are older than the list of sessions
// goes back and still wait for their money: a debit is paid days after its session
// was opened, and the news of it can be lost like any other.
func (n *run) lingering(ctx context.Context) error {
	asked := 0
	return n.orders(ctx, store.Filter{Since: n.Now().Add(-lingerWindow), State: order.AwaitingPayment}, func(o order.Order) error {
		if _, listed := n.seen[o.SessionID]; listed || o.SessionID == "" || !o.CreatedAt.Before(n.begin) {
			return nil
		}
		if asked++; asked > maxAsked {
			return nil
		}
		s, err := n.Payment.Session(ctx, o.SessionID)
		if errs.KindOf(err) == errs.NotFound {
			return nil // it was never paid here either
		}
		if err != nil {
			return err
		}
		return n.session(ctx, s)
	})
}

// backwards looks at the orders that are paid here: each must have its session at
// Stripe.
func (n *run) backwards(ctx context.Context) error {
	var unknown []order.Order
	err := n.orders(ctx, store.Filter{Since: n.begin.Add(settling)}, func(o order.Order) error {
		if o.PaidAt.IsZero() || n.seen[o.SessionID] || n.Now().Sub(o.PaidAt) < settling || len(unknown) > maxUnknown {
			return nil
		}
		paid, err := n.paidAtStripe(ctx, o)
		if err == nil && !paid {
			unknown = append(unknown, o)
		}
		return err
	})
	n.result.Unknown = len(unknown)
	if err != nil || len(unknown) > maxUnknown {
		return err
	}
	for _, o := range unknown {
		err := n.DB.InTxRetry(ctx, func(tx database.Tx) error {
			return n.Alerts.Raise(ctx, tx, alert.Alert{
				Order: o, Reason: alert.ReasonReconcile, State: store.AlertNeedsPerson,
				What:  "The order is paid here, and Stripe knows no paid session for it.",
				Tried: "Nothing was changed.", ToDo: "Look at the session in Stripe. " + whoseKey,
			})
		})
		if err := n.survive(ctx, err, "order_id", string(o.ID)); err != nil {
			return err
		}
	}
	return nil
}

// recheck looks again at the orders that had no session at Stripe, and resolves what
// has been put right.
func (n *run) recheck(ctx context.Context) error {
	list, err := store.Alerts(ctx, n.DB.Read(), "", maxAlerts)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Reason != alert.ReasonReconcile || a.State == store.AlertResolved || a.OrderID == "" {
			continue
		}
		o, err := store.Order(ctx, n.DB.Read(), a.OrderID)
		if errs.KindOf(err) == errs.NotFound {
			continue // erased meanwhile
		}
		if err != nil {
			return err
		}
		paid, err := n.paidAtStripe(ctx, o)
		if err != nil {
			return err
		}
		if !paid {
			continue
		}
		err = n.DB.InTxRetry(ctx, func(tx database.Tx) error { return n.Alerts.Resolve(ctx, tx, o, alert.ReasonReconcile) })
		if err := n.survive(ctx, err, "order_id", string(o.ID)); err != nil {
			return err
		}
	}
	return nil
}

// paidAtStripe asks Stripe for an order's session.
func (n *run) paidAtStripe(ctx context.Context, o order.Order) (bool, error) {
	if o.SessionID == "" {
		return false, nil
	}
	s, err := n.Payment.Session(ctx, o.SessionID)
	if errs.KindOf(err) == errs.NotFound {
		return false, nil
	}
	return err == nil && s.IsPaid(), err
}

// orders calls each for every order that f selects, newest first.
func (n *run) orders(ctx context.Context, f store.Filter, each func(order.Order) error) error {
	f.Limit = pageOfOrders
	for {
		list, next, err := store.Orders(ctx, n.DB.Read(), f)
		if err != nil {
			return err
		}
		for _, o := range list {
			if err := each(o); err != nil {
				return err
			}
		}
		if f.Cursor = next; next == "" {
			return nil
		}
	}
}
