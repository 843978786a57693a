package reconcile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/store"
)

// patience is how old an undelivered event must be to be told: until then it is
// simply on its way.
const patience = 10 * time.Minute

// endpoint asks whether Stripe sends us what it should, and whether it gets through.
func (r *Reconciler) endpoint(ctx context.Context, begin time.Time) error {
	list, err := r.Payment.Endpoints(ctx)
	if err != nil {
		return err
	}
	err = r.tell(ctx, alert.ReasonEndpoint, wrong(list, r.WebhookURL),
		"In Stripe, under Developers, Webhooks: add or enable the endpoint "+r.WebhookURL+" with the events "+strings.Join(fulfil.Events(), ", ")+".")
	if err != nil {
		return err
	}
	n, err := r.Payment.Undelivered(ctx, fulfil.Events(), begin, r.Now().Add(-patience))
	if err != nil {
		return err
	}
	lost := ""
	if n > 0 {
		lost = fmt.Sprintf("%d events did not reach every webhook endpoint.", n)
	}
	return r.tell(ctx, alert.ReasonEvents, lost, "Look at the endpoint's failed deliveries in Stripe. Orders were compared without them, so none of them is lost.")
}

// wrong says what is wrong with our endpoint; "" if nothing is.
func wrong(list []payment.Endpoint, url string) string {
	why := "Stripe has no webhook endpoint with the address " + url + "."
	for _, e := range list {
		if strings.TrimRight(e.URL, "/") != url {
			continue
		}
		if !e.Enabled {
			why = "The webhook endpoint " + url + " is disabled at Stripe."
			continue
		}
		var missing []string
		for _, event := range fulfil.Events() {
			if !e.Handles(event) {
				missing = append(missing, event)
			}
		}
		if len(missing) == 0 {
			return ""
		}
		why = "The webhook endpoint does not get the events " + strings.Join(missing, ", ") + "."
	}
	return why
}

// tell raises or resolves an alert about the shop.
func (r *Reconciler) tell(ctx context.Context, reason, what, todo string) error {
	return r.inTx(ctx, func(tx database.Tx) error {
		if what == "" {
			return r.Alerts.Resolve(ctx, tx, order.Order{}, reason)
		}
		return r.Alerts.Raise(ctx, tx, alert.Alert{
			Reason: reason, State: store.AlertNeedsPerson, What: what, ToDo: todo,
			Tried: "Every few minutes the orders are compared with Stripe directly, so that none is lost meanwhile; they only start later.",
		})
	})
}
