package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// liveJob matches a job of the job engine that will still run. Its table is read
// only here, and only to leave alone what is being done; what is owed is decided by
// the ledger. Both databases know ->> on the arguments.
const liveJob = `SELECT 1 FROM river_job j WHERE j.state IN ('available', 'pending', 'running', 'retryable', 'scheduled')`

// The literal list of states in the queries below is that of the partial index
// orders_open; SQLite uses such an index only where its condition stands word for word.

// Forgotten finds orders that wait for something that no job is doing: for their
// artefact, or for a mail. Only orders and mails untouched since before are looked at.
func Forgotten(ctx context.Context, q database.Queryer, before time.Time, limit int) ([]order.ID, error) {
	return ids(q.Query(ctx, `SELECT o.id FROM orders o WHERE o.state IN ('paid', 'working', 'ready') AND o.state <> 'ready' AND o.state_at < $1
			AND NOT EXISTS (`+liveJob+` AND j.kind = 'produce' AND j.args ->> 'order_id' = o.id)
		UNION
		SELECT o.id FROM orders o JOIN messages m ON m.order_id = o.id WHERE m.state = 'queued' AND m.created_at < $1
			AND (o.state <> 'held' OR m.purpose LIKE 'alert:%')
			AND NOT EXISTS (`+liveJob+` AND j.kind = 'send' AND j.args ->> 'message_id' = m.id)
		LIMIT $2`, before.UnixMilli(), limit))
}

// Late finds paid orders of a product that were paid before a time, are not sent yet,
// and of which no deadline alert tells. Orders that wait for a person are not late.
func Late(ctx context.Context, q database.Queryer, product string, paidBefore time.Time, limit int) ([]order.ID, error) {
	return ids(q.Query(ctx, `SELECT id FROM orders WHERE state IN ('paid', 'working', 'ready') AND product = $1 AND paid_at < $2
		AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.order_id = orders.id AND a.reason = 'deadline')
		ORDER BY paid_at LIMIT $3`, product, paidBefore.UnixMilli(), limit))
}

func ids(rows database.Rows, err error) ([]order.ID, error) {
	if err != nil {
		return nil, wrap(err, "list orders")
	}
	defer rows.Close()
	var list []order.ID
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, wrap(err, "list orders")
		}
		list = append(list, order.ID(id))
	}
	return list, wrap(rows.Err(), "list orders")
}
