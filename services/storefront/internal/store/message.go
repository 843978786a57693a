package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
)

// Purposes of messages; those that end with a colon append what they are about.
const (
	PurposeReceipt      = "receipt"
	PurposeReceiptAgain = "receipt:" // to a corrected address
	PurposeDelivery     = "delivery"
	PurposeRenewal      = "renewal:"     // the goods once more, with a new grant
	PurposeProof        = "proof"        // how to prove control of the target
	PurposeProofAgain   = "proof-again:" // to a corrected address
	PurposeReminder     = "proof:"       // of the same
	PurposeAlert        = "alert:"
)

// Cancelled is the state of a message that was not sent because the order was
// refunded or held first, or its address corrected; all other states are the mailer's (package mailapi).
const Cancelled = "cancelled"

// Message is a mail that is to be sent, was sent, or will not be.
type Message struct {
	ID        string // the idempotency key at the mailer
	OrderID   order.ID
	Purpose   string
	Template  string
	To        string
	GrantID   string // of the link in it; may be empty
	Data      string // JSON, of alerts only
	State     string
	MailerID  string // the mailer's id, once it took the mail
	Confirms  bool   // the provider will say whether it was delivered
	CreatedAt time.Time
	UpdatedAt time.Time
	History   []MessageEntry // read by Messages only
}

// HandsOver reports whether the message carries the goods, for the first time or again.
func (m Message) HandsOver() bool {
	return m.Purpose == PurposeDelivery || strings.HasPrefix(m.Purpose, PurposeRenewal)
}

// MessageEntry is one step in a message's life.
type MessageEntry struct {
	At     time.Time
	State  string
	Detail string
}

const messageColumns = `id, order_id, purpose, template, recipient, grant_id, data, state, mailer_id, confirms, created_at, updated_at`

// InsertMessage writes the intent to send a mail, once for each order and purpose.
// It returns the id, and false if that mail was intended before.
func InsertMessage(ctx context.Context, tx database.Tx, m Message) (string, bool, error) {
	m.ID = newID()
	n, err := tx.Exec(ctx, `INSERT INTO messages (`+messageColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', '', 0, $8, $8)
		ON CONFLICT (order_id, purpose) DO NOTHING`,
		m.ID, string(m.OrderID), m.Purpose, m.Template, m.To, text(m.GrantID), m.Data, m.CreatedAt.UnixMilli())
	if err != nil || n == 0 {
		return "", false, wrap(err, "insert the message")
	}
	return m.ID, true, nil
}

// MessageByID reads one message without its history. NotFound if there is none.
func MessageByID(ctx context.Context, q database.Queryer, id string) (Message, error) {
	m, err := scanMessage(q.QueryRow(ctx, `SELECT `+messageColumns+` FROM messages WHERE id = $1`, id))
	if err != nil {
		return Message{}, notFound(err, "message")
	}
	return m, nil
}

// LockMessage reads a message and the order that it is about, under the order's lock
// (LockOrder). The order is zero for a message about the shop and for letters.
func LockMessage(ctx context.Context, tx database.Tx, id string) (Message, order.Order, error) {
	o, err := lockOrder(ctx, tx, `id = (SELECT order_id FROM messages WHERE id = $1)`, id)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return Message{}, o, err
	}
	m, err := MessageByID(ctx, tx, id)
	return m, o, err
}

// MessageMove is a message's step from one state to another.
type MessageMove struct {
	From, To string
	MailerID string // empty: as it was
	Confirms bool
	Detail   string
	At       time.Time
}

// AdvanceMessage moves a message; Conflict when it is no longer in From.
func AdvanceMessage(ctx context.Context, tx database.Tx, id string, m MessageMove) error {
	confirms := 0
	if m.Confirms {
		confirms = 1
	}
	n, err := tx.Exec(ctx, `UPDATE messages SET state = $1, mailer_id = CASE WHEN $2 = '' THEN mailer_id ELSE $2 END, confirms = $3, updated_at = $4
		WHERE id = $5 AND state = $6`, m.To, m.MailerID, confirms, m.At.UnixMilli(), id, m.From)
	if err != nil {
		return wrap(err, "advance the message")
	}
	if n == 0 {
		return errs.New(errs.Conflict, "The message has moved on meanwhile.")
	}
	return appendMessageEntry(ctx, tx, id, m.At, m.To, m.Detail)
}

// CancelMessages stops the unsent mails of an order to its customer, and returns their
// purposes; what the seller is told about stays.
func CancelMessages(ctx context.Context, tx database.Tx, id order.ID, at time.Time) ([]string, error) {
	return texts(tx.Query(ctx, `UPDATE messages SET state = 'cancelled', updated_at = $1
		WHERE order_id = $2 AND state = 'queued' AND purpose NOT LIKE 'alert:%' RETURNING purpose`, at.UnixMilli(), string(id)))
}

// Messages lists an order's messages with their histories, oldest first.
func Messages(ctx context.Context, q database.Queryer, id order.ID) ([]Message, error) {
	rows, err := q.Query(ctx, `SELECT `+messageColumns+` FROM messages WHERE order_id = $1 ORDER BY id`, string(id))
	if err != nil {
		return nil, wrap(err, "list the messages")
	}
	defer rows.Close()
	var list []Message
	at := map[string]int{}
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return nil, wrap(err, "list the messages")
		}
		at[m.ID] = len(list)
		m.History = []MessageEntry{{At: m.CreatedAt, State: "queued"}} // not a row: every message begins so
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap(err, "list the messages")
	}
	return list, histories(ctx, q, id, list, at)
}

func histories(ctx context.Context, q database.Queryer, id order.ID, list []Message, at map[string]int) error {
	rows, err := q.Query(ctx, `SELECT h.message_id, h.at, h.state, h.detail FROM message_history h
		JOIN messages m ON m.id = h.message_id WHERE m.order_id = $1 ORDER BY h.id`, string(id))
	if err != nil {
		return wrap(err, "list the messages' histories")
	}
	defer rows.Close()
	for rows.Next() {
		var messageID string
		var e MessageEntry
		var when int64
		if err := rows.Scan(&messageID, &when, &e.State, &e.Detail); err != nil {
			return wrap(err, "list the messages' histories")
		}
		e.At = time.UnixMilli(when).UTC()
		if i, ok := at[messageID]; ok {
			list[i].History = append(list[i].History, e)
		}
	}
	return wrap(rows.Err(), "list the messages' histories")
}

func appendMessageEntry(ctx context.Context, tx database.Tx, id string, at time.Time, state, detail string) error {
	_, err := tx.Exec(ctx, `INSERT INTO message_history (id, message_id, at, state, detail) VALUES ($1, $2, $3, $4, $5)`,
		newID(), id, at.UnixMilli(), state, detail)
	return wrap(err, "append to the message's history")
}

func scanMessage(row database.Row) (Message, error) {
	var m Message
	var orderID string
	var grantID sql.NullString
	var confirms, created, updated int64
	err := row.Scan(&m.ID, &orderID, &m.Purpose, &m.Template, &m.To, &grantID, &m.Data, &m.State, &m.MailerID, &confirms, &created, &updated)
	m.OrderID, m.GrantID, m.Confirms = order.ID(orderID), grantID.String, confirms == 1
	m.CreatedAt, m.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	return m, err
}
