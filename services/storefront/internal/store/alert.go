package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// States of an alert.
const (
	AlertRetrying    = "retrying"
	AlertNeedsPerson = "needs_person"
	AlertResolved    = "resolved"
)

// Alert is one thing that went wrong with an order; Count says how often.
type Alert struct {
	ID      string
	OrderID order.ID
	Reason  string
	State   string
	Detail  string
	Count   int
	FirstAt time.Time
	LastAt  time.Time
}

const alertColumns = `id, order_id, reason, state, detail, count, first_at, last_at`

// RaiseAlert counts an alert for its order and reason and sets its state. It
// returns the row and whether a person should hear of it: it is new, or its state
// has changed.
func RaiseAlert(ctx context.Context, tx database.Tx, a Alert) (Alert, bool, error) {
	before, err := scanAlert(tx.QueryRow(ctx, `SELECT `+alertColumns+` FROM alerts WHERE order_id = $1 AND reason = $2`, string(a.OrderID), a.Reason))
	news := err != nil || before.State != a.State
	_, err = tx.Exec(ctx, `INSERT INTO alerts (`+alertColumns+`) VALUES ($1, $2, $3, $4, $5, 1, $6, $6)
		ON CONFLICT (order_id, reason) DO UPDATE SET state = excluded.state, detail = excluded.detail, count = alerts.count + 1, last_at = excluded.last_at`,
		newID(), string(a.OrderID), a.Reason, a.State, a.Detail, a.LastAt.UnixMilli())
	if err != nil {
		return Alert{}, false, wrap(err, "raise the alert")
	}
	after, err := scanAlert(tx.QueryRow(ctx, `SELECT `+alertColumns+` FROM alerts WHERE order_id = $1 AND reason = $2`, string(a.OrderID), a.Reason))
	return after, news, wrap(err, "raise the alert")
}

// ResolveAlert closes the alert of an order for a reason. It returns the row, and
// whether it was open until now.
func ResolveAlert(ctx context.Context, tx database.Tx, id order.ID, reason string, at time.Time) (Alert, bool, error) {
	a, err := scanAlert(tx.QueryRow(ctx, `UPDATE alerts SET state = 'resolved', last_at = $1
		WHERE order_id = $2 AND reason = $3 AND state <> 'resolved' RETURNING `+alertColumns, at.UnixMilli(), string(id), reason))
	if errors.Is(err, database.ErrNoRows) {
		return Alert{}, false, nil
	}
	return a, err == nil, wrap(err, "resolve the alert")
}

// Alerts lists alerts, newest first: of one order, or of all when id is empty.
func Alerts(ctx context.Context, q database.Queryer, id order.ID, limit int) ([]Alert, error) {
	rows, err := q.Query(ctx, `SELECT `+alertColumns+` FROM alerts WHERE ($1 = '' OR order_id = $1) ORDER BY last_at DESC, id DESC LIMIT $2`, string(id), limit)
	if err != nil {
		return nil, wrap(err, "list the alerts")
	}
	defer rows.Close()
	var list []Alert
	for rows.Next() {
		a, err := scanAlert(rows)
		if err != nil {
			return nil, wrap(err, "list the alerts")
		}
		list = append(list, a)
	}
	return list, wrap(rows.Err(), "list the alerts")
}

func scanAlert(row database.Row) (Alert, error) {
	var a Alert
	var orderID string
	var first, last int64
	err := row.Scan(&a.ID, &orderID, &a.Reason, &a.State, &a.Detail, &a.Count, &first, &last)
	a.OrderID, a.FirstAt, a.LastAt = order.ID(orderID), time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
	return a, err
}

// FoldAlert leaves an alert to the next digest if others of its reason, at least
// most, were told singly since a time; otherwise it notes that this one is told.
func FoldAlert(ctx context.Context, tx database.Tx, a Alert, most int, since, now time.Time) (bool, error) {
	var told int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM alerts WHERE reason = $1 AND told_at > $2 AND id <> $3`, a.Reason, since.UnixMilli(), a.ID).Scan(&told)
	if err != nil {
		return false, wrap(err, "count the alerts")
	}
	if told < most {
		return false, ToldAlert(ctx, tx, a.ID, now)
	}
	_, err = tx.Exec(ctx, `UPDATE alerts SET told_at = NULL WHERE id = $1`, a.ID)
	return true, wrap(err, "fold the alert")
}

// ToldAlert notes that an alert is told singly.
func ToldAlert(ctx context.Context, tx database.Tx, id string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE alerts SET told_at = $1 WHERE id = $2`, now.UnixMilli(), id)
	return wrap(err, "note that the alert is told")
}

// UnfoldAlerts takes the alerts that wait for a digest, as told, oldest first.
func UnfoldAlerts(ctx context.Context, tx database.Tx) ([]Alert, error) {
	rows, err := tx.Query(ctx, `UPDATE alerts SET told_at = 0 WHERE told_at IS NULL RETURNING `+alertColumns)
	if err != nil {
		return nil, wrap(err, "take the folded alerts")
	}
	defer rows.Close()
	var list []Alert
	for rows.Next() {
		a, err := scanAlert(rows)
		if err != nil {
			return nil, wrap(err, "take the folded alerts")
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b Alert) int { return cmp.Or(a.FirstAt.Compare(b.FirstAt), cmp.Compare(a.ID, b.ID)) }) // RETURNING has no order
	return list, wrap(rows.Err(), "take the folded alerts")
}
