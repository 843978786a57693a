package fulfil

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const notifyBackoff = 30 * time.Minute

// notifyWorker sends one alert to one notification channel. Its failures raise no
// alert, which would never end: the mail says the same, and the log says the rest.
type notifyWorker struct {
	river.WorkerDefaults[jobs.NotifyArgs]
	f *Fulfiller
}

func (*notifyWorker) NextRetry(job *river.Job[jobs.NotifyArgs]) time.Time {
	return time.Now().UTC().Add(jobs.Backoff(job.Attempt+1, notifyBackoff))
}

// Work is the step. A text may come twice when the process dies right after it: chats
// know no idempotency keys.
func (w *notifyWorker) Work(ctx context.Context, job *river.Job[jobs.NotifyArgs]) error {
	m, err := store.MessageByID(ctx, w.f.DB.Read(), job.Args.MessageID)
	if err != nil {
		return err
	}
	channel, ok := w.f.Alerts.Channels.ByKey(job.Args.Channel)
	if !ok {
		w.f.Log.Warn("alert not sent, its channel is no longer in ALERT_URLS", "order_id", m.OrderID, "message_id", m.ID)
		return nil
	}
	var data mailapi.Alert
	if err := json.Unmarshal([]byte(m.Data), &data); err != nil {
		return river.JobCancel(fmt.Errorf("decode the alert: %w", err))
	}
	title, text := alert.Text(data)
	if err := channel.Send(ctx, title, text); err != nil {
		return w.failed(ctx, job, m, channel.Scheme, err)
	}
	w.f.Log.Info("alert sent", "order_id", m.OrderID, "message_id", m.ID, "channel", channel.Scheme)
	return nil
}

// failed logs the failure; the last one is noted with the order too, so that nobody
// takes the alert for read.
func (w *notifyWorker) failed(ctx context.Context, job *river.Job[jobs.NotifyArgs], m store.Message, scheme string, cause error) error {
	if judge(ctx, cause, job.Attempt, job.MaxAttempts).interrupted {
		return river.JobSnooze(0)
	}
	final := job.Attempt >= job.MaxAttempts
	w.f.Log.Warn("alert not sent", "order_id", m.OrderID, "message_id", m.ID, "channel", scheme, "attempt", job.Attempt, "final", final, "error", cause)
	if !final || m.OrderID == "" {
		return cause
	}
	err := w.f.DB.InTx(ctx, func(tx database.Tx) error {
		return store.Note(ctx, tx, m.OrderID, w.f.Now(), order.EntryAlert, "not sent by "+scheme+": "+cause.Error())
	})
	if err != nil {
		return err
	}
	return cause
}
