package fulfil

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const (
	proofEvery = 3 * time.Minute
	// proofPerson is when a person is asked to help.
	proofPerson = 7 * 24 * time.Hour
	// proofBatch bounds one round; the longest waiting come first.
	proofBatch = 100
)

// reminders are how long an order waits before its buyer is reminded of the proof.
var reminders = []time.Duration{24 * time.Hour, 3 * 24 * time.Hour}

// LookForProofs looks at every order that waits for a proof, and lets it go on where
// there is one. Buyers are reminded, and after a week a person is asked to help.
func (f *Fulfiller) LookForProofs(ctx context.Context) error {
	orders, err := store.AwaitingProof(ctx, f.DB.Read(), proofBatch)
	if err != nil {
		return err
	}
	for _, o := range orders {
		proven, err := f.LookForProof(ctx, o)
		if err != nil { // the site or the engine does not answer: it is looked at again
			f.Log.Warn("proof not looked for", "order_id", o.ID, "error", err)
		}
		if !proven {
			if err := f.remind(ctx, o); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// LookForProof looks once, and lets the order go on if control is proven. Errors are the
// kind's.
func (f *Fulfiller) LookForProof(ctx context.Context, o order.Order) (bool, error) {
	p, ok := f.Catalog.Product(o.Product)
	if !ok || o.State != order.AwaitingProof {
		return false, nil
	}
	proof, err := f.Kinds[p.Kind].Prove(ctx, kind.Job{Order: o, Product: p, ProofToken: f.Proofs.Token(o.ID)})
	if err != nil || !proof.Proven {
		return false, err
	}
	err = f.DB.InTx(ctx, func(tx database.Tx) error {
		if err := store.Advance(ctx, tx, o.ID, order.AwaitingProof, order.Working, f.Now(), "control is proven: "+proof.Detail); err != nil {
			return err
		}
		if err := f.Alerts.Resolve(ctx, tx, o, alert.ReasonProof); err != nil {
			return err
		}
		return f.Queue.Enqueue(ctx, tx, jobs.ProduceArgs{OrderID: o.ID}, 0)
	})
	if errs.KindOf(err) == errs.Conflict {
		return true, nil // another look was faster
	}
	return err == nil, err
}

// remind does what the order's wait calls for by now, each once.
func (f *Fulfiller) remind(ctx context.Context, o order.Order) error {
	return f.DB.InTx(ctx, func(tx database.Tx) error {
		o, err := store.LockOrder(ctx, tx, o.ID)
		if err != nil || o.State != order.AwaitingProof {
			return err
		}
		waited := f.Now().Sub(o.StateAt)
		for n, after := range reminders {
			if waited < after {
				return nil
			}
			if _, err := f.intend(ctx, tx, o, store.PurposeReminder+strconv.Itoa(n+1), mailapi.TemplateProof, ""); err != nil {
				return err
			}
		}
		if waited < proofPerson {
			return nil
		}
		return f.Alerts.Raise(ctx, tx, alert.Alert{
			Order: o, Reason: alert.ReasonProof, State: store.AlertNeedsPerson, What: "The buyer has not proven control of the target for a week.",
			Tried: "They were told how, and reminded twice. It is looked for again every few minutes.", ToDo: "Write to the customer, or refund the order.",
		})
	})
}

// ProofOf is where and with what the order's buyer proves control; the domain is empty
// where no DNS record can.
func (f *Fulfiller) ProofOf(o order.Order) (host, domain, token string) {
	u, err := url.Parse(o.Fields[kind.FieldTargetURL])
	if err != nil {
		return "", "", f.Proofs.Token(o.ID)
	}
	domain, err = publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	if err != nil {
		domain = "" // an address, or a suffix that strangers share
	}
	return u.Host, domain, f.Proofs.Token(o.ID)
}

func (f *Fulfiller) proofMail(m store.Message, o order.Order, p catalog.Product) mailapi.Proof {
	host, domain, token := f.ProofOf(o)
	return mailapi.Proof{Seller: f.Seller, Order: f.shown(o, p), Domain: domain, Host: host, Token: token, Reminder: strings.HasPrefix(m.Purpose, store.PurposeReminder)}
}
