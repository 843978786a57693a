// Package reconcile compares Stripe's own record with the ledger, both ways: what
// Stripe knows and we do not is fulfilled, what does not match is alerted. An event
// that never reached us is so made good, whatever it was lost to.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

const (
	// Window is how far the periodic run looks back: as long as Stripe sends again.
	Window = 72 * time.Hour
	// disputeWindow is longer, because a dispute is closed months after it was opened.
	disputeWindow = 120 * 24 * time.Hour
	// settling keeps what is under way out of the comparison.
	settling = 2 * time.Minute
	// tries of a transaction when others move the same order at the same time.
	tries = 5
)

// Reconciler compares.
type Reconciler struct {
	DB         *database.DB
	Payment    *payment.Client
	Fulfil     *fulfil.Fulfiller
	Alerts     *alert.Raiser
	WebhookURL string // ours, as Stripe should have it
	Log        *slog.Logger
	Now        func() time.Time
}

// Result is what one run has found.
type Result struct {
	Paid   int // sessions of ours that are paid at Stripe
	Here   int // of those, orders that are paid here
	Healed int // of those, orders that were not until now
}

// Gap is how many paid sessions have no paid order.
func (r Result) Gap() int { return r.Paid - r.Here }

func (r Result) String() string {
	return fmt.Sprintf("%d paid sessions at Stripe, %d orders here, gap %d", r.Paid, r.Here, r.Gap())
}

// Run compares everything since. Unavailable when Stripe does not answer; what was
// healed until then stays healed.
func (r *Reconciler) Run(ctx context.Context, since time.Duration) (Result, error) {
	begin := r.Now().Add(-since)
	var result Result
	seen := map[string]bool{}
	err := r.Payment.Sessions(ctx, begin, func(s payment.Session) error {
		seen[s.ID] = true
		return r.session(ctx, s, &result)
	})
	if err == nil {
		err = r.payments(ctx, begin)
	}
	if err == nil {
		err = r.backwards(ctx, begin, seen)
	}
	if err == nil {
		err = r.endpoint(ctx, begin)
	}
	r.Log.Info("reconciled", "since", since, "paid", result.Paid, "here", result.Here, "healed", result.Healed, "gap", result.Gap())
	return result, err
}

// session brings one session's order in line, through the same function as the
// webhook.
func (r *Reconciler) session(ctx context.Context, s payment.Session, result *Result) error {
	if s.Status == "open" {
		return nil
	}
	if s.Status == "expired" {
		return r.expired(ctx, s)
	}
	before := r.paidHere(ctx, s)
	err := r.inTx(ctx, func(tx database.Tx) error {
		_, err := r.Fulfil.Session(ctx, tx, s)
		return err
	})
	if errors.Is(err, payment.ErrNotOurs) {
		return nil
	}
	if err != nil {
		return err
	}
	if !s.IsPaid() {
		return nil
	}
	result.Paid++
	if r.paidHere(ctx, s) {
		result.Here++
		if !before {
			result.Healed++
			r.Log.Warn("paid session had no order, fulfilled now", "session_id", s.ID)
		}
	}
	return nil
}

// expired ends the draft of a session whose time is over.
func (r *Reconciler) expired(ctx context.Context, s payment.Session) error {
	err := r.inTx(ctx, func(tx database.Tx) error { return r.Fulfil.Expired(ctx, tx, s) })
	if errors.Is(err, payment.ErrNotOurs) {
		return nil
	}
	return err
}

func (r *Reconciler) paidHere(ctx context.Context, s payment.Session) bool {
	id, err := s.OrderID()
	if err != nil {
		return false
	}
	o, err := store.Order(ctx, r.DB.Read(), id)
	return err == nil && !o.PaidAt.IsZero()
}

// payments adds what Stripe knows of refunds and disputes; facts that are known
// already change nothing.
func (r *Reconciler) payments(ctx context.Context, begin time.Time) error {
	note := func(intent string, p store.Payment) error {
		err := r.inTx(ctx, func(tx database.Tx) error {
			known, err := store.PaymentFacts(ctx, tx, intent)
			if err != nil || !known.Adds(p) {
				return err
			}
			_, err = r.Fulfil.Payment(ctx, tx, intent, p)
			return err
		})
		if errs.KindOf(err) == errs.NotFound {
			return nil // of another shop on the same account
		}
		return err
	}
	err := r.Payment.Refunds(ctx, begin, func(f payment.Refund) error {
		return note(f.PaymentIntent, store.Payment{Refunded: f.Full, RefundedAmount: f.Amount})
	})
	if err != nil {
		return err
	}
	return r.Payment.Disputes(ctx, r.Now().Add(-disputeWindow), func(d payment.Dispute) error {
		return note(d.PaymentIntent, store.Payment{Dispute: outcome(d.Status)})
	})
}

// outcome reads a dispute's status as the events would tell it.
func outcome(status string) string {
	switch status {
	case "lost":
		return store.DisputeLost
	case "won", "warning_closed", "prevented":
		return store.DisputeWon
	default:
		return store.DisputeOpen
	}
}

// backwards looks at the orders that are paid here: each must have its session at
// Stripe.
func (r *Reconciler) backwards(ctx context.Context, begin time.Time, seen map[string]bool) error {
	cursor := ""
	for {
		list, next, err := store.Orders(ctx, r.DB.Read(), store.Filter{Since: begin.Add(settling), Limit: 500, Cursor: cursor})
		if err != nil {
			return err
		}
		for _, o := range list {
			if o.PaidAt.IsZero() || seen[o.SessionID] || r.Now().Sub(o.PaidAt) < settling {
				continue
			}
			if err := r.unknown(ctx, o); err != nil {
				return err
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// unknown asks for a session that the list did not have, before it cries.
func (r *Reconciler) unknown(ctx context.Context, o order.Order) error {
	s, err := r.Payment.Session(ctx, o.SessionID)
	if errs.KindOf(err) == errs.Unavailable {
		return err
	}
	if err == nil && s.IsPaid() {
		return nil
	}
	return r.inTx(ctx, func(tx database.Tx) error {
		return r.Alerts.Raise(ctx, tx, alert.Alert{
			Order: o, Reason: alert.ReasonReconcile, State: store.AlertNeedsPerson,
			What:  "The order is paid here, and Stripe knows no paid session for it.",
			Tried: "Nothing was changed.", ToDo: "Look at the session in Stripe. Is STRIPE_SECRET_KEY of the same account and mode as the webhook's secret?",
		})
	})
}

// inTx runs f in a transaction, again when others move the same order at the same
// time.
func (r *Reconciler) inTx(ctx context.Context, f func(database.Tx) error) error {
	var err error
	for range tries {
		err = r.DB.InTx(ctx, f)
		if errs.KindOf(err) != errs.Conflict && !database.IsDuplicate(err) && !database.IsRetryable(err) {
			return err
		}
	}
	return err
}
