package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
)

//go:embed migrations
var files embed.FS

// Migrations returns the schema's steps for database.Open.
func Migrations() database.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic("store: the embedded migrations are missing: " + err.Error())
	}
	return sub
}

// maxHistory bounds the entries of one message, so that a caller who never gives
// up cannot fill the disk. Moves of the state are always written.
const maxHistory = 200

// ErrBusy is returned by Start when somebody else is sending the message, or it
// is not to be sent any more.
var ErrBusy = errors.New("the message is being sent or is settled")

// Store keeps messages.
type Store struct{ db *database.DB }

// New returns the store on db, whose schema is Migrations.
func New(db *database.DB) *Store { return &Store{db} }

// Message is one mail and how far it has come.
type Message struct {
	ID         string
	Key        string // the caller's idempotency key
	Hash       string // of the request, to tell a repeat from a clash
	Template   string
	OrderID    string
	State      string
	Provider   string // whom it was last given to
	ProviderID string
	Content    []byte // the rendered mail; nil once it cannot be sent any more
	// Unsure counts the sends whose outcome nobody knows, all to Provider;
	// UnsureSince is when the first of them began.
	Unsure      int
	UnsureSince time.Time
	CreatedAt   time.Time
	History     []mailapi.Entry
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// Queue keeps m before anything is sent, and returns it; a message that is there
// already under the same key is returned instead.
func (s *Store) Queue(ctx context.Context, m Message) (*Message, error) {
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		at := m.CreatedAt.UnixMilli()
		n, err := tx.Exec(ctx, `INSERT INTO messages (id, idempotency_key, request_hash, template, order_id, state, provider, provider_id,
			content, attempt, unsure, unsure_since, lease_until, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, 'queued', '', '', $6, 0, 0, 0, 0, $7, $8)
			ON CONFLICT (idempotency_key) DO NOTHING`,
			m.ID, m.Key, m.Hash, m.Template, m.OrderID, m.Content, at, at)
		if err != nil || n == 0 {
			return err
		}
		return note(ctx, tx, m.ID, at, mailapi.StateQueued, "")
	})
	if err != nil {
		return nil, fmt.Errorf("queue the message: %w", err)
	}
	return s.ByKey(ctx, m.Key)
}

// ByKey returns the message that was asked for under key. Its error is NotFound
// when there is none.
func (s *Store) ByKey(ctx context.Context, key string) (*Message, error) {
	return s.find(ctx, `idempotency_key = $1`, key)
}

// ByID returns the message with id. Its error is NotFound when there is none.
func (s *Store) ByID(ctx context.Context, id string) (*Message, error) {
	return s.find(ctx, `id = $1`, id)
}

func (s *Store) find(ctx context.Context, where, arg string) (*Message, error) {
	var m Message
	var since, created int64
	err := s.db.Read().QueryRow(ctx, `SELECT id, idempotency_key, request_hash, template, order_id, state, provider, provider_id,
		content, unsure, unsure_since, created_at FROM messages WHERE `+where, arg).
		Scan(&m.ID, &m.Key, &m.Hash, &m.Template, &m.OrderID, &m.State, &m.Provider, &m.ProviderID,
			&m.Content, &m.Unsure, &since, &created)
	if errors.Is(err, database.ErrNoRows) {
		return nil, errs.New(errs.NotFound, "There is no such message.")
	}
	if err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	m.CreatedAt = time.UnixMilli(created).UTC()
	if since > 0 {
		m.UnsureSince = time.UnixMilli(since).UTC()
	}
	m.History, err = s.history(ctx, m.ID)
	return &m, err
}

func (s *Store) history(ctx context.Context, id string) ([]mailapi.Entry, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT at, state, detail FROM message_history WHERE message_id = $1 ORDER BY id`, id)
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	defer rows.Close()
	var entries []mailapi.Entry
	for rows.Next() {
		var e mailapi.Entry
		var at int64
		if err := rows.Scan(&at, &e.State, &e.Detail); err != nil {
			return nil, fmt.Errorf("read the history: %w", err)
		}
		e.At = time.UnixMilli(at).UTC()
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// note adds an entry to the history.
func note(ctx context.Context, tx database.Tx, id string, at int64, state, detail string) error {
	_, err := tx.Exec(ctx, `INSERT INTO message_history (message_id, at, state, detail) VALUES ($1, $2, $3, $4)`, id, at, state, detail)
	return err
}
