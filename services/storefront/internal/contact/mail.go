package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/store"
)

// Mail composes the mail that passes a message on, the same whenever it is called.
// An answer to it goes to whoever wrote the message. There always is one to send.
func (d *Desk) Mail(ctx context.Context, m store.Message) (mailapi.Send, bool, error) {
	c, err := store.ContactByID(ctx, d.DB.Read(), strings.TrimPrefix(m.Purpose, store.PurposeContact))
	if err != nil {
		return mailapi.Send{}, false, err
	}
	data, err := json.Marshal(mailapi.Contact{
		Seller: d.Seller, Name: c.Name, Email: c.Email, Company: c.Company, Message: c.Text, At: c.At, Verdict: c.Verdict, ConsoleURL: d.ConsoleURL,
	})
	if err != nil {
		return mailapi.Send{}, false, fmt.Errorf("encode the mail's data: %w", err)
	}
	return mailapi.Send{To: m.To, ReplyTo: c.Email, Template: m.Template, Data: data}, true, nil
}
