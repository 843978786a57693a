package store

import (
	"context"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// AwaitingProof lists the orders that wait for their buyer's proof, longest first.
func AwaitingProof(ctx context.Context, q database.Queryer, limit int) ([]order.Order, error) {
	// The condition is that of the index orders_proof, word for word: SQLite needs it so.
	rows, err := q.Query(ctx, `SELECT `+orderColumns+` FROM orders WHERE state = 'awaiting_proof' ORDER BY state_at LIMIT $1`, limit)
	if err != nil {
		return nil, wrap(err, "list the orders that wait for a proof")
	}
	defer rows.Close()
	var list []order.Order
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			return nil, wrap(err, "list the orders that wait for a proof")
		}
		list = append(list, o)
	}
	return list, wrap(rows.Err(), "list the orders that wait for a proof")
}
