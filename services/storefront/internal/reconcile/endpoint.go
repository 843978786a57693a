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

const (
	// patience is how old an undelivered event must be to be told: until then it is
	// simply on its way.
	patience = 10 * time.Minute
	// named is how many undelivered events are named.
	named = 3
)

// endpoint asks whether Stripe sends us what it should, and whether it gets through.
// It looks back as far as every other run does, so that a longer one by hand does not
// raise what the next one resolves.
func (n *run) endpoint(ctx context.Context) error {
	list, err := n.Payment.Endpoints(ctx)
	if err != nil {
		return err
	}
	const tried = "Every few minutes the orders are compared with Stripe directly, so that none is lost meanwhile; they only start later."
	err = n.tell(ctx, alert.Alert{
		Reason: alert.ReasonEndpoint, State: store.AlertNeedsPerson, What: wrong(list, n.WebhookURL), Tried: tried,
		ToDo: "In Stripe, under Developers, Webhooks: add or enable the endpoint " + n.WebhookURL + " with the events " + strings.Join(fulfil.Events(), ", ") + ".",
	})
	if err != nil {
		return err
	}
	lost, err := n.lost(ctx)
	if err != nil {
		return err
	}
	return n.tell(ctx, alert.Alert{
		Reason: alert.ReasonEvents, State: store.AlertNeedsPerson, What: describe(lost), Tried: tried,
		ToDo: "Look at the endpoint's failed deliveries in Stripe, and at what stands between Stripe and the shop. The alert ends when the last of them is three days old.",
	})
}

// lost lists the events that have not reached us. Stripe only says which have not
// reached every endpoint, and another one of the account may be the one that fails.
func (n *run) lost(ctx context.Context) ([]payment.Event, error) {
	now := n.Now()
	list, err := n.Payment.Undelivered(ctx, fulfil.Events(), now.Add(-Window), now.Add(-patience))
	if err != nil {
		return nil, err
	}
	var lost []payment.Event
	for _, e := range list {
		here, err := store.HasEvent(ctx, n.DB.Read(), e.ID)
		if err != nil {
			return nil, err
		}
		if !here {
			lost = append(lost, e)
		}
	}
	return lost, nil
}

// describe says which events were lost; "" if none was.
func describe(lost []payment.Event) string {
	if len(lost) == 0 {
		return ""
	}
	names := make([]string, 0, named)
	for _, e := range lost[:min(named, len(lost))] {
		names = append(names, fmt.Sprintf("%s (%s, %s)", e.ID, e.Type, e.CreatedAt.Format("2 January 15:04 UTC")))
	}
	if len(lost) == 1 {
		return "Stripe could not deliver an event: " + names[0] + "."
	}
	return fmt.Sprintf("Stripe could not deliver %d events, the latest: %s.", len(lost), strings.Join(names, ", "))
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
		why = "The webhook endpoint " + url + " does not get the events " + strings.Join(missing, ", ") + "."
	}
	return why
}

// tell raises an alert about the shop, or resolves it when there is nothing to say.
func (r *Reconciler) tell(ctx context.Context, a alert.Alert) error {
	return r.DB.InTxRetry(ctx, func(tx database.Tx) error {
		if a.What == "" {
			return r.Alerts.Resolve(ctx, tx, order.Order{}, a.Reason)
		}
		return r.Alerts.Raise(ctx, tx, a)
	})
}
