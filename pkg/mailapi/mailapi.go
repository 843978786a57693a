// Package mailapi is the wire of the mailer: what it is asked, what it answers,
// and a client.
package mailapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
)

// Names of the templates.
const (
	TemplateReceipt  = "receipt"  // paid, what happens next
	TemplateReport   = "report"   // the audit's PDF is attached
	TemplateDownload = "download" // a link to the bought file
	TemplateAlert    = "alert"    // to the seller: a station failed
	TemplateLogin    = "login"    // the portal's sign-in link
	TemplateContact  = "contact"  // to the seller: a message from the contact form
	TemplateProof    = "proof"    // how to prove control of an audit's target
)

// Send asks for one mail. The same key twice sends once.
type Send struct {
	To          string          `json:"to"`                 // exactly one address
	ReplyTo     string          `json:"reply_to,omitempty"` // exactly one address; empty: the mailer's own
	Lang        string          `json:"lang,omitempty"`     // BCP 47; empty or without texts: en
	Template    string          `json:"template"`
	OrderID     string          `json:"order_id"`
	Data        json.RawMessage `json:"data"` // the template's own type, below
	Attachments []Attachment    `json:"attachments,omitempty"`
}

// Attachment is a file of a mail; Content is base64 on the wire.
type Attachment struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Content     []byte `json:"content"`
}

// Seller is whose name the mail carries; part of every template's data.
type Seller struct {
	Name    string `json:"name"`
	Color   string `json:"color,omitempty"` // #rrggbb
	URL     string `json:"url,omitempty"`
	Support string `json:"support,omitempty"` // address for questions
	Address string `json:"address,omitempty"` // postal address
}

// Order is the part of an order that mails show; part of every template's data.
type Order struct {
	ID          string    `json:"id"`
	URL         string    `json:"url"` // the live order page
	Product     string    `json:"product"`
	AmountMinor int64     `json:"amount_minor"` // in the currency's minor units: 19900 is $199
	Currency    string    `json:"currency"`     // as at Stripe: usd
	Customer    string    `json:"customer,omitempty"`
	PaidAt      time.Time `json:"paid_at"`
}

// Receipt is the data of TemplateReceipt.
type Receipt struct {
	Seller         Seller `json:"seller"`
	Order          Order  `json:"order"`
	PromiseSeconds int    `json:"promise_seconds"` // how long the goods take at most
}

// Report is the data of TemplateReport.
type Report struct {
	Seller   Seller         `json:"seller"`
	Order    Order          `json:"order"`
	Target   string         `json:"target"`
	ReportID string         `json:"report_id"`
	Grade    string         `json:"grade"`
	Score    int            `json:"score"`
	Summary  map[string]int `json:"summary"`  // findings by severity
	Attached bool           `json:"attached"` // false: too large, the order page has it
}

// Download is the data of TemplateDownload.
type Download struct {
	Seller    Seller    `json:"seller"`
	Order     Order     `json:"order"`
	File      string    `json:"file"` // its name
	Link      string    `json:"link"` // full URL with the token
	ExpiresAt time.Time `json:"expires_at"`
	Limit     int       `json:"limit"`   // downloads that the link allows
	Renewed   bool      `json:"renewed"` // a new link on request
}

// Alert is the data of TemplateAlert: everything needed to act.
type Alert struct {
	Seller     Seller    `json:"seller"`
	OrderID    string    `json:"order_id"`
	Product    string    `json:"product"`
	Customer   string    `json:"customer"` // address and name
	SessionID  string    `json:"session_id"`
	Target     string    `json:"target,omitempty"`
	Station    string    `json:"station"`            // which station failed
	State      string    `json:"state"`              // retrying, needs_person or resolved
	Reason     string    `json:"reason"`             // what failed, in words
	Tried      string    `json:"tried"`              // what was tried and what comes next
	ToDo       string    `json:"to_do"`              // what a person should do
	Artefact   string    `json:"artefact,omitempty"` // where the goods lie, if they exist
	ConsoleURL string    `json:"console_url"`
	OrderURL   string    `json:"order_url"`
	At         time.Time `json:"at"`
}

