package store

import (
	"context"
	"strings"
	"time"

	"doorstep.example/pkg/database"
)

// CountPurchase adds one paid order to the customer of that address, who may be new.
func CountPurchase(ctx context.Context, tx database.Tx, email, name string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO customers (email, name, first_at, last_at, orders) VALUES ($1, $2, $3, $3, 1)
		ON CONFLICT (email) DO UPDATE SET name = excluded.name, last_at = excluded.last_at, orders = customers.orders + 1`,
		strings.ToLower(email), name, at.UnixMilli())
	return wrap(err, "count the purchase")
}

// Purchases returns how many paid orders the address has; 0 for a stranger.
func Purchases(ctx context.Context, q database.Queryer, email string) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COALESCE(SUM(orders), 0) FROM customers WHERE email = $1`, strings.ToLower(email)).Scan(&n)
	return n, wrap(err, "count the purchases")
}
