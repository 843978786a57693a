package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// ofBuyer selects the paid orders of an address, which is $1 in lower case.
const ofBuyer = `FROM orders WHERE lower(customer_email) = $1 AND paid_at IS NOT NULL`

// IsBuyer reports whether an address, in lower case, has a paid order.
func IsBuyer(ctx context.Context, q database.Queryer, email string) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 `+ofBuyer+` LIMIT 1) AS any_order`, email).Scan(&n)
	return n > 0, wrap(err, "look for orders of the address")
}

// Bought lists the paid orders of an address, in lower case, newest first.
func Bought(ctx context.Context, q database.Queryer, email string, limit int) ([]order.Order, error) {
	rows, err := q.Query(ctx, `SELECT `+orderColumns+` `+ofBuyer+` ORDER BY paid_at DESC, id DESC LIMIT $2`, email, limit)
	if err != nil {
		return nil, wrap(err, "list the purchases")
	}
	defer rows.Close()
	var list []order.Order
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			return nil, wrap(err, "list the purchases")
		}
		list = append(list, o)
	}
	return list, wrap(rows.Err(), "list the purchases")
}

// GoodsBought returns the goods of the orders that Bought lists, by order.
func GoodsBought(ctx context.Context, q database.Queryer, email string, limit int) (map[order.ID][]Artefact, error) {
	rows, err := q.Query(ctx, `SELECT `+artefactColumns+` FROM artefacts WHERE role = 'goods' AND order_id IN
		(SELECT id `+ofBuyer+` ORDER BY paid_at DESC, id DESC LIMIT $2) ORDER BY id`, email, limit)
	if err != nil {
		return nil, wrap(err, "list the goods")
	}
	defer rows.Close()
	goods := map[order.ID][]Artefact{}
	for rows.Next() {
		a, err := scanArtefact(rows)
		if err != nil {
			return nil, wrap(err, "list the goods")
		}
		goods[a.OrderID] = append(goods[a.OrderID], a)
	}
	return goods, wrap(rows.Err(), "list the goods")
}

// medianOf is how many orders MedianDelivery looks at, so that it costs the same
// however many there are.
const medianOf = 500

// MedianDelivery is the median time from payment to the mail with the goods, over the
// newest 500 orders of a product that were paid since a time and sent, and over how
// many it was taken; 0 and 0 if there are none.
func MedianDelivery(ctx context.Context, q database.Queryer, product string, since time.Time) (time.Duration, int, error) {
	// The condition is that of the index orders_sent, word for word: SQLite needs it so.
	rows, err := q.Query(ctx, `SELECT MIN(t.at) - o.paid_at AS took FROM
		(SELECT id, paid_at FROM orders WHERE product = $1 AND paid_at >= $2 AND state IN ('sent', 'delivered') ORDER BY paid_at DESC LIMIT $3) AS o
		JOIN timeline t ON t.order_id = o.id AND t.to_state = 'sent' GROUP BY o.id, o.paid_at ORDER BY took`, product, since.UnixMilli(), medianOf)
	if err != nil {
		return 0, 0, wrap(err, "read the times of delivery")
	}
	defer rows.Close()
	var took []time.Duration // sorted
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return 0, 0, wrap(err, "read the times of delivery")
		}
		took = append(took, time.Duration(n)*time.Millisecond)
	}
	if err := rows.Err(); err != nil || len(took) == 0 {
		return 0, 0, wrap(err, "read the times of delivery")
	}
	middle := len(took) / 2
	if len(took)%2 == 0 {
		return (took[middle-1] + took[middle]) / 2, len(took), nil
	}
	return took[middle], len(took), nil
}
