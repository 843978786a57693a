package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
)

// PurposeContact is the purpose of the mail that passes a contact message on to the
// seller; the message's id follows.
const PurposeContact = "contact:"

// States of contact messages.
const (
	ContactMailed = "mailed" // the seller gets it by mail
	ContactKept   = "kept"   // spam or an attack: only here
)

// ContactMessage is what somebody wrote in the contact form.
type ContactMessage struct {
	ID      string
	At      time.Time
	Name    string
	Email   string
	Company string
	Text    string
	Lang    string
	Verdict string // one of mailapi's
	Reason  string // of the verdict; may be empty
	State   string
}

const contactColumns = `id, at, name, email, company, message, lang, verdict, reason, state`

// InsertContact adds a message and returns its id.
func InsertContact(ctx context.Context, tx database.Tx, m ContactMessage) (string, error) {
	m.ID = newID()
	_, err := tx.Exec(ctx, `INSERT INTO contact_messages (`+contactColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		m.ID, m.At.UnixMilli(), m.Name, m.Email, m.Company, m.Text, m.Lang, m.Verdict, m.Reason, m.State)
	return m.ID, wrap(err, "insert the contact message")
}

// ContactByID reads one message. NotFound if there is none.
func ContactByID(ctx context.Context, q database.Queryer, id string) (ContactMessage, error) {
	m, err := scanContact(q.QueryRow(ctx, `SELECT `+contactColumns+` FROM contact_messages WHERE id = $1`, id))
	if err != nil {
		return ContactMessage{}, notFound(err, "contact message")
	}
	return m, nil
}

// ContactMessages lists messages of all verdicts, newest first.
func ContactMessages(ctx context.Context, q database.Queryer, limit int) ([]ContactMessage, error) {
	rows, err := q.Query(ctx, `SELECT `+contactColumns+` FROM contact_messages ORDER BY at DESC, id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, wrap(err, "list the contact messages")
	}
	defer rows.Close()
	var list []ContactMessage
	for rows.Next() {
		m, err := scanContact(rows)
		if err != nil {
			return nil, wrap(err, "list the contact messages")
		}
		list = append(list, m)
	}
	return list, wrap(rows.Err(), "list the contact messages")
}

func scanContact(row database.Row) (ContactMessage, error) {
	var m ContactMessage
	var at int64
	err := row.Scan(&m.ID, &at, &m.Name, &m.Email, &m.Company, &m.Text, &m.Lang, &m.Verdict, &m.Reason, &m.State)
	m.At = time.UnixMilli(at).UTC()
	return m, err
}
