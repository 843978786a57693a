package webhook

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// maxWaiting bounds the queue; beyond it Stripe is told to come back.
const maxWaiting = 4096

// writers is how many transactions are under way at once. SQLite has one writer; on
// PostgreSQL each statement is a round trip, in which others can work.
var writers = map[database.Kind]int{database.SQLite: 1, database.Postgres: 4}

// ErrBusy means that too many events wait already.
var ErrBusy = errors.New("too many events wait to be stored")

// Applier applies an event to its order; *fulfil.Fulfiller is one.
type Applier interface {
	Event(ctx context.Context, tx database.Tx, eventType string, object gjson.Result) (order.ID, error)
}

// Flusher inserts the jobs that a transaction has gathered; *jobs.Queue is one.
type Flusher interface {
	Flush(ctx context.Context, g *jobs.Gathering) error
}

// Inbox commits events, each with what follows from it. Events that arrive while a
// commit is under way share the next one (group commit), so that under load one
// fsync serves many; an event that is alone waits for nobody.
type Inbox struct {
	Config
	queue chan *waiting
}

// Config is what an Inbox needs.
type Config struct {
	DB    *database.DB
	Apply Applier
	Jobs  Flusher
	Batch int // most events in one transaction; 1 commits each on its own
	Log   *slog.Logger
}

// NewInbox returns an Inbox; Run must be running for Accept to answer.
func NewInbox(c Config) *Inbox { return &Inbox{Config: c, queue: make(chan *waiting, maxWaiting)} }

// waiting is one event and whoever waits for its commit.
type waiting struct {
	event store.Event
	done  chan error // buffered: nobody may be waiting any more
}

// Accept returns nil once the event and its work are on disk; an event that was
// stored before changes nothing. ErrBusy or the context's error mean that the sender
// must come back; the event may be stored all the same, which is harmless.
func (i *Inbox) Accept(ctx context.Context, e store.Event) error {
	w := &waiting{event: e, done: make(chan error, 1)}
	select {
	case i.queue <- w:
	default:
		return ErrBusy
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run commits until ctx ends. The server must have drained by then.
func (i *Inbox) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for range writers[i.DB.Kind] {
		group.Go(func() { i.write(ctx) })
	}
	group.Wait()
	return nil
}

func (i *Inbox) write(ctx context.Context) {
	work := context.WithoutCancel(ctx) // a commit under way is finished
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-i.queue:
			i.commit(work, i.gather(first))
		}
	}
}

// gather takes whoever waits at this moment; there is no timer.
func (i *Inbox) gather(first *waiting) []*waiting {
	batch := []*waiting{first}
	for len(batch) < i.Batch {
		select {
		case w := <-i.queue:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// commit stores a batch in one transaction. If that fails, its members are tried one
// by one: a poisoned event must not fail its neighbours.
func (i *Inbox) commit(ctx context.Context, batch []*waiting) {
	// Sorted, so that two processes that store the same events lock them in the same
	// order and do not wait for each other.
	slices.SortStableFunc(batch, func(a, b *waiting) int { return strings.Compare(a.event.ID, b.event.ID) })
	if len(batch) > 1 {
		err := i.DB.InTx(ctx, i.gathered(ctx, func(tx database.Tx) error {
			for n, w := range batch {
				if n > 0 && batch[n-1].event.ID == w.event.ID {
					continue // the same event twice at once
				}
				if err := i.apply(ctx, tx, w.event); err != nil {
					return err
				}
			}
			return nil
		}))
		if err == nil {
			for _, w := range batch {
				w.done <- nil
			}
			return
		}
		i.Log.Warn("batch of events failed, trying one by one", "events", len(batch), "error", err)
	}
	for _, w := range batch {
		w.done <- i.alone(ctx, w.event)
	}
}

// gathered is f, at whose end the gathered jobs are inserted.
func (i *Inbox) gathered(ctx context.Context, f func(database.Tx) error) func(database.Tx) error {
	return func(tx database.Tx) error {
		gathering := jobs.Gather(tx)
		if err := f(gathering); err != nil {
			return err
		}
		return i.Jobs.Flush(ctx, gathering)
	}
}

// alone stores one event, again when others moved the same order at the same time.
func (i *Inbox) alone(ctx context.Context, e store.Event) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return i.DB.InTxRetry(ctx, i.gathered(ctx, func(tx database.Tx) error { return i.apply(ctx, tx, e) }))
}

// apply stores the event and what follows from it, once.
func (i *Inbox) apply(ctx context.Context, tx database.Tx, e store.Event) error {
	fresh, err := store.InsertEvent(ctx, tx, e)
	if err != nil || !fresh {
		return err
	}
	id, err := i.Apply.Event(ctx, tx, e.Type, gjson.GetBytes(e.Body, "data.object"))
	if err != nil {
		return err
	}
	if id == "" || id == e.OrderID {
		return nil
	}
	return store.TieEvent(ctx, tx, e.ID, id)
}
