// Package contact takes what people write in the contact form: every message is kept
// for the operators, and what is not spam or an attack goes to the seller by mail.
package contact

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/store"
)

// Most characters of a message's parts.
const (
	MaxName    = 120
	MaxCompany = 120
	MaxText    = 5000
)

// Desk takes contact messages.
type Desk struct {
	DB         *database.DB
	Queue      *jobs.Queue
	Seller     mailapi.Seller
	To         string // the seller's address
	ConsoleURL string
	Now        func() time.Time
}

// Message is a filled contact form with what the screening says of it.
type Message struct {
	Name    string
	Email   string
	Company string // may be empty
	Text    string
	Lang    string
	Verdict string // one of mailapi's; package screen gives it
	Reason  string // of the verdict, in words of ours
}

// Send keeps a message and, unless it is spam or an attack, intends the mail to the
// seller, in one transaction that counts the verdict too. Whoever wrote it cannot
// tell the difference. Invalid with a reason for each field that will not do.
func (d *Desk) Send(ctx context.Context, m Message) error {
	m, reasons := clean(m)
	if len(reasons) > 0 {
		return &errs.Error{Kind: errs.Invalid, Message: "Please correct the marked fields.", Fields: reasons}
	}
	state := store.ContactMailed
	if m.Verdict == mailapi.VerdictSpam || m.Verdict == mailapi.VerdictAttack {
		state = store.ContactKept
	}
	now := d.Now()
	return d.DB.InTx(ctx, func(tx database.Tx) error {
		id, err := store.InsertContact(ctx, tx, store.ContactMessage{
			At: now, Name: m.Name, Email: m.Email, Company: m.Company, Text: m.Text, Lang: m.Lang,
			Verdict: m.Verdict, Reason: m.Reason, State: state,
		})
		if err != nil {
			return err
		}
		if err := store.CountVerdict(ctx, tx, now, m.Verdict, m.Reason); err != nil {
			return err
		}
		if state == store.ContactKept {
			return nil
		}
		return d.intend(ctx, tx, id, now)
	})
}

func (d *Desk) intend(ctx context.Context, tx database.Tx, id string, now time.Time) error {
	message, _, err := store.InsertMessage(ctx, tx, store.Message{
		Purpose: store.PurposeContact + id, Template: mailapi.TemplateContact, To: d.To, CreatedAt: now,
	})
	if err != nil {
		return err
	}
	return d.Queue.Enqueue(ctx, tx, jobs.SendArgs{MessageID: message}, 0)
}

// clean returns the message as it is to be kept, or the keys of the reasons by form field.
func clean(m Message) (Message, map[string]string) {
	reasons := map[string]string{}
	line := func(field, value string, most int) string {
		value = strings.Join(strings.Fields(printable(value)), " ")
		if utf8.RuneCountInString(value) > most {
			reasons[field] = "form.too_long"
		}
		return value
	}
	m.Name, m.Company = line("name", m.Name, MaxName), line("company", m.Company, MaxCompany)
	if m.Name == "" {
		reasons["name"] = "form.required"
	}
	var reason string
	if m.Email, reason = CleanEmail(m.Email); reason != "" {
		reasons["email"] = reason
	}
	m.Text = strings.TrimSpace(printable(m.Text))
	switch length := utf8.RuneCountInString(m.Text); {
	case length == 0:
		reasons["message"] = "form.required"
	case length > MaxText:
		reasons["message"] = "form.too_long"
	}
	return m, reasons
}

// printable takes out what no person types and a database or a terminal may choke on:
// damaged characters, control characters, and those that turn the direction of what
// follows them. Lines end with \n.
func printable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		default:
			return r
		}
	}, s)
}
