package webhook

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const (
	// maxBatch bounds one transaction, and so what an event may wait for.
	maxBatch = 128
	// maxWaiting bounds the queue; beyond it Stripe is told to come back.
	maxWaiting = 4096
	// tries of a transaction when others move the same order at the same time.
	tries = 5
)

// ErrBusy means that too many events wait already.
var ErrBusy = errors.New("too many events wait to be stored")

// Applier applies an event to its order; *fulfil.Fulfiller is one.
type Applier interface {
	Event(ctx context.Context, tx database.Tx, eventType string, object gjson.Result) (order.ID, error)
}

// Inbox commits events, each with what follows from it. Events that arrive while a
// commit is under way share the next one (group commit), so that under load one
// fsync serves many; an event that is alone waits for nobody.
type Inbox struct {
	DB    *database.DB
	Apply Applier
	Log   *slog.Logger
	queue chan *waiting
}

// NewInbox returns an Inbox; Run must be running for Accept to answer.
func NewInbox(db *database.DB, apply Applier, log *slog.Logger) *Inbox {
	return &Inbox{DB: db, Apply: apply, Log: log, queue: make(chan *waiting, maxWaiting)}
}

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
	work := context.WithoutCancel(ctx) // a commit under way is finished
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-i.queue:
			i.commit(work, i.gather(first))
		}
	}
}

// gather takes whoever waits at this moment; there is no timer.
func (i *Inbox) gather(first *waiting) []*waiting {
	batch := []*waiting{first}
	for len(batch) < maxBatch {
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
		err := i.DB.InTx(ctx, func(tx database.Tx) error {
			for n, w := range batch {
				if n > 0 && batch[n-1].event.ID == w.event.ID {
					continue // the same event twice at once
				}
				if err := i.apply(ctx, tx, w.event); err != nil {
					return err
				}
			}
			return nil
		})
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

// alone stores one event, again when others moved the same order at the same time.
func (i *Inbox) alone(ctx context.Context, e store.Event) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var err error
	for range tries {
		err = i.DB.InTx(ctx, func(tx database.Tx) error { return i.apply(ctx, tx, e) })
		if errs.KindOf(err) != errs.Conflict && !database.IsDuplicate(err) && !database.IsRetryable(err) {
			return err
		}
	}
	return err
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
	return store.TieEvent(ctx, tx, e.ID, id)
}
