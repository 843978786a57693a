// Package delivery hands the goods over: links that name a grant, tickets that
// serve the bytes for a short time, and the log of who fetched what.
//
//	mail → /download?token=JWT → a page that starts nothing → POST /download
//	     → the grant is counted, a ticket is made → 303 /download/{ticket} → bytes
//
// The signature of a link only keeps guesses away; whether it still counts is
// decided by the grant's row in the database.
package delivery

import (
	"context"
	"mime"
	"net/http"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/blob"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// ticketLife is how long a started download may be resumed, in as many ranges as
// the browser likes.
const ticketLife = 30 * time.Minute

// Courier hands out goods.
type Courier struct {
	DB     *database.DB
	Blobs  *blob.Store
	Tokens *Tokens
	Now    func() time.Time
}

// Link is everything about a mailed link.
type Link struct {
	Grant    store.Grant
	Artefact store.Artefact
	Order    order.Order
	Expired  bool
}

// Refusal says why the link serves nothing; "" if it does.
func (l Link) Refusal() string {
	switch {
	case l.Order.State == order.Refunded:
		return "refunded"
	case !l.Grant.RevokedAt.IsZero(), !l.Order.State.Deliverable():
		return "revoked"
	case l.Expired:
		return "expired"
	case l.Grant.UsedUp():
		return "used_up"
	default:
		return ""
	}
}

// Look reads what a token stands for and changes nothing. NotFound for a token that
// is not ours.
func (c *Courier) Look(ctx context.Context, token string) (Link, error) {
	id, expired, err := c.Tokens.Grant(token, c.Now())
	if err != nil {
		return Link{}, err
	}
	return c.look(ctx, id, expired)
}

func (c *Courier) look(ctx context.Context, grantID string, expired bool) (Link, error) {
	q := c.DB.Read()
	g, err := store.GrantByID(ctx, q, grantID)
	if err != nil {
		return Link{}, err
	}
	a, err := store.ArtefactByID(ctx, q, g.ArtefactID)
	if err != nil {
		return Link{}, err
	}
	o, err := store.Order(ctx, q, g.OrderID)
	if err != nil {
		return Link{}, err
	}
	return Link{Grant: g, Artefact: a, Order: o, Expired: expired || !c.Now().Before(g.ExpiresAt)}, nil
}

// Visitor is what is logged of whoever downloads.
type Visitor struct{ Network, UserAgent string }

// Start counts one download of a link and returns its ticket. Gone when the link
// serves nothing any more, whoever was faster.
func (c *Courier) Start(ctx context.Context, l Link, v Visitor) (string, error) {
	gone := errs.New(errs.Gone, "This link has been used up or has ended.")
	if l.Refusal() != "" {
		return "", gone
	}
	var ticket string
	err := c.DB.InTx(ctx, func(tx database.Tx) error {
		now := c.Now()
		ok, err := store.UseGrant(ctx, tx, l.Grant.ID, now)
		if err != nil {
			return err
		}
		if !ok {
			return gone
		}
		ticket, err = store.InsertDownload(ctx, tx, store.Download{
			GrantID: l.Grant.ID, StartedAt: now, ExpiresAt: now.Add(ticketLife), Network: v.Network, UserAgent: v.UserAgent,
		})
		if err != nil {
			return err
		}
		return store.Note(ctx, tx, l.Order.ID, now, order.EntryDownload, l.Artefact.Name)
	})
	return ticket, err
}

// Newest returns the newest link of an order's artefact, for the order page.
// NotFound if the order has no such artefact.
func (c *Courier) Newest(ctx context.Context, id order.ID, artefactID string) (Link, error) {
	grants, err := store.Grants(ctx, c.DB.Read(), id)
	if err != nil {
		return Link{}, err
	}
	for i := len(grants) - 1; i >= 0; i-- {
		if grants[i].ArtefactID == artefactID {
			return c.look(ctx, grants[i].ID, false)
		}
	}
	return Link{}, errs.New(errs.NotFound, "This order has no such file.")
}

// Serve writes the bytes of a ticket: ranges, ETag and HEAD included. Gone when
// its time is over or the order was refunded meanwhile.
func (c *Courier) Serve(w http.ResponseWriter, r *http.Request, ticket string) error {
	d, err := store.DownloadByTicket(r.Context(), c.DB.Read(), ticket)
	if err != nil {
		return err
	}
	l, err := c.look(r.Context(), d.GrantID, false)
	if err != nil {
		return err
	}
	refused := l.Refusal()
	if c.Now().After(d.ExpiresAt) || refused == "refunded" || refused == "revoked" {
		return errs.New(errs.Gone, "This download has ended. Please start it again from your order page or from the link in your mail.")
	}
	content, err := c.Blobs.Open(r.Context(), l.Artefact.BlobKey)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", l.Artefact.ContentType)
	h.Set("Content-Disposition", disposition(l.Artefact))
	h.Set("ETag", `"`+l.Artefact.SHA256+`"`)
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", l.Artefact.CreatedAt, content)
	return nil
}

// disposition opens PDFs in the browser and saves everything else: a file of
// another type must never run as a page of this shop.
func disposition(a store.Artefact) string {
	kind := "attachment"
	if a.ContentType == "application/pdf" {
		kind = "inline"
	}
	return mime.FormatMediaType(kind, map[string]string{"filename": a.Name})
}
