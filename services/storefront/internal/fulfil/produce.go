package fulfil

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/auditapi"
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
	produceTimeout = auditapi.Timeout + 15*time.Second // the engine's limit, and storing what it made
	produceBackoff = 10 * time.Minute
	// progressEvery spaces the progress rows: fine enough for a person, and no load.
	progressEvery = 250 * time.Millisecond
)

// produceWorker makes an order's artefact and publishes it.
type produceWorker struct {
	river.WorkerDefaults[jobs.ProduceArgs]
	f *Fulfiller
}

func (*produceWorker) Timeout(*river.Job[jobs.ProduceArgs]) time.Duration { return produceTimeout }

func (*produceWorker) NextRetry(job *river.Job[jobs.ProduceArgs]) time.Time {
	return time.Now().UTC().Add(jobs.Backoff(job.Attempt, produceBackoff))
}

// Work is the step: begin, make, publish.
func (w *produceWorker) Work(ctx context.Context, job *river.Job[jobs.ProduceArgs]) error {
	o, product, ok, err := w.begin(ctx, job)
	if err != nil || !ok {
		return err
	}
	k := w.f.Kinds[product.Kind]
	made, err := k.Produce(ctx, kind.Job{
		Order: o, Product: product, Seller: w.f.Catalog.Seller, ShopURL: w.f.ShopURL,
		VerifyURL: w.f.ShopURL + "/verify/" + o.ID.ReportID(), ProofToken: w.f.Proofs.Token(o.ID), Progress: w.progress(ctx, o.ID),
	})
	var files []store.Artefact
	if err == nil {
		files, err = w.keep(ctx, o, made.Files)
	}
	if err != nil {
		return w.failed(ctx, job, o, err)
	}
	err = w.f.DB.InTx(ctx, func(tx database.Tx) error {
		if err := w.publish(ctx, tx, o.ID, product, files, made.Report); err != nil {
			return err
		}
		return endRun(ctx, tx, job, string(o.ID))
	})
	if errs.KindOf(err) == errs.Conflict {
		return w.f.drop(ctx, job.Kind, string(o.ID)) // refunded or held while we worked: nothing is published
	}
	return err
}

// begin moves the order to Working. ok is false when there is nothing to do any
// more: somebody else did it, or the order was taken out of delivery.
func (w *produceWorker) begin(ctx context.Context, job *river.Job[jobs.ProduceArgs]) (o order.Order, p catalog.Product, ok bool, err error) {
	crashed := false
	err = w.f.DB.InTx(ctx, func(tx database.Tx) error {
		o, err = store.Order(ctx, tx, job.Args.OrderID)
		if err != nil {
			return err
		}
		switch o.State {
		case order.Paid:
			o.State = order.Working
			err = w.start(ctx, tx, o)
		case order.Working: // begun before, by an attempt that did not get through
		default:
			return jobs.Complete(ctx, tx, job)
		}
		if err != nil {
			return err
		}
		crashed, err = w.f.beginRun(ctx, tx, job.Kind, string(o.ID))
		ok = err == nil
		return err
	})
	if err != nil || !ok {
		return o, p, false, err
	}
	if crashed {
		return o, p, false, w.failed(ctx, job, o, errCrashes)
	}
	if p, ok = w.f.Catalog.Product(o.Product); !ok {
		return o, p, false, w.failed(ctx, job, o, errs.New(errs.Unprocessable, "The product %q is no longer in the catalogue.", o.Product))
	}
	return o, p, true, nil
}

// stillWorking reads the order again when its work is done, and locks it: the buyer may
// have corrected the address meanwhile. Conflict when it has been taken out of delivery.
func (w *produceWorker) stillWorking(ctx context.Context, tx database.Tx, id order.ID) (order.Order, error) {
	o, err := store.LockOrder(ctx, tx, id)
	if err == nil && o.State != order.Working {
		return o, errs.New(errs.Conflict, "The order is %s meanwhile.", o.State)
	}
	return o, err
}

// start moves the order to Working, and counts the purchase of its customer, who may
// be a returning one.
func (w *produceWorker) start(ctx context.Context, tx database.Tx, o order.Order) error {
	if err := store.Advance(ctx, tx, o.ID, order.Paid, order.Working, w.f.Now(), "work begun"); err != nil {
		return err
	}
	return store.CountPurchase(ctx, tx, o.CustomerEmail, o.ContactName, o.PaidAt)
}

// keep stores the files. Their names are hashes, so a second run overwrites nothing.
func (w *produceWorker) keep(ctx context.Context, o order.Order, made []kind.File) ([]store.Artefact, error) {
	var files []store.Artefact
	for _, file := range made {
		stored, err := w.f.Blobs.Put(ctx, file.Content, file.ContentType)
		if err != nil {
			return nil, err
		}
		role := store.RoleGoods
		if file.Internal {
			role = store.RoleData
		}
		files = append(files, store.Artefact{
			OrderID: o.ID, Name: file.Name, Role: role, ContentType: file.ContentType,
			Size: stored.Size, SHA256: stored.SHA256, BlobKey: stored.Key, CreatedAt: w.f.Now(),
		})
	}
	return files, nil
}

