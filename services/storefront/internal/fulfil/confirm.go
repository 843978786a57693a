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

const (
	confirmFirst = 5 * time.Second
	// confirmFor is how long a mail is followed. No word after three days is not an
	// error: some receiving servers never tell.
	confirmFor = 72 * time.Hour
)

// confirmWorker follows a mail until the receiving server took or refused it.
type confirmWorker struct {
	river.WorkerDefaults[jobs.ConfirmArgs]
	f *Fulfiller
}

func (*confirmWorker) NextRetry(job *river.Job[jobs.ConfirmArgs]) time.Time {
	return time.Now().UTC().Add(jobs.Backoff(job.Attempt, sendBackoff))
}

// Work asks once; as long as there is no news, it snoozes ever longer.
func (w *confirmWorker) Work(ctx context.Context, job *river.Job[jobs.ConfirmArgs]) error {
	m, err := store.MessageByID(ctx, w.f.DB.Read(), job.Args.MessageID)
	if err != nil {
		return err
	}
	answer, err := w.f.Mailer.Message(ctx, m.MailerID)
	if err != nil {
		if judge(ctx, err, job.Attempt, job.MaxAttempts).interrupted {
			return river.JobSnooze(0)
		}
		return err
	}
	if answer.State == m.State {
		age := w.f.Now().Sub(m.UpdatedAt)
		if age > confirmFor {
			return nil
		}
		return river.JobSnooze(max(confirmFirst, age/2))
	}
	return w.f.DB.InTx(ctx, func(tx database.Tx) error {
		if err := w.note(ctx, tx, m, answer); err != nil {
			return err
		}
		return jobs.Complete(ctx, tx, job)
	})
}

// note writes the news to the message and, for the mail with the goods, to the order.
func (w *confirmWorker) note(ctx context.Context, tx database.Tx, m store.Message, answer *mailapi.Message) error {
	now := w.f.Now()
	if err := store.AdvanceMessage(ctx, tx, m.ID, m.State, answer.State, "", answer.Provider, now); err != nil {
		return err
	}
	o, err := store.Order(ctx, tx, m.OrderID)
	if err != nil {
		return err
	}
	if err := store.Note(ctx, tx, o.ID, now, order.EntryMail, name(m)+" "+answer.State); err != nil {
		return err
	}
	switch answer.State {
	case mailapi.StateDelivered:
		if m.Purpose == store.PurposeDelivery && o.State == order.Sent {
			return store.Advance(ctx, tx, o.ID, order.Sent, order.Delivered, now, "confirmed by the receiving server")
		}
		return nil
	case mailapi.StateBounced, mailapi.StateComplained, mailapi.StateFailed:
		return w.f.undeliverable(ctx, tx, m, o, alert.Alert{
			Order: o, Reason: alert.ReasonBounce, State: store.AlertNeedsPerson, What: "The " + name(m) + " was " + answer.State + ".",
			Tried: "It is not sent again by itself.", ToDo: "Reach the customer another way. The goods are on the order page.", Artefact: w.f.orderURL(o),
		})
	default:
		return nil
	}
}
