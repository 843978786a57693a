package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
)

// ForgottenMail finds mails that belong to no order (sign-in links, contact messages,
// alerts about the shop), are queued since before a time, and that no job is sending.
func ForgottenMail(ctx context.Context, q database.Queryer, before time.Time, limit int) ([]string, error) {
	return texts(q.Query(ctx, `SELECT m.id FROM messages m WHERE m.order_id = '' AND m.state = 'queued' AND m.created_at < $1
		AND NOT EXISTS (`+liveJob+` AND j.kind = 'send' AND j.args ->> 'message_id' = m.id)
		ORDER BY m.created_at LIMIT $2`, before.UnixMilli(), limit))
}
