// Package transport hands a finished mail to whoever carries it on: a folder, an
// SMTP server, or Resend. One file each.
//
// What matters to the caller is not that a send failed but what is known after
// it: surely not taken and hopeless (Permanent), surely not taken for now (Retry),
// or perhaps taken (Unsure). Each transport decides that where the fact is known.
package transport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"strings"
	"time"

	"doorstep.example/pkg/mailapi"
)

// Transport carries mails.
type Transport interface {
	// Name is the word of MAIL_TRANSPORT for it.
	Name() string
	// Send hands m over once. Its errors are *Error.
	Send(ctx context.Context, m *Message) (Accepted, error)
	// MayRepeat reports whether a mail that went out unsure times without a known
	// outcome, the first time at since, may go out again.
	MayRepeat(unsure int, since, now time.Time) bool
	// Ready returns why the transport cannot be used, or nil.
	Ready() error
}

// Accepted is the answer of who took a mail.
type Accepted struct {
	ProviderID string // their name for it
	Detail     string // what they said, for the history
}

// Class is what is known after a failed send.
type Class int

// The classes.
const (
	Retry     Class = iota // surely not taken, may pass later
	Permanent              // surely not taken, will not pass
	Unsure                 // perhaps taken
)

// Error is a failed send. Message is for people and holds no address.
type Error struct {
	Class      Class
	Message    string
	RetryAfter time.Duration // what the other side asked for; 0 if nothing
	Err        error         // cause, for the log; may be nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Message is a finished mail. It is kept as JSON between two tries, so that every
// try sends the same bytes.
type Message struct {
	ID          string               `json:"id"`
	Key         string               `json:"key"` // idempotency key
	Date        time.Time            `json:"date"`
	From        string               `json:"from"`     // name and address
	ReplyTo     string               `json:"reply_to"` // may be empty
	To          string               `json:"to"`       // one bare address
	Subject     string               `json:"subject"`
	Text        string               `json:"text"`
	HTML        string               `json:"html"`
	Template    string               `json:"template"`
	OrderID     string               `json:"order_id"`
	Attachments []mailapi.Attachment `json:"attachments"`
}

// MessageID is the mail's Message-ID without brackets, the same at every try.
func (m *Message) MessageID() string {
	domain := "localhost"
	if from, err := mail.ParseAddress(m.From); err == nil {
		domain = from.Address[strings.LastIndex(from.Address, "@")+1:]
	}
	return m.digest("message-id")[:32] + "@" + domain
}

// headers are those that every transport sends beside the usual ones.
func (m *Message) headers() map[string]string {
	h := map[string]string{
		"X-Template":      m.Template,
		"X-Entity-Ref-ID": m.ID, // keeps Gmail from folding one order's mails into another's
		"Auto-Submitted":  "auto-generated",
	}
	if m.OrderID != "" {
		h["X-Order-Id"] = m.OrderID
	}
	return h
}

// digest is a stable name that depends on the key alone.
func (m *Message) digest(purpose string) string {
	sum := sha256.Sum256([]byte(purpose + "\x00" + m.Key))
	return hex.EncodeToString(sum[:])
}

// maxDetail bounds what is kept of another server's words.
const maxDetail = 300

// Quote makes another server's words fit to keep: one line, bounded, and without
// the recipient's address.
func Quote(text, recipient string) string {
	if recipient != "" {
		text = strings.ReplaceAll(text, recipient, "the recipient")
	}
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))), " ")
	if runes := []rune(text); len(runes) > maxDetail {
		text = string(runes[:maxDetail-1]) + "…"
	}
	return text
}
