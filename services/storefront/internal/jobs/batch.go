package jobs

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/database"
)

// alone is how many gathered jobs are still inserted one by one, and so picked up at
// once. Beyond it there is load, and one row for all of them is cheaper.
const alone = 4

// Gathering is a transaction whose jobs are inserted together at its end: a batch of
// events would otherwise spend most of its time on the rows of the job engine.
type Gathering struct {
	database.Tx
	args []river.JobArgs
}

// Gather returns tx as one that gathers jobs. Flush must be the last thing done in it.
func Gather(tx database.Tx) *Gathering { return &Gathering{Tx: tx} }

// Flush inserts the gathered jobs: few as themselves, many as one job that starts them.
func (q *Queue) Flush(ctx context.Context, g *Gathering) error {
	if len(g.args) <= alone {
		for _, args := range g.args {
			if err := q.Enqueue(ctx, g.Tx, args, 0); err != nil {
				return err
			}
		}
		return nil
	}
	var start StartArgs
	for _, args := range g.args {
		switch args := args.(type) {
		case ProduceArgs:
			start.Produce = append(start.Produce, args)
		case SendArgs:
			start.Send = append(start.Send, args)
		default:
			if err := q.Enqueue(ctx, g.Tx, args, 0); err != nil {
				return err
			}
		}
	}
	return q.Enqueue(ctx, g.Tx, start, 0)
}

// StartWorker inserts the jobs of a batch.
type StartWorker struct {
	river.WorkerDefaults[StartArgs]
	Queue *Queue
}

// Work implements river.Worker.
func (w *StartWorker) Work(ctx context.Context, job *river.Job[StartArgs]) error {
	params := make([]river.InsertManyParams, 0, len(job.Args.Produce)+len(job.Args.Send))
	for _, args := range job.Args.Send {
		params = append(params, river.InsertManyParams{Args: args})
	}
	for _, args := range job.Args.Produce {
		params = append(params, river.InsertManyParams{Args: args})
	}
	return w.Queue.db.InTx(ctx, func(tx database.Tx) error {
		if err := w.Queue.enqueueMany(ctx, tx, params); err != nil {
			return err
		}
		return Complete(ctx, tx, job)
	})
}

func (q *Queue) enqueueMany(ctx context.Context, tx database.Tx, params []river.InsertManyParams) error {
	var err error
	switch tx := tx.(type) {
	case database.SQLiteTx:
		_, err = q.sqlite.InsertManyFastTx(context.WithoutCancel(ctx), tx.Tx, params) // see SQLiteTx
	case database.PostgresTx:
		_, err = q.postgres.InsertManyFastTx(ctx, tx.Tx, params)
	default:
		err = fmt.Errorf("unknown transaction %T", tx)
	}
	if err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(params), err)
	}
	q.bell.rings(tx, QueueMail)
	q.bell.rings(tx, QueueProduce)
	return nil
}
