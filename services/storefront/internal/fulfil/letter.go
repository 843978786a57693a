package fulfil

import (
	"context"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/store"
)

// Letter composes a mail that belongs to no order, the same whenever it is called; it
// reports false when there is nothing to send, or no longer.
type Letter func(ctx context.Context, m store.Message) (mail mailapi.Send, wanted bool, err error)

// unwanted ends the intent of a mail that is not to be sent.
func (w *sendWorker) unwanted(ctx context.Context, job *river.Job[jobs.SendArgs], id string) error {
	return w.f.DB.InTx(ctx, func(tx database.Tx) error {
		err := store.AdvanceMessage(ctx, tx, id, store.MessageMove{
			From: mailapi.StateQueued, To: store.Cancelled, Detail: "there was nothing to send", At: w.f.Now(),
		})
		if err != nil {
			return err
		}
		return endRun(ctx, tx, job, id)
	})
}
