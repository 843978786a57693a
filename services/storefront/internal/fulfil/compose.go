package fulfil

import (
	"context"
	"encoding/json"
	"fmt"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// compose makes the mail of an intent. It reads only what does not change, so that
// a repeated send is the same mail to the byte. It reports false when there is
// nothing to send.
func (f *Fulfiller) compose(ctx context.Context, m store.Message, o order.Order) (mailapi.Send, bool, error) {
	if letter, ok := f.Letters[m.Template]; ok {
		return letter(ctx, m)
	}
	send, err := f.composeOf(ctx, m, o)
	return send, err == nil, err
}

// composeOf makes the mail of an order, or an alert.
func (f *Fulfiller) composeOf(ctx context.Context, m store.Message, o order.Order) (mailapi.Send, error) {
	send := mailapi.Send{To: m.To, Template: m.Template, OrderID: string(o.ID), Lang: o.Lang}
	if m.Template == mailapi.TemplateAlert {
		send.Lang, send.Data = "", json.RawMessage(m.Data)
		return send, nil
	}
	p, ok := f.Catalog.Product(o.Product)
	if !ok {
		return send, errs.New(errs.Unprocessable, "The product %q is no longer in the catalogue.", o.Product)
	}
	p = p.In(o.Lang)
	if m.Template == mailapi.TemplateReceipt {
		return withData(send, mailapi.Receipt{Seller: f.Seller, Order: f.shown(o, p), PromiseSeconds: int(p.Promise.Seconds())})
	}
	if m.Template == mailapi.TemplateProof {
		return withData(send, f.proofMail(m, o, p))
	}
	return f.composeHandover(ctx, send, m, o, p)
}

// composeHandover lets the product's kind write the mail with the goods.
func (f *Fulfiller) composeHandover(ctx context.Context, send mailapi.Send, m store.Message, o order.Order, p catalog.Product) (mailapi.Send, error) {
	q := f.DB.Read()
	files, err := store.Artefacts(ctx, q, o.ID, store.RoleGoods)
	if err != nil {
		return send, err
	}
	h := kind.Handover{Order: o, Seller: f.Seller, Shown: f.shown(o, p), Renewed: m.Purpose != store.PurposeDelivery}
	for _, file := range files {
		h.Files = append(h.Files, kind.Attachable{Name: file.Name, Size: file.Size})
	}
	if len(h.Files) == 0 {
		return send, fmt.Errorf("order %s has no goods to hand over", o.ID)
	}
	if h.Report, err = conclude(ctx, q, o.ID); err != nil {
		return send, err
	}
	if err := f.link(ctx, q, m.GrantID, &h); err != nil {
		return send, err
	}
	mail := f.Kinds[p.Kind].Mail(h)
	if mail.Attach {
		for _, file := range files {
			content, err := f.Blobs.Read(ctx, file.BlobKey)
			if err != nil {
				return send, err
			}
			send.Attachments = append(send.Attachments, mailapi.Attachment{Filename: file.Name, ContentType: file.ContentType, Content: content})
		}
	}
	return withData(send, mail.Data)
}

func withData(send mailapi.Send, data any) (mailapi.Send, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return send, fmt.Errorf("encode the mail's data: %w", err)
	}
	send.Data = raw
	return send, nil
}

// conclude reads the order's report; nil if its kind has none.
func conclude(ctx context.Context, q database.Queryer, id order.ID) (*kind.Conclusion, error) {
	r, err := store.ReportOf(ctx, q, id)
	if errs.KindOf(err) == errs.NotFound {
		return nil, nil //nolint:nilnil // no report is an answer: a file has none
	}
	if err != nil {
		return nil, err
	}
	return &kind.Conclusion{ReportID: r.ReportID, Grade: r.Grade, Score: r.Score, Summary: r.Summary}, nil
}

func (f *Fulfiller) link(ctx context.Context, q database.Queryer, grantID string, h *kind.Handover) error {
	g, err := store.GrantByID(ctx, q, grantID)
	if err != nil {
		return err
	}
	token, err := f.Tokens.Sign(g)
	if err != nil {
		return fmt.Errorf("sign the link: %w", err)
	}
	h.Link, h.Expires, h.Uses = f.ShopURL+"/download?token="+token, g.ExpiresAt, g.MaxUses
	return nil
}

// shown is the part of the order that every mail shows.
func (f *Fulfiller) shown(o order.Order, p catalog.Product) mailapi.Order {
	return mailapi.Order{
		ID: string(o.ID), URL: f.orderURL(o) + "?buyer=" + f.Tokens.BuyerKey(o.ID), Product: p.Name, AmountMinor: o.Amount, Currency: o.Currency,
		Customer: o.ContactName, PaidAt: o.PaidAt,
	}
}

func (f *Fulfiller) orderURL(o order.Order) string { return f.ShopURL + "/orders/" + string(o.ID) }

// name is what people call the mail.
func name(m store.Message) string {
	switch {
	case m.Template == mailapi.TemplateReceipt:
		return "receipt"
	case m.Purpose == store.PurposeDelivery:
		return "delivery mail"
	case m.Template == mailapi.TemplateAlert:
		return "alert"
	case m.Template == mailapi.TemplateProof:
		return "mail about the proof"
	case m.Template == mailapi.TemplateLogin:
		return "sign-in link"
	case m.Template == mailapi.TemplateContact:
		return "message from the contact form"
	default:
		return "mail with the new link"
	}
}
