package alert

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/store"
)

const (
	// DigestEvery is how long folded alerts wait at most.
	DigestEvery = 10 * time.Minute
	// singly is how many orders are told singly for one reason in that time.
	singly = 20
	// named is how many customers a digest names.
	named = 5
)

// urgency orders the states for a digest.
var urgency = map[string]int{store.AlertResolved: 0, store.AlertRetrying: 1, store.AlertNeedsPerson: 2}

// storm reports whether a change of an alert is left to the next digest: a broken
// engine with 300 orders is one thing to know and not 300, and so are 300 that it has
// refused for good. Every alert has its row either way.
func storm(ctx context.Context, tx database.Tx, row store.Alert, now time.Time) (fold bool, err error) {
	return store.FoldAlert(ctx, tx, row, singly, now.Add(-DigestEvery), now)
}

// Digest tells what was folded since the last one: a message for each reason, with
// what has become of its orders meanwhile. Taking them and writing the message are
// one transaction, so none is lost and none told twice.
func (r *Raiser) Digest(ctx context.Context, tx database.Tx) error {
	folded, err := store.UnfoldAlerts(ctx, tx)
	if err != nil {
		return err
	}
	byReason := map[string][]store.Alert{}
	var reasons []string
	for _, a := range folded {
		if byReason[a.Reason] == nil {
			reasons = append(reasons, a.Reason)
		}
		byReason[a.Reason] = append(byReason[a.Reason], a)
	}
	for _, reason := range reasons {
		if err := r.digest(ctx, tx, reason, byReason[reason]); err != nil {
			return err
		}
	}
	return nil
}

// digest writes one message, about the shop.
func (r *Raiser) digest(ctx context.Context, tx database.Tx, reason string, list []store.Alert) error {
	now := r.Now()
	in := map[string]int{} // by state
	detail := list[0].Detail
	// Who needs a person is named first.
	slices.SortStableFunc(list, func(a, b store.Alert) int { return cmp.Compare(urgency[b.State], urgency[a.State]) })
	var customers, products []string
	for _, a := range list {
		if in[a.State]++; urgency[a.State] == urgency[list[0].State] {
			detail = a.Detail
		}
		if len(customers) == named || a.OrderID == "" {
			continue
		}
		o, err := store.Order(ctx, tx, a.OrderID)
		if err != nil {
			return err
		}
		customers = append(customers, o.CustomerEmail)
		if product := r.product(o); !slices.Contains(products, product) {
			products = append(products, product)
		}
	}
	d := mailapi.Alert{
		Seller: r.Seller, Station: reason, State: list[0].State, At: now, ConsoleURL: r.ConsoleURL + "/alerts",
		Product: strings.Join(products, ", "), Customer: more(customers, len(list)),
		Reason: fmt.Sprintf("And %s: %d waiting for you, %d being tried again, %d resolved. %s", orders(len(list)),
			in[store.AlertNeedsPerson], in[store.AlertRetrying], in[store.AlertResolved], detail),
		Tried: fmt.Sprintf("Beyond %d orders in %d minutes they are told together.", singly, int(DigestEvery.Minutes())),
	}
	switch d.State {
	case store.AlertNeedsPerson:
		d.ToDo = "Open the list in the console: each of these orders has ended and waits for you. Look first at what they have in common."
	case store.AlertRetrying:
		d.ToDo = "Look at what they have in common: the station itself is probably down. Each order is tried again by itself."
	default:
		d.ToDo = "Nothing. This is for your peace of mind."
		d.Reason = fmt.Sprintf("And %s: all of them go on by themselves.", orders(len(list)))
	}
	r.Log.Warn("alerts told together", "reason", reason, "orders", len(list), "need_person", in[store.AlertNeedsPerson], "retrying", in[store.AlertRetrying])
	return r.send(ctx, tx, "", fmt.Sprintf("digest:%s:%d", reason, now.UnixMilli()), d)
}

func orders(n int) string {
	if n == 1 {
		return "one more order"
	}
	return fmt.Sprintf("%d more orders", n)
}

// more lists names, and says how many of all are left out.
func more(names []string, all int) string {
	text := strings.Join(names, ", ")
	if left := all - len(names); left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}