// publish is the one transaction at the end: artefacts, report, grants, the move to
// Ready, and the delivery mail with its job.
func (w *produceWorker) publish(ctx context.Context, tx database.Tx, id order.ID, p catalog.Product, files []store.Artefact, report *auditapi.Report) error {
	o, err := w.stillWorking(ctx, tx, id)
	if err != nil {
		return err
	}
	detail := "ready"
	var grantID string
	for _, file := range files {
		a, err := store.InsertArtefact(ctx, tx, file)
		if err != nil {
			return err
		}
		if a.Role != store.RoleGoods {
			continue
		}
		g, err := w.f.grant(ctx, tx, p, a)
		if err != nil {
			return err
		}
		if grantID == "" {
			grantID = g.ID
			if report != nil {
				detail = fmt.Sprintf("report %s: grade %s, %d findings", report.ReportID, report.Grade, len(report.Findings))
				if err := store.InsertReport(ctx, tx, conclusion(o, a, report)); err != nil {
					return err
				}
			}
		}
	}
	if err := store.Advance(ctx, tx, o.ID, order.Working, order.Ready, w.f.Now(), detail); err != nil {
		return err
	}
	if _, err := w.f.intend(ctx, tx, o, store.PurposeDelivery, w.f.Kinds[p.Kind].Template(), grantID); err != nil {
		return err
	}
	return w.f.Alerts.Resolve(ctx, tx, o, alert.ReasonProduce)
}

func conclusion(o order.Order, pdf store.Artefact, r *auditapi.Report) store.Report {
	summary := map[string]int{}
	for severity, n := range r.Summary {
		summary[string(severity)] = n
	}
	return store.Report{
		ReportID: o.ID.ReportID(), OrderID: o.ID, Target: r.Target, Grade: r.Grade, Score: r.Score,
		Summary: summary, SHA256: pdf.SHA256, IssuedAt: r.FinishedAt,
	}
}

// grant gives the right to fetch a, as the product's kind has it.
func (f *Fulfiller) grant(ctx context.Context, tx database.Tx, p catalog.Product, a store.Artefact) (store.Grant, error) {
	uses, life := f.Kinds[p.Kind].Grant(p)
	now := f.Now()
	return store.InsertGrant(ctx, tx, store.Grant{
		OrderID: a.OrderID, ArtefactID: a.ID, MaxUses: uses, CreatedAt: now, ExpiresAt: now.Add(life),
	})
}

// progress returns the function that a kind reports through. Rows are spaced; the
// newest is never older than progressEvery. A row that cannot be written is not
// worth failing an order for.
func (w *produceWorker) progress(ctx context.Context, id order.ID) func(string, string, int, int) {
	var mu sync.Mutex
	var last time.Time
	return func(check, title string, done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(last) < progressEvery && done < total {
			return
		}
		last = time.Now()
		err := w.f.DB.InTx(ctx, func(tx database.Tx) error {
			return store.SetProgress(ctx, tx, id, store.Progress{Check: check, Title: title, Done: done, Total: total, UpdatedAt: w.f.Now()})
		})
		if err != nil {
			w.f.Log.Warn("progress not stored", "order_id", id, "error", err)
		}
	}
}

// failed decides what a failure means: a snooze, another try, a proof that is
// missing, or the end.
func (w *produceWorker) failed(ctx context.Context, job *river.Job[jobs.ProduceArgs], o order.Order, cause error) error {
	outcome := judge(ctx, cause, job.Attempt, job.MaxAttempts)
	if outcome.interrupted {
		return w.f.interrupted(ctx, job.Kind, string(o.ID))
	}
	a := alert.Alert{Order: o, Reason: alert.ReasonProduce, What: what(cause), State: store.AlertRetrying, Tried: outcome.tried}
	if !outcome.final {
		a.ToDo = "Nothing yet. Look at the audit-engine if this does not resolve itself."
		if err := w.f.retrying(ctx, job.Kind, string(o.ID), a); err != nil {
			return err
		}
		return outcome.retry(cause)
	}
	a.State, a.ToDo = store.AlertNeedsPerson, "Write to the customer; then retry the order or refund it."
	if code(cause) == auditapi.CodeOwnershipUnproven {
		return w.askForProof(ctx, job, o)
	}
	err := w.f.DB.InTx(ctx, func(tx database.Tx) error {
		if err := store.Advance(ctx, tx, o.ID, order.Working, order.Failed, w.f.Now(), what(cause)); err != nil {
			return err
		}
		if e := errs.From(cause); e.Kind == errs.Unprocessable && e.Code != "" { // the page has a text for each of the engine's refusals
			if err := store.Note(ctx, tx, o.ID, w.f.Now(), order.EntryReason, "refusal."+e.Code); err != nil {
				return err
			}
		}
		if err := w.f.Alerts.Raise(ctx, tx, a); err != nil {
			return err
		}
		return endRun(ctx, tx, job, string(o.ID))
	})
	if errs.KindOf(err) == errs.Conflict {
		return w.f.drop(ctx, job.Kind, string(o.ID))
	}
	return err
}

// askForProof lets the order wait for its buyer, and tells them how to prove control of
// the target.
func (w *produceWorker) askForProof(ctx context.Context, job *river.Job[jobs.ProduceArgs], o order.Order) error {
	err := w.f.DB.InTx(ctx, func(tx database.Tx) error {
		o, err := w.stillWorking(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if err := store.Advance(ctx, tx, o.ID, order.Working, order.AwaitingProof, w.f.Now(), "the buyer must prove control of the target"); err != nil {
			return err
		}
		if _, err = w.f.intend(ctx, tx, o, store.PurposeProof, mailapi.TemplateProof, ""); err != nil {
			return err
		}
		return endRun(ctx, tx, job, string(o.ID))
	})
	if errs.KindOf(err) == errs.Conflict {
		return w.f.drop(ctx, job.Kind, string(o.ID))
	}
	return err
}
