package reconcile

import (
	"context"
	"fmt"
	"time"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/store"
)

const (
	// patient is how many runs in a row Stripe may leave unanswered before anybody
	// hears of it: a short disturbance is made good by the next run.
	patient = 2
	// reportTimeout bounds the report, which may have to be made when the run's own
	// time is up.
	reportTimeout = 10 * time.Second
)

const whoseKey = "Is STRIPE_SECRET_KEY of the same account and mode as the webhook's secret?"

// report tells the seller what a run could not make good, or that all is well again.
func (r *Reconciler) report(ctx context.Context, result Result, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportTimeout)
	defer cancel()
	if errs.KindOf(err) == errs.Unavailable {
		if r.missed.Add(1) < patient {
			return nil
		}
		return r.tell(ctx, alert.Alert{
			Reason: alert.ReasonReconcile, State: store.AlertRetrying, What: "The orders cannot be compared with Stripe: it does not answer, or refuses.",
			Tried: "The comparison is tried again by itself. Orders whose events arrive are delivered meanwhile.",
			ToDo:  "Look at status.stripe.com, and at STRIPE_SECRET_KEY: was it rolled?",
		})
	}
	r.missed.Store(0)
	a := alert.Alert{Reason: alert.ReasonReconcile, State: store.AlertNeedsPerson, Tried: "What could be compared was. The comparison is tried again by itself."}
	switch {
	case err != nil && result.Gap() > 0:
		a.What = fmt.Sprintf("%d paid sessions at Stripe have no paid order here, and could not be fulfilled.", result.Gap())
		a.ToDo = "Look for “order could not be compared” in the storefront's log, and tell these buyers that you know."
	case err != nil:
		a.What = "The orders could not be compared with Stripe in full."
		a.ToDo = "Look for “order could not be compared” and “periodic task failed” in the storefront's log. May STRIPE_SECRET_KEY read sessions, refunds, disputes, events and webhook endpoints?"
	case result.Gap() > 0:
		a.What = fmt.Sprintf("%d paid sessions at Stripe have no paid order here.", result.Gap())
		a.ToDo = "Compare the sessions in Stripe with the orders: was an order ended by hand although it was paid?"
	case result.Unknown > maxUnknown:
		a.What = fmt.Sprintf("More than %d orders are paid here, and Stripe knows no paid session for them.", maxUnknown)
		a.ToDo = whoseKey
	}
	return r.tell(ctx, a)
}
