package store

import (
	"context"
	"fmt"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
)

// Release frees the leases of a process that was killed. It is right only on
// SQLite, whose file this process holds alone; on PostgreSQL others may be
// sending, and leases end by themselves.
func (s *Store) Release(ctx context.Context) error {
	if s.db.Kind != database.SQLite {
		return nil
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE messages SET lease_until = 0 WHERE lease_until > 0`)
		return err
	})
	if err != nil {
		return fmt.Errorf("free the leases: %w", err)
	}
	return nil
}

// Forget drops what is older than before: reports, and the content of mails that
// nobody asks to send any more. The messages themselves stay, without any personal
// data, so that an old key is never sent twice.
func (s *Store) Forget(ctx context.Context, before, now time.Time) error {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM webhook_events WHERE received_at < $1`, before.UnixMilli()); err != nil {
			return err
		}
		ids, err := abandoned(ctx, tx, before, now)
		if err != nil {
			return err
		}
		for _, a := range ids {
			state, detail := mailapi.StateFailed, "given up: nobody asked for it any more"
			if a.unsure > 0 {
				state, detail = mailapi.StateAmbiguous, "given up: it may have been sent"
			}
			if _, err := advance(ctx, tx, a.id, now, state, "", "", detail); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget old messages: %w", err)
	}
	return nil
}

type abandonedMessage struct {
	id     string
	unsure int
}

// forgetBatch bounds one pass; the next takes the rest.
const forgetBatch = 1000

func abandoned(ctx context.Context, tx database.Tx, before, now time.Time) ([]abandonedMessage, error) {
	rows, err := tx.Query(ctx, `SELECT id, unsure FROM messages WHERE state = 'queued' AND updated_at < $1 AND lease_until <= $2 LIMIT $3`,
		before.UnixMilli(), now.UnixMilli(), forgetBatch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []abandonedMessage
	for rows.Next() {
		var a abandonedMessage
		if err := rows.Scan(&a.id, &a.unsure); err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, rows.Err()
}