// Login is the data of TemplateLogin. The link works once and for 15 minutes; the
// mail says so.
type Login struct {
	Seller    Seller    `json:"seller"`
	Shop      string    `json:"shop"` // its name
	Link      string    `json:"link"` // full URL with the token
	ExpiresAt time.Time `json:"expires_at"`
}

// Verdicts on a contact message.
const (
	VerdictLegitimate = "legitimate"
	VerdictTest       = "test"
	VerdictSpam       = "spam"
	VerdictAttack     = "attack"
)

// Contact is the data of TemplateContact: the filled form. The mail's ReplyTo is
// Email, so that an answer goes to who wrote it.
type Contact struct {
	Seller     Seller    `json:"seller"`
	Name       string    `json:"name"`
	Email      string    `json:"email"`
	Company    string    `json:"company,omitempty"`
	Message    string    `json:"message"` // its line breaks are kept
	At         time.Time `json:"at"`
	Verdict    string    `json:"verdict"` // one of the verdicts above
	ConsoleURL string    `json:"console_url"`
}

// Proof is the data of TemplateProof.
type Proof struct {
	Seller   Seller `json:"seller"`
	Order    Order  `json:"order"`
	Domain   string `json:"domain,omitempty"` // registrable: where the DNS record goes; empty: no record proves the host
	Host     string `json:"host"`             // where the file or the meta tag goes
	Token    string `json:"token"`
	Reminder bool   `json:"reminder"` // the mail was sent before
}

// States of a message.
const (
	StateQueued     = "queued"
	StateAccepted   = "accepted"  // the provider took it; not yet delivered
	StateDelivered  = "delivered" // the receiving server took it
	StateBounced    = "bounced"
	StateComplained = "complained"
	StateFailed     = "failed"
	StateAmbiguous  = "ambiguous" // it may or may not have been sent
)

// Message is the mailer's answer.
type Message struct {
	ID         string  `json:"id"`
	State      string  `json:"state"`
	Provider   string  `json:"provider"`    // outbox, smtp or resend
	ProviderID string  `json:"provider_id"` // the provider's own id
	Confirms   bool    `json:"confirms"`    // whether the provider will tell about delivery
	History    []Entry `json:"history,omitempty"`
}

// Entry is one step in a message's life.
type Entry struct {
	At     time.Time `json:"at"`
	State  string    `json:"state"`
	Detail string    `json:"detail,omitempty"`
}

// sendTimeout covers the provider's answer too.
const sendTimeout = 60 * time.Second

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// Client asks one mailer.
type Client struct {
	BaseURL string
	Token   config.Secret
}

var transport = &http.Transport{
	DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	MaxIdleConnsPerHost: 16,
	IdleConnTimeout:     60 * time.Second,
}

// Send asks for one mail under key. Errors are *errs.Error: Unprocessable for an
// address or data it cannot use (never try again), Unavailable with RetryAfter
// while the provider refuses or the mailer is down.
func (c Client) Send(ctx context.Context, key string, m Send) (*Message, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode the mail: %w", err)
	}
	return c.do(ctx, http.MethodPost, "/api/messages", key, bytes.NewReader(body))
}

// Message returns what became of a mail. NotFound for an unknown id.
func (c Client) Message(ctx context.Context, id string) (*Message, error) {
	return c.do(ctx, http.MethodGet, "/api/messages/"+url.PathEscape(id), "", nil)
}

func (c Client) do(ctx context.Context, method, path, key string, body io.Reader) (*Message, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.BaseURL+path, body)
	if err != nil {
		return nil, fmt.Errorf("make the mail request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "The mailer does not answer.")
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "The mailer's answer broke off.")
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, errs.FromResponse(resp.StatusCode, resp.Header, answer)
	}
	var m Message
	if err := json.Unmarshal(answer, &m); err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "The mailer's answer is not JSON.")
	}
	return &m, nil
}
