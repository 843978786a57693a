package fulfil

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/store"
)

const (
	confirmFirst = 2 * time.Second
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
	return w.f.DB.InTxRetry(ctx, func(tx database.Tx) error {
		m, o, err := store.LockMessage(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if answer.State != m.State {
			if err := w.f.outcome(ctx, tx, m, o, answer); err != nil {
				return err
			}
		}
		return jobs.Complete(ctx, tx, job)
	})
}
