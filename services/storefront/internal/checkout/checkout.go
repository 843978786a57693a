// Package checkout turns a filled form into a Checkout session at Stripe. The order
// is written first, so that a buyer who pays is known whatever happens to us in
// between; its id is the idempotency key of the session.
package checkout

import (
	"context"
	"errors"
	"maps"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/screen"
	"doorstep.example/services/storefront/internal/store"
)

// Desk takes orders.
type Desk struct {
	DB      *database.DB
	Catalog *catalog.Catalog
	Kinds   map[string]kind.Kind
	Screen  *screen.Screener
	Payment *payment.Client
	ShopURL string
	Now     func() time.Time
}

// Request is a filled form. The price is never part of it.
type Request struct {
	Product string // its id
	Tier    string // may stand for Product
	Token   string // of the form: the same form posted twice is one order; may be empty
	Trap    string // of an input that people do not see
	Lang    string // that the buyer reads
	Asks    bool   // the buyer can be asked about a warning; programs cannot
	Sure    bool   // the buyer was asked, and is sure
	Values  map[string]string
}

// Begun is an order that waits for its payment; or, without URL, one that waits for the
// buyer to look at the warnings.
type Begun struct {
	OrderID   order.ID
	SessionID string
	URL       string // where to pay
	Warnings  []screen.Warning
}

// Product finds the product that the request names. NotFound if there is none.
func (d *Desk) Product(r Request) (catalog.Product, error) {
	p, ok := d.Catalog.Product(r.Product)
	if !ok && r.Product == "" {
		p, ok = d.Catalog.ByTier(r.Tier)
	}
	if !ok {
		return catalog.Product{}, &errs.Error{Kind: errs.NotFound, Code: "unknown_product", Message: "We do not sell that. Please choose a product from the catalogue."}
	}
	return p, nil
}

// Begin checks the form, judges it, writes the order, and opens its session. Invalid
// with the key of a reason for each field, NotFound for an unknown product, Unavailable
// when Stripe does not answer (the order stays as a lead; posting again is safe).
func (d *Desk) Begin(ctx context.Context, r Request) (Begun, error) {
	p, err := d.Product(r)
	if err != nil {
		return Begun{}, err
	}
	kept, reasons := clean(Fields(d.Kinds[p.Kind]), r.Values)
	if len(reasons) > 0 {
		return Begun{}, &errs.Error{Kind: errs.Invalid, Message: "Please correct the marked fields.", Fields: reasons}
	}
	verdict, err := d.judge(ctx, r, kept)
	if err != nil {
		return Begun{}, err
	}
	if len(verdict.Warnings) > 0 && r.Asks && !r.Sure {
		return Begun{Warnings: verdict.Warnings}, nil
	}
	o, err := d.draft(ctx, newOrder(r, p, kept, d.Now()))
	if err != nil {
		return Begun{}, err
	}
	opened, err := d.Payment.Open(ctx, payment.Checkout{
		Order: o, Name: p.Name, Description: p.Tagline,
		SuccessURL: d.ShopURL + "/thank-you?session_id={CHECKOUT_SESSION_ID}",
		CancelURL:  d.ShopURL + "/products/" + p.ID,
	})
	if err != nil {
		return Begun{}, err
	}
	err = d.DB.InTx(ctx, func(tx database.Tx) error { return store.SetSession(ctx, tx, o.ID, opened.ID) })
	return Begun{OrderID: o.ID, SessionID: opened.ID, URL: opened.URL, Warnings: verdict.Warnings}, err
}

// judge screens a form whose fields are in order, and counts the verdict. Invalid for
// what is spam or an attack: the field that gave it away is named, in case it was not.
func (d *Desk) judge(ctx context.Context, r Request, kept map[string]string) (screen.Verdict, error) {
	verdict := d.Screen.Judge(screen.Form{
		Email: kept[FieldEmail], Name: kept[FieldName], TargetURL: kept[kind.FieldTargetURL], TargetName: kept[kind.FieldTargetName], Honeypot: r.Trap,
	})
	if verdict.Kind == screen.Invalid {
		return verdict, &errs.Error{Kind: errs.Invalid, Message: "Please correct the marked fields.", Fields: map[string]string{string(verdict.Field): "form.damaged"}}
	}
	err := d.DB.InTx(ctx, func(tx database.Tx) error {
		return store.CountVerdict(ctx, tx, d.Now(), string(verdict.Kind), verdict.Reason)
	})
	if err != nil || !verdict.Refused() {
		return verdict, err
	}
	refusal := &errs.Error{Kind: errs.Invalid, Message: "form.refused", Err: errors.New("screened: " + verdict.Reason)}
	if verdict.Kind == screen.Attack {
		refusal.Message, refusal.Fields = "Please correct the marked fields.", map[string]string{string(verdict.Field): "form.refused"}
	}
	return verdict, refusal
}

// draft writes the order. If the form's order exists with the same content, the form
// was posted twice and the order stands; with other content (the buyer came back and
// changed something) a new order is made, because the old session keeps the old one.
func (d *Desk) draft(ctx context.Context, o order.Order) (order.Order, error) {
	err := d.DB.InTx(ctx, func(tx database.Tx) error {
		fresh, err := store.InsertOrder(ctx, tx, o, "checkout begun")
		if err != nil || fresh {
			return err
		}
		existing, err := store.Order(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if same(existing, o) {
			o = existing
			return nil
		}
		o.ID = order.NewID()
		_, err = store.InsertOrder(ctx, tx, o, "checkout begun")
		return err
	})
	return o, err
}

func same(a, b order.Order) bool {
	return a.State == order.AwaitingPayment && a.Product == b.Product && a.CustomerEmail == b.CustomerEmail &&
		a.ContactName == b.ContactName && a.Amount == b.Amount && a.Currency == b.Currency && maps.Equal(a.Fields, b.Fields)
}

func newOrder(r Request, p catalog.Product, values map[string]string, now time.Time) order.Order {
	id, err := order.ParseID(r.Token)
	if err != nil {
		id = order.NewID()
	}
	fields := maps.Clone(values)
	delete(fields, FieldEmail)
	delete(fields, FieldName)
	return order.Order{
		ID: id, Product: p.ID, Tier: p.Tier, CustomerEmail: values[FieldEmail], ContactName: values[FieldName],
		Fields: fields, Amount: p.Price, Currency: p.Currency, Lang: r.Lang, CreatedAt: now.UTC().Truncate(time.Millisecond),
	}
}
