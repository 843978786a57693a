package fulfil

import (
	"context"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/store"
)

// maxCrashes is how often the process may die in one step before that step is taken
// out: a poisoned order must not keep the others from being served.
const maxCrashes = 3

// errCrashes ends a step that has killed its process too often.
var errCrashes = errs.New(errs.Unprocessable, "The program has crashed %d times in this step; the order is set aside so that the others go on.", maxCrashes)

// A run is a step between its begin and its end. One that ends in any way that we
// see, well or not, leaves nothing behind; what is left belongs to a process that was
// killed.

// beginRun reports whether the step has crashed too often to be begun again.
func (f *Fulfiller) beginRun(ctx context.Context, tx database.Tx, step, subject string) (crashed bool, err error) {
	starts, err := store.BeginRun(ctx, tx, step, subject)
	return starts > maxCrashes, err
}

// endRun completes the job and ends its run.
func endRun[A river.JobArgs](ctx context.Context, tx database.Tx, job *river.Job[A], subject string) error {
	if err := store.EndRun(ctx, tx, job.Kind, subject); err != nil {
		return err
	}
	return jobs.Complete(ctx, tx, job)
}

// retrying ends a run whose step will be tried again, and raises its alert.
func (f *Fulfiller) retrying(ctx context.Context, step, subject string, a alert.Alert) error {
	return f.DB.InTx(ctx, func(tx database.Tx) error {
		if err := store.EndRun(ctx, tx, step, subject); err != nil {
			return err
		}
		return f.Alerts.Raise(ctx, tx, a)
	})
}

// interrupted ends the run of a step that our own stop has cut, and lets the next
// process begin it again at once.
func (f *Fulfiller) interrupted(ctx context.Context, step, subject string) error {
	if err := f.forget(ctx, step, subject); err != nil {
		return err
	}
	return river.JobSnooze(0)
}

// drop ends a job whose order moved on meanwhile, for example because it was
// refunded: its result must not be published.
func (f *Fulfiller) drop(ctx context.Context, step, subject string) error {
	f.Log.Info("step dropped, the order has moved on", "job", step, "subject", subject)
	return f.forget(ctx, step, subject)
}

func (f *Fulfiller) forget(ctx context.Context, step, subject string) error {
	ctx = context.WithoutCancel(ctx)
	return f.DB.InTx(ctx, func(tx database.Tx) error { return store.EndRun(ctx, tx, step, subject) })
}
