// Package reconcile compares Stripe's own record with the ledger, both ways: what
// Stripe knows and we do not is fulfilled, what does not match is alerted. An event
// that never reached us is so made good, whatever it was lost to.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/fulfil"
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
	// maxFailed is how many orders may fail before the run is given up: that many are
	// no matter of single orders.
	maxFailed = 20
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

	missed atomic.Int32 // runs in a row that Stripe did not answer
}

// Result is what one run has found.
type Result struct {
	Paid    int // sessions of ours that are paid at Stripe
	Here    int // of those, orders that are paid here
	Healed  int // of those, orders that were not until now
	Unknown int // orders that are paid here, and have no paid session at Stripe; not counted beyond 21
}

// Gap is how many paid sessions have no paid order.
func (r Result) Gap() int { return r.Paid - r.Here }

func (r Result) String() string {
	return fmt.Sprintf("%d paid sessions at Stripe, %d orders here, gap %d", r.Paid, r.Here, r.Gap())
}

// run is one comparison.
type run struct {
	*Reconciler
	begin  time.Time
	seen   map[string]bool // sessions that Stripe has listed, and whether they are paid
	result Result
	failed int   // orders that could not be brought in line
	first  error // of the first of them
}

// Run compares everything since, and tells the seller what it could not make good.
// Unavailable when Stripe does not answer; what was healed until then stays healed.
func (r *Reconciler) Run(ctx context.Context, since time.Duration) (Result, error) {
	n := &run{Reconciler: r, begin: r.Now().Add(-since), seen: map[string]bool{}}
	err := n.all(ctx)
	if err == nil && n.failed > 0 {
		err = fmt.Errorf("%d orders could not be compared, the first: %w", n.failed, n.first)
	}
	r.Log.Info("reconciled", "since", since, "paid", n.result.Paid, "here", n.result.Here, "healed", n.result.Healed, "gap", n.result.Gap(), "unknown", n.result.Unknown)
	if errors.Is(ctx.Err(), context.Canceled) { // we are being stopped, which says nothing about Stripe
		return n.result, err
	}
	return n.result, errors.Join(err, r.report(ctx, n.result, err))
}

// all goes through everything, in the order of what it costs to miss it.
func (n *run) all(ctx context.Context) error {
	err := n.Payment.Sessions(ctx, n.begin, func(s payment.Session) error {
		n.seen[s.ID] = s.IsPaid()
		return n.session(ctx, s)
	})
	for _, step := range []func(context.Context) error{n.lingering, n.payments, n.recheck, n.backwards, n.endpoint} {
		if err == nil {
			err = step(ctx)
		}
	}
	return err
}

// session brings one session's order in line, through the same function as the
// webhook.
func (n *run) session(ctx context.Context, s payment.Session) error {
	before := n.paidHere(ctx, s)
	failed, err := n.paymentFailed(ctx, s)
	if err != nil {
		return err
	}
	err = n.DB.InTxRetry(ctx, func(tx database.Tx) error {
		switch s.Status {
		case "open":
			return nil
		case "expired":
			return n.Fulfil.Expired(ctx, tx, s)
		default:
			_, err := n.Fulfil.Session(ctx, tx, s)
			if err == nil && failed {
				_, err = n.Fulfil.Failed(ctx, tx, s)
			}
			return err
		}
	})
	if errors.Is(err, payment.ErrNotOurs) {
		return nil
	}
	if s.IsPaid() {
		n.result.Paid++
		if n.paidHere(ctx, s) {
			n.result.Here++
			if !before {
				n.result.Healed++
				n.Log.Warn("paid session had no order, fulfilled now", "session_id", s.ID)
			}
		}
	}
	return n.survive(ctx, err, "session_id", s.ID)
}

// paymentFailed asks for the payment of a session that was completed and is not paid: a
// session does not show that its delayed payment has failed.
func (n *run) paymentFailed(ctx context.Context, s payment.Session) (bool, error) {
	if s.Status != "complete" || s.IsPaid() || s.PaymentIntent == "" {
		return false, nil
	}
	if _, err := s.OrderID(); err != nil {
		return false, nil //nolint:nilerr // of another shop
	}
	return n.Payment.PaymentFailed(ctx, s.PaymentIntent)
}

func (n *run) paidHere(ctx context.Context, s payment.Session) bool {
	id, err := s.OrderID()
	if err != nil {
		return false
	}
	o, err := store.Order(ctx, n.DB.Read(), id)
	return err == nil && !o.PaidAt.IsZero()
}

// payments adds what Stripe knows of refunds and disputes; facts that are known
// already change nothing.
func (n *run) payments(ctx context.Context) error {
	note := func(intent string, p store.Payment) error {
		err := n.DB.InTxRetry(ctx, func(tx database.Tx) error {
			known, err := store.PaymentFacts(ctx, tx, intent)
			if err != nil || !known.Adds(p) {
				return err
			}
			_, err = n.Fulfil.Payment(ctx, tx, intent, p)
			return err
		})
		if errs.KindOf(err) == errs.NotFound {
			return nil // of another shop on the same account
		}
		return n.survive(ctx, err, "payment_intent", intent)
	}
	err := n.Payment.Refunds(ctx, n.begin, func(f payment.Refund) error {
		return note(f.PaymentIntent, store.Payment{Refunded: f.Full, RefundedAmount: f.Amount})
	})
	if err != nil {
		return err
	}
	return n.Payment.Disputes(ctx, n.Now().Add(-disputeWindow), func(d payment.Dispute) error {
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

// survive keeps the failure of one order from its neighbours. It returns an error
// only when going on makes no sense.
func (n *run) survive(ctx context.Context, err error, key, value string) error {
	if err == nil {
		return nil
	}
	if n.failed++; n.first == nil {
		n.first = err
	}
	if ctx.Err() != nil || n.failed == maxFailed {
		return err
	}
	n.Log.Error("order could not be compared", key, value, "error", err)
	return nil
}
