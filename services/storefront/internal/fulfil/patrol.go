package fulfil

import (
	"context"
	"fmt"
	"sync"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const (
	sweepEvery    = time.Minute
	deadlineEvery = 15 * time.Second
	// sweepGrace keeps the sweeper off orders that have only just moved: their job is
	// in the transaction that is being committed.
	sweepGrace  = 30 * time.Second
	taskTimeout = 10 * time.Minute
	// patrolBatch bounds one round; what is left is found in the next.
	patrolBatch = 500
)

// Task is something that is done again and again, by one of the processes.
type Task struct {
	Name  string
	Every time.Duration
	Do    func(context.Context) error
}

// Tasks are the fulfiller's own: finding orders whose job is gone, orders that are late,
// and proofs that orders wait for; telling what was folded.
func (f *Fulfiller) Tasks() []Task {
	return []Task{
		{Name: "sweep", Every: sweepEvery, Do: f.Sweep},
		{Name: "deadline", Every: deadlineEvery, Do: f.Deadlines},
		{Name: "digest", Every: alert.DigestEvery, Do: f.Digest},
		{Name: "proof", Every: proofEvery, Do: f.LookForProofs},
	}
}

// Patrol does the tasks until ctx ends, each on its own, so that a slow one does not
// hold the others up. Of several processes one takes each round.
func Patrol(ctx context.Context, f *Fulfiller, tasks []Task) error {
	var group sync.WaitGroup
	for _, task := range tasks {
		group.Go(func() { f.patrol(ctx, task) })
	}
	group.Wait()
	return nil
}

func (f *Fulfiller) patrol(ctx context.Context, task Task) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limit, cancel := context.WithTimeout(ctx, taskTimeout)
		err := f.round(limit, task)
		cancel()
		if err != nil && ctx.Err() == nil {
			f.Log.Error("periodic task failed", "task", task.Name, "error", err)
		}
	}
}

func (f *Fulfiller) round(ctx context.Context, task Task) error {
	due := false
	err := f.DB.InTx(ctx, func(tx database.Tx) (err error) {
		due, err = store.Claim(ctx, tx, task.Name, task.Every, f.Now())
		return err
	})
	if err != nil || !due {
		return err
	}
	return task.Do(ctx)
}

// Sweep enqueues again what an order waits for and no job is doing. The job engine's
// rows may get lost or be discarded; the ledger says what is still owed.
func (f *Fulfiller) Sweep(ctx context.Context) error {
	return f.DB.InTx(ctx, func(tx database.Tx) error {
		ids, err := store.Forgotten(ctx, tx, f.Now().Add(-sweepGrace), patrolBatch)
		if err != nil {
			return err
		}
		for _, id := range ids {
			o, err := store.Order(ctx, tx, id)
			if err != nil {
				return err
			}
			f.Log.Warn("order had no job, enqueued again", "order_id", id, "state", o.State)
			if err := f.resume(ctx, tx, o); err != nil {
				return err
			}
		}
		mails, err := store.ForgottenMail(ctx, tx, f.Now().Add(-sweepGrace), patrolBatch)
		if err != nil {
			return err
		}
		for _, id := range mails {
			f.Log.Warn("mail had no job, enqueued again", "message_id", id)
			if err := f.Queue.Enqueue(ctx, tx, jobs.SendArgs{MessageID: id}, 0); err != nil {
				return err
			}
		}
		return nil
	})
}

// Digest tells together the alerts that were too many to be told singly.
func (f *Fulfiller) Digest(ctx context.Context) error {
	return f.DB.InTx(ctx, func(tx database.Tx) error { return f.Alerts.Digest(ctx, tx) })
}

// Deadlines raises an alert for every order that was not sent within its product's
// promise, even if nothing has failed.
func (f *Fulfiller) Deadlines(ctx context.Context) error {
	for _, p := range f.Catalog.Products {
		late, err := store.Late(ctx, f.DB.Read(), p.ID, f.Now().Add(-p.Promise), patrolBatch)
		if err != nil {
			return err
		}
		for _, id := range late {
			if err := f.late(ctx, id, p.Promise); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *Fulfiller) late(ctx context.Context, id order.ID, promise time.Duration) error {
	return f.DB.InTx(ctx, func(tx database.Tx) error {
		o, err := store.Order(ctx, tx, id)
		if err != nil {
			return err
		}
		if o.State != order.Paid && o.State != order.Working && o.State != order.Ready {
			return nil // it has gone on since it was found late
		}
		return f.Alerts.Raise(ctx, tx, alert.Alert{
			Order: o, Reason: alert.ReasonDeadline, State: store.AlertNeedsPerson,
			What:  fmt.Sprintf("The order is not sent, although %s were promised and it was paid at %s. It is %s.", promise, o.PaidAt.Format(time.TimeOnly), o.State),
			Tried: "It goes on by itself if it can.", ToDo: "Look at its timeline: what does it wait for? Tell the customer when it will take longer.",
		})
	})
}
