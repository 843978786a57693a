package fulfil

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const sendBackoff = 30 * time.Minute

// sendWorker hands one intended mail to the mailer.
type sendWorker struct {
	river.WorkerDefaults[jobs.SendArgs]
	f *Fulfiller
}

func (*sendWorker) NextRetry(job *river.Job[jobs.SendArgs]) time.Time {
	return time.Now().UTC().Add(jobs.Backoff(job.Attempt, sendBackoff))
}

// Work is the step: take the intent, send under its key, note the outcome. A crash
// after the mailer's answer repeats the call with the same key, which sends nothing.
func (w *sendWorker) Work(ctx context.Context, job *river.Job[jobs.SendArgs]) error {
	m, o, ok, err := w.take(ctx, job)
	if err != nil || !ok {
		return err
	}
	mail, wanted, err := w.f.compose(ctx, m, o)
	if err == nil && !wanted {
		return w.unwanted(ctx, job, m.ID)
	}
	var sent *mailapi.Message
	if err == nil {
		sent, err = w.f.Mailer.Send(ctx, m.ID, mail)
	}
	if err != nil {
		return w.failed(ctx, job, m, o, err)
	}
	return w.f.DB.InTxRetry(ctx, func(tx database.Tx) error {
		if err := w.sent(ctx, tx, m.ID, sent); err != nil {
			return err
		}
		return endRun(ctx, tx, job, m.ID)
	})
}

// take re-checks the order's state right before the mail goes out: a mail that the
// order no longer allows is cancelled.
func (w *sendWorker) take(ctx context.Context, job *river.Job[jobs.SendArgs]) (m store.Message, o order.Order, ok bool, err error) {
	crashed := false
	err = w.f.DB.InTx(ctx, func(tx database.Tx) error {
		if m, o, err = store.LockMessage(ctx, tx, job.Args.MessageID); err != nil {
			return err
		}
		if m.State == store.Cancelled { // while it was tried, which may have raised an alert
			return w.cancelled(ctx, tx, job, m, o)
		}
		if m.State != mailapi.StateQueued {
			return jobs.Complete(ctx, tx, job)
		}
		if allowed(m, o) {
			crashed, err = w.f.beginRun(ctx, tx, job.Kind, m.ID)
			ok = err == nil
			return err
		}
		if o.State == order.Held { // it waits; release enqueues it again
			return jobs.Complete(ctx, tx, job)
		}
		err := store.AdvanceMessage(ctx, tx, m.ID, store.MessageMove{
			From: mailapi.StateQueued, To: store.Cancelled, Detail: "the order is " + string(o.State), At: w.f.Now(),
		})
		if err != nil {
			return err
		}
		return w.cancelled(ctx, tx, job, m, o)
	})
	if err == nil && crashed {
		return m, o, false, w.failed(ctx, job, m, o, errCrashes)
	}
	return m, o, ok, err
}

// cancelled ends the job of a mail that is not to be sent, and the alert about it.
func (w *sendWorker) cancelled(ctx context.Context, tx database.Tx, job *river.Job[jobs.SendArgs], m store.Message, o order.Order) error {
	if err := w.f.Alerts.Close(ctx, tx, o, alert.ReasonMail+m.Purpose, "The mail is not wanted any more."); err != nil {
		return err
	}
	return jobs.Complete(ctx, tx, job)
}

// allowed reports whether the order's state still wants the mail.
func allowed(m store.Message, o order.Order) bool {
	switch {
	case m.Template == mailapi.TemplateAlert, m.OrderID == "":
		return true
	case m.Template == mailapi.TemplateProof:
		return o.State == order.AwaitingProof
	case m.Template == mailapi.TemplateReceipt:
		return !o.PaidAt.IsZero() && o.State != order.Refunded && o.State != order.Held
	default:
		return o.State.Deliverable()
	}
}

// sent notes the mailer's answer, and follows the mail if more is to be heard of it.
// Message and order are read again: a refund may have come while the mail was under
// way, and what went out went out; or another job has noted the same mail.
func (w *sendWorker) sent(ctx context.Context, tx database.Tx, messageID string, answer *mailapi.Message) error {
	m, o, err := store.LockMessage(ctx, tx, messageID)
	if err != nil {
		return err
	}
	if m.State != mailapi.StateQueued && m.State != store.Cancelled {
		return nil
	}
	if err := w.f.outcome(ctx, tx, m, o, answer); err != nil {
		return err
	}
	// A sign-in link is asked for again when it does not come, and soon forgotten.
	if answer.Confirms && answer.State == mailapi.StateAccepted && m.Template != mailapi.TemplateLogin {
		return w.f.Queue.Enqueue(ctx, tx, jobs.ConfirmArgs{MessageID: m.ID}, confirmFirst)
	}
	return nil
}

// failed decides what a failure means. The mailer cannot send a mail about its own
// failure, so the alert's mail waits with all others until it can.
func (w *sendWorker) failed(ctx context.Context, job *river.Job[jobs.SendArgs], m store.Message, o order.Order, cause error) error {
	outcome := judge(ctx, cause, job.Attempt, job.MaxAttempts)
	if outcome.interrupted {
		return w.f.interrupted(ctx, job.Kind, m.ID)
	}
	a := alert.Alert{
		Order: o, Reason: alert.ReasonMail + m.Purpose, State: store.AlertRetrying, What: "The " + name(m) + " cannot be sent: " + what(cause), Tried: outcome.tried,
		ToDo: "Nothing yet. Look at the mailer if this does not resolve itself.",
	}
	if !outcome.final {
		end := w.f.retrying
		if m.OrderID == "" || m.Template == mailapi.TemplateAlert { // an alert about an alert would never end, and letters wait for the mailer with all others
			end = func(ctx context.Context, step, subject string, _ alert.Alert) error {
				return w.f.forget(ctx, step, subject)
			}
		}
		if err := end(ctx, job.Kind, m.ID, a); err != nil {
			return err
		}
		return outcome.retry(cause)
	}
	a.State, a.ToDo = store.AlertNeedsPerson, "Reach the customer another way, correct the address, and send the mail again. The goods are on the order page."
	return w.f.DB.InTxRetry(ctx, func(tx database.Tx) error {
		m, o, err := store.LockMessage(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if m.State != mailapi.StateQueued { // cancelled meanwhile
			return endRun(ctx, tx, job, m.ID)
		}
		err = store.AdvanceMessage(ctx, tx, m.ID, store.MessageMove{
			From: mailapi.StateQueued, To: mailapi.StateFailed, Detail: what(cause), At: w.f.Now(),
		})
		if err != nil {
			return err
		}
		if err := w.givenUp(ctx, tx, m, o, a); err != nil {
			return err
		}
		return endRun(ctx, tx, job, m.ID)
	})
}

// givenUp tells of a mail that will not go out, if anybody waits for it who cannot
// help themselves.
func (w *sendWorker) givenUp(ctx context.Context, tx database.Tx, m store.Message, o order.Order, a alert.Alert) error {
	switch m.Template {
	case mailapi.TemplateAlert, mailapi.TemplateLogin:
		return nil
	case mailapi.TemplateContact:
		a.Reason, a.ToDo = alert.ReasonMail+m.Template, "Read the message in the console and answer it from there."
		return w.f.Alerts.Raise(ctx, tx, a)
	default:
		return w.f.undeliverable(ctx, tx, m, o, a)
	}
}
