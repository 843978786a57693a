// Package jobs runs the fulfilment steps on River, over SQLite or PostgreSQL. The
// ledger is the truth and River only does the running: its rows come and go, so
// nothing is decided from them, and job arguments hold ids only.
package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"doorstep.example/pkg/database"
)

// Queues. Mails and short steps never wait behind audits, which take a minute each,
// nor behind a chat that does not answer.
const (
	QueueMail    = "mail"
	QueueProduce = "produce"
	QueueNotify  = "notify"
)

const (
	mailWorkers   = 10
	notifyWorkers = 3
	pollInterval  = time.Second           // for jobs whose time has come, and those of other processes; the bell tells of our own
	fetchCooldown = 10 * time.Millisecond // bounds the rate of fetches, and so how long a job waits under load
	jobTimeout    = 75 * time.Second      // a step that has no timeout of its own: one mail
	rescueAfter   = jobTimeout + 15*time.Second
	softStop      = 5 * time.Second  // a mail under way may finish; an audit is cut, and begun again
	stopTimeout   = 15 * time.Second // within the 20 s that a SIGTERM may take
)

// Queue inserts jobs and works them.
type Queue struct {
	db       *database.DB
	workers  int
	bell     *bell
	sqlite   *river.Client[*sql.Tx]
	postgres *river.Client[pgx.Tx]
}

// New returns a queue; jobs can be inserted after Open. workers is how many artefacts
// are made at the same time; with 0 this process works nothing and leaves the jobs to
// others.
func New(db *database.DB, workers int) *Queue {
	return &Queue{db: db, workers: workers, bell: &bell{ears: map[*listener]bool{}}}
}

// Open brings River's tables up to date and registers the workers. Every process
// registers every kind: River's leader discards stuck jobs of kinds it does not know.
func (q *Queue) Open(ctx context.Context, log *slog.Logger, workers *river.Workers) error {
	config := &river.Config{
		Workers:              workers,
		Logger:               quiet(log),
		FetchPollInterval:    pollInterval,
		FetchCooldown:        fetchCooldown,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      softStop,
	}
	if q.workers > 0 {
		config.Queues = map[string]river.QueueConfig{
			QueueMail:    {MaxWorkers: mailWorkers},
			QueueNotify:  {MaxWorkers: notifyWorkers},
			QueueProduce: {MaxWorkers: q.workers},
		}
	}
	var err error
	if q.db.Kind == database.Postgres {
		q.postgres, err = open(ctx, audible[pgx.Tx]{Driver: riverpgxv5.New(q.db.Pool), bell: q.bell}, config)
	} else {
		q.sqlite, err = open(ctx, audible[*sql.Tx]{Driver: riversqlite.New(q.db.Writer), bell: q.bell, poll: true}, config)
	}
	return err
}

func open[Tx any](ctx context.Context, driver riverdriver.Driver[Tx], config *river.Config) (*river.Client[Tx], error) {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: config.Logger})
	if err != nil {
		return nil, fmt.Errorf("open the job engine's migrations: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("migrate the job engine: %w", err)
	}
	client, err := river.NewClient(driver, config)
	if err != nil {
		return nil, fmt.Errorf("open the job engine: %w", err)
	}
	return client, nil
}

// Run works jobs until ctx ends, then waits for those under way.
func (q *Queue) Run(ctx context.Context) error {
	if q.workers == 0 {
		<-ctx.Done()
		return nil
	}
	if err := q.takeUp(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	start, stop := q.lifecycle()
	if err := start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the job engine: %w", err)
	}
	<-ctx.Done()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := stop(limit); err != nil {
		return fmt.Errorf("stop the job engine: %w", err)
	}
	return nil
}

// lifecycle returns the functions of whichever client there is.
func (q *Queue) lifecycle() (start, stop func(context.Context) error) {
	if q.postgres != nil {
		return q.postgres.Start, q.postgres.Stop
	}
	return q.sqlite.Start, q.sqlite.Stop
}

// takeUp frees the jobs that a killed process left running. Only SQLite can do it
// at once, because its lock file proves that no other process works them; on
// PostgreSQL the rescuer does it after the job's timeout.
func (q *Queue) takeUp(ctx context.Context) error {
	if q.db.Kind != database.SQLite {
		return nil
	}
	return q.db.InTx(ctx, func(tx database.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'`); err != nil {
			return fmt.Errorf("take up interrupted jobs: %w", err)
		}
		return nil
	})
}

// Enqueue inserts a job in tx: it exists if, and only if, tx commits.
func (q *Queue) Enqueue(ctx context.Context, tx database.Tx, args river.JobArgs, delay time.Duration) error {
	if g, ok := tx.(*Gathering); ok && delay == 0 {
		g.args = append(g.args, args)
		return nil
	}
	opts := &river.InsertOpts{}
	if delay > 0 {
		opts.ScheduledAt = time.Now().UTC().Add(delay)
	}
	var inserted *rivertype.JobInsertResult
	var err error
	switch tx := plain(tx).(type) {
	case database.SQLiteTx:
		inserted, err = q.sqlite.InsertTx(context.WithoutCancel(ctx), tx.Tx, args, opts) // see SQLiteTx
	case database.PostgresTx:
		inserted, err = q.postgres.InsertTx(ctx, tx.Tx, args, opts)
	default:
		err = fmt.Errorf("unknown transaction %T", tx)
	}
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	if delay == 0 {
		q.bell.rings(tx, inserted.Job.Queue)
	}
	return nil
}

// plain returns the transaction itself.
func plain(tx database.Tx) database.Tx {
	if g, ok := tx.(*Gathering); ok {
		return g.Tx
	}
	return tx
}

// Complete marks job as done in tx, so that a step's own rows and its end commit
// together.
func Complete[A river.JobArgs](ctx context.Context, tx database.Tx, job *river.Job[A]) error {
	var err error
	switch tx := plain(tx).(type) {
	case database.SQLiteTx:
		_, err = river.JobCompleteTx[*riversqlite.Driver](context.WithoutCancel(ctx), tx.Tx, job) // see SQLiteTx
	case database.PostgresTx:
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx.Tx, job)
	default:
		err = fmt.Errorf("unknown transaction %T", tx)
	}
	if err != nil {
		return fmt.Errorf("complete %s: %w", job.Kind, err)
	}
	return nil
}

// Backoff is the wait after attempt n of a step: 1 s, doubled each time, at most
// limit, with a fifth of jitter either way so that waiting orders do not all come
// back at once.
func Backoff(attempt int, limit time.Duration) time.Duration {
	wait := limit
	if attempt < 20 {
		wait = min(limit, time.Second<<max(0, attempt-1))
	}
	return time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64())) //nolint:gosec // jitter needs no secrecy
}
