package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
)

// Attempt is one send under way. Number tells it from a later one: an attempt
// whose lease ran out, and was taken over, no longer settles the message.
type Attempt struct {
	ID       string
	Number   int
	Provider string
}

// Start takes the message for a send to provider until the lease ends, and counts
// it as unsure: should this process die now, the message may have gone out.
// ErrBusy when it is taken or settled.
func (s *Store) Start(ctx context.Context, id, provider string, now time.Time, lease time.Duration) (Attempt, error) {
	a := Attempt{ID: id, Provider: provider}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		at := now.UnixMilli()
		return tx.QueryRow(ctx, `UPDATE messages SET attempt = attempt + 1, unsure = unsure + 1,
			unsure_since = CASE WHEN unsure = 0 THEN $1 ELSE unsure_since END,
			provider = $2, lease_until = $3, updated_at = $4
			WHERE id = $5 AND state = 'queued' AND lease_until <= $6 AND (unsure = 0 OR provider = $7)
			RETURNING attempt`,
			at, provider, now.Add(lease).UnixMilli(), at, id, at, provider).Scan(&a.Number)
	})
	if errors.Is(err, database.ErrNoRows) {
		return a, ErrBusy
	}
	if err != nil {
		return a, fmt.Errorf("start the send: %w", err)
	}
	return a, nil
}

// Refused records that the provider surely did not take the mail, for now.
func (s *Store) Refused(ctx context.Context, a Attempt, now time.Time, detail string) error {
	return s.release(ctx, a, now, detail, `UPDATE messages SET unsure = unsure - 1,
		unsure_since = CASE WHEN unsure = 1 THEN 0 ELSE unsure_since END, lease_until = 0, updated_at = $1
		WHERE id = $2 AND attempt = $3 AND state = 'queued' AND unsure > 0`)
}

// Unsure records that nobody knows whether the provider took the mail.
func (s *Store) Unsure(ctx context.Context, a Attempt, now time.Time, detail string) error {
	return s.release(ctx, a, now, detail, `UPDATE messages SET lease_until = 0, updated_at = $1
		WHERE id = $2 AND attempt = $3 AND state = 'queued'`)
}

func (s *Store) release(ctx context.Context, a Attempt, now time.Time, detail, query string) error {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		at := now.UnixMilli()
		n, err := tx.Exec(ctx, query, at, a.ID, a.Number)
		if err != nil || n == 0 { // taken over, or settled by a report
			return err
		}
		return noteBounded(ctx, tx, a.ID, at, mailapi.StateQueued, detail)
	})
	if err != nil {
		return fmt.Errorf("record the refusal: %w", err)
	}
	return nil
}

// Accepted records that the provider took the mail. It holds even when the lease
// had run out: what was sent was sent.
func (s *Store) Accepted(ctx context.Context, a Attempt, now time.Time, providerID, detail string) error {
	return s.settle(ctx, a.ID, now, mailapi.StateAccepted, a.Provider, providerID, detail)
}

// Failed records that the mail will never be sent.
func (s *Store) Failed(ctx context.Context, a Attempt, now time.Time, detail string) error {
	return s.settle(ctx, a.ID, now, mailapi.StateFailed, a.Provider, "", detail)
}

// Ambiguous records that the mail may have been sent and must not be sent again.
func (s *Store) Ambiguous(ctx context.Context, id string, now time.Time, detail string) error {
	return s.settle(ctx, id, now, mailapi.StateAmbiguous, "", "", detail)
}

func (s *Store) settle(ctx context.Context, id string, now time.Time, state, provider, providerID, detail string) error {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		_, err := advance(ctx, tx, id, now, state, provider, providerID, detail)
		return err
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", state, err)
	}
	if providerID == "" {
		return nil
	}
	return s.takeParked(ctx, providerID, id, now)
}

// advance is the only place that moves a state. It reports whether the message
// moved; one that is further already stays where it is. An empty provider or
// providerID leaves the one that is known.
func advance(ctx context.Context, tx database.Tx, id string, now time.Time, state, provider, providerID, detail string) (bool, error) {
	at := now.UnixMilli()
	n, err := tx.Exec(ctx, `UPDATE messages SET state = $1, content = NULL, unsure = 0, unsure_since = 0, lease_until = 0,
		provider = CASE WHEN $2 = '' THEN provider ELSE $2 END,
		provider_id = CASE WHEN $3 = '' THEN provider_id ELSE $3 END, updated_at = $4
		WHERE id = $5 AND state IN (`+predecessors(state)+`)`, state, provider, providerID, at, id)
	if err != nil || n == 0 {
		return false, err
	}
	return true, note(ctx, tx, id, at, state, detail)
}

// noteBounded adds an entry unless the message has enough of them. The casts tell
// PostgreSQL the types, which it does not take from the table here.
func noteBounded(ctx context.Context, tx database.Tx, id string, at int64, state, detail string) error {
	_, err := tx.Exec(ctx, `INSERT INTO message_history (message_id, at, state, detail)
		SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT)
		WHERE (SELECT count(*) FROM message_history WHERE message_id = $1) < $5`, id, at, state, detail, maxHistory)
	return err
}
