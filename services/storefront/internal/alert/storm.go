package alert

import (
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

// storm reports whether a change of an alert is left to the next digest: a broken
// engine with 300 orders is one thing to know and not 300. What calls for a person is
// always told singly, because each of these is something to do. Every alert has its
// row either way.
func storm(ctx context.Context, tx database.Tx, row store.Alert, now time.Time) (fold bool, err error) {
	if row.State == store.AlertNeedsPerson {
		return false, store.ToldAlert(ctx, tx, row.ID, now)
	}
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
	open := 0
	detail := list[0].Detail
	var customers, products []string
	for _, a := range list {
		if a.State == store.AlertRetrying {
			open++
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
		Seller: r.Seller, Station: reason, State: store.AlertRetrying, At: now, ConsoleURL: r.ConsoleURL + "/alerts",
		Product: strings.Join(products, ", "), Customer: more(customers, len(list)),
		Reason: fmt.Sprintf("And %s: %d being tried again, %d resolved. %s", orders(len(list)), open, len(list)-open, detail),
		Tried:  fmt.Sprintf("Each is tried again by itself. Beyond %d orders in %d minutes they are told together.", singly, int(DigestEvery.Minutes())),
		ToDo:   "Look at what they have in common: the station itself is probably down. Orders that need you are told singly.",
	}
	if open == 0 {
		d.State, d.ToDo = store.AlertResolved, "Nothing. This is for your peace of mind."
		d.Reason = fmt.Sprintf("And %s: all of them go on by themselves.", orders(len(list)))
	}
	r.Log.Warn("alerts told together", "reason", reason, "orders", len(list), "open", open)
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
