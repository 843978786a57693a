package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
)

// Event is a provider's report about a mail.
type Event struct {
	SvixID     string // unique per report
	Type       string // for example email.delivered
	ProviderID string
	MessageID  string // our id, when the provider returned it
	Detail     string
	ReceivedAt time.Time
}

// states of the reports that move a message. Suppressed means that the provider
// will not deliver to this address any more: for us a bounce.
var states = map[string]string{
	"email.sent":       mailapi.StateAccepted,
	"email.delivered":  mailapi.StateDelivered,
	"email.bounced":    mailapi.StateBounced,
	"email.suppressed": mailapi.StateBounced,
	"email.complained": mailapi.StateComplained,
	"email.failed":     mailapi.StateFailed,
}

// delayed is a report that is worth an entry but moves nothing.
const delayed = "email.delivery_delayed"

// Concerns reports whether an event of this type says something about a message.
func Concerns(eventType string) bool { return states[eventType] != "" || eventType == delayed }

// Report keeps e and applies it to its message. It reports whether e was new.
//
// The report may overtake the provider's own answer, so that its message cannot
// be found yet. Then it stays parked until Accepted learns the provider's id.
// Both sides commit what they know before they look for the other's, so one of
// them always finds it.
func (s *Store) Report(ctx context.Context, e Event) (bool, error) {
	var fresh bool
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO webhook_events (svix_id, type, provider_id, message_id, detail, received_at, parked)
			VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (svix_id) DO NOTHING`,
			e.SvixID, e.Type, e.ProviderID, e.MessageID, e.Detail, e.ReceivedAt.UnixMilli())
		fresh = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep the report: %w", err)
	}
	// A repeated delivery is applied too: the first may have died in between.
	var id string
	err = s.db.Read().QueryRow(ctx, `SELECT id FROM messages WHERE id = $1 OR (provider_id = $2 AND provider_id <> '')`,
		e.MessageID, e.ProviderID).Scan(&id)
	if errors.Is(err, database.ErrNoRows) {
		return fresh, nil
	}
	if err != nil {
		return fresh, fmt.Errorf("find the report's message: %w", err)
	}
	return fresh, s.takeParked(ctx, e.ProviderID, id, e.ReceivedAt)
}

// takeParked applies the reports that wait for the message id.
func (s *Store) takeParked(ctx context.Context, providerID, id string, now time.Time) error {
	waiting, err := parked(ctx, s.db.Read(), providerID, id)
	if err != nil || len(waiting) == 0 {
		return err
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		for _, e := range waiting {
			n, err := tx.Exec(ctx, `UPDATE webhook_events SET parked = 0 WHERE svix_id = $1 AND parked = 1`, e.SvixID)
			if err != nil {
				return err
			}
			if n == 0 {
				continue // another process took it
			}
			if err := apply(ctx, tx, id, now, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("apply the reports: %w", err)
	}
	return nil
}

func parked(ctx context.Context, q database.Queryer, providerID, id string) ([]Event, error) {
	rows, err := q.Query(ctx, `SELECT svix_id, type, provider_id, detail FROM webhook_events
		WHERE parked = 1 AND (message_id = $1 OR (provider_id = $2 AND provider_id <> '')) ORDER BY received_at, svix_id`, id, providerID)
	if err != nil {
		return nil, fmt.Errorf("read the reports: %w", err)
	}
	defer rows.Close()
	var events []Event
	for rows.Next() {
		var e Event
		if err := rows.Scan(&e.SvixID, &e.Type, &e.ProviderID, &e.Detail); err != nil {
			return nil, fmt.Errorf("read the reports: %w", err)
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

func apply(ctx context.Context, tx database.Tx, id string, now time.Time, e Event) error {
	if state, ok := states[e.Type]; ok {
		_, err := advance(ctx, tx, id, now, state, "", e.ProviderID, e.Detail)
		return err
	}
	var state string
	if err := tx.QueryRow(ctx, `SELECT state FROM messages WHERE id = $1`, id).Scan(&state); err != nil {
		return err
	}
	return noteBounded(ctx, tx, id, now.UnixMilli(), state, e.Detail)
}
