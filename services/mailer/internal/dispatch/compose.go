package dispatch

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/mailer/internal/store"
	"doorstep.example/services/mailer/internal/template"
	"doorstep.example/services/mailer/internal/transport"
)

// maxKey is the longest key that Resend takes.
const maxKey = 256

// requestHash checks the key, and names the request, so that a key used for two
// different mails is noticed.
func requestHash(key string, req mailapi.Send) (string, error) {
	if key == "" {
		return "", errs.New(errs.Invalid, "The header Idempotency-Key is missing: without it a repeated request would send the mail twice.")
	}
	visible := strings.IndexFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
	if len(key) > maxKey || !visible {
		return "", errs.New(errs.Invalid, "The header Idempotency-Key must be at most %d visible ASCII characters.", maxKey)
	}
	files := req.Attachments
	req.Attachments = nil
	raw, err := json.Marshal(req)
	if err != nil {
		return "", errs.Wrap(errs.Invalid, err, "The data is not JSON.")
	}
	hash := sha256.New()
	hash.Write(raw)
	for _, f := range files {
		fmt.Fprintf(hash, "\n%q %q %x", f.Filename, f.ContentType, sha256.Sum256(f.Content))
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// queue renders the mail and keeps it.
func (d *Dispatcher) queue(ctx context.Context, key, hash string, req mailapi.Send) (*store.Message, error) {
	now := d.Now().UTC().Truncate(time.Millisecond)
	mail := transport.Message{
		ID: strings.ToLower(rand.Text()), Key: key, Date: now, From: d.From, ReplyTo: d.ReplyTo,
		Template: req.Template, OrderID: req.OrderID, Attachments: req.Attachments,
	}
	fields := map[string]string{}
	var reason string
	if mail.To, reason = recipient(req.To); reason != "" {
		fields["to"] = reason
	}
	if reason := orderID(req.OrderID); reason != "" {
		fields["order_id"] = reason
	}
	if req.ReplyTo != "" {
		if mail.ReplyTo, reason = recipient(req.ReplyTo); reason != "" {
			fields["reply_to"] = reason
		}
	}
	maps.Copy(fields, attachments(req.Attachments))
	rendered, bad := template.Render(req.Template, req.Lang, req.Data)
	maps.Copy(fields, bad)
	if len(fields) > 0 {
		return nil, &errs.Error{Kind: errs.Unprocessable, Code: "invalid", Fields: fields,
			Message: "The mail cannot be sent as it was asked for; see fields."}
	}
	mail.Subject, mail.Text, mail.HTML = rendered.Subject, rendered.Text, rendered.HTML
	content, err := json.Marshal(mail)
	if err != nil {
		return nil, fmt.Errorf("keep the mail: %w", err)
	}
	return d.Store.Queue(ctx, store.Message{
		ID: mail.ID, Key: key, Hash: hash, Template: mail.Template, OrderID: mail.OrderID, Content: content, CreatedAt: now,
	})
}
