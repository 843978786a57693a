package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Limits of one shared transaction: whoever comes later waits for the next one.
const (
	groupMembers = 64
	groupTime    = 10 * time.Millisecond
)

// errNeighbour is what the members of a shared transaction get when SQLite has rolled
// back all of it because of one: nothing of theirs is stored. IsRetryable knows it.
var errNeighbour = errors.New("the transaction was rolled back because of another one")

// writer runs transactions on SQLite's one connection that writes. Those that come
// while others are under way share their commit, each in a savepoint of its own: under
// load one fsync serves many. A transaction that is alone waits for nobody.
type writer struct {
	db      *sql.DB
	commits *atomic.Int64
	queue   chan *member
	stop    context.CancelFunc
	done    chan struct{}
}

// member is one transaction. Its function runs in its caller's goroutine, when it is
// its turn.
type member struct {
	withdrawn <-chan struct{}
	turn      chan *sql.Tx
	ended     chan error // what the function returned; buffered
	fate      chan error // of the commit; buffered
}

// errUnended is the end of a function that did not return: it panicked.
var errUnended = errors.New("the transaction did not come to its end")

func newWriter(db *sql.DB, commits *atomic.Int64) *writer {
	ctx, stop := context.WithCancel(context.Background())
	w := &writer{db: db, commits: commits, queue: make(chan *member), stop: stop, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for {
			select {
			case m := <-w.queue:
				w.group(ctx, m)
			case <-ctx.Done():
				return
			}
		}
	}()
	return w
}

// close lets the transaction under way end.
func (w *writer) close() {
	w.stop()
	<-w.done
}

// inTx is DB.InTx. ctx bounds the wait for the turn; statements are short and on this
// machine, and interrupting one would make SQLite roll back its neighbours, too.
func (w *writer) inTx(ctx context.Context, f func(Tx) error) error {
	m := &member{withdrawn: ctx.Done(), turn: make(chan *sql.Tx), ended: make(chan error, 1), fate: make(chan error, 1)}
	select {
	case w.queue <- m:
	case <-ctx.Done():
		return fmt.Errorf("wait to write: %w", context.Cause(ctx))
	case <-w.done:
		return errors.New("the database is closed")
	}
	var hooks []func()
	var failure error
	select {
	case tx := <-m.turn:
		failure = m.run(SQLiteTx{Tx: tx, hooks: &hooks}, f)
	case err := <-m.fate:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait to write: %w", context.Cause(ctx))
	}
	// Also who failed waits: the failure may come of what a neighbour wrote, which
	// nobody else can see before the commit, and which may never come to be.
	if err := <-m.fate; err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	run(hooks)
	return nil
}

func (m *member) run(tx Tx, f func(Tx) error) error {
	err := errUnended
	defer func() { m.ended <- err }()
	err = f(tx)
	return err
}

// group runs m, and whoever else waits, in one transaction.
func (w *writer) group(ctx context.Context, m *member) {
	ctx = context.WithoutCancel(ctx) // see inTx
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		m.fate <- fmt.Errorf("begin: %w", err)
		return
	}
	var done []*member // whose fate is the commit's
	begun := time.Now()
	for n := 1; m != nil; n++ {
		done = append(done, m)
		if err := offer(ctx, tx, m); err != nil {
			_ = tx.Rollback() // it is gone already
			for _, member := range done {
				member.fate <- fmt.Errorf("%w: %w", errNeighbour, err)
			}
			return
		}
		m = nil
		if n < groupMembers && time.Since(begun) < groupTime {
			select {
			case m = <-w.queue:
			default:
			}
		}
	}
	if err = tx.Commit(); err != nil {
		err = fmt.Errorf("commit: %w", err)
	} else {
		w.commits.Add(1)
	}
	for _, member := range done {
		member.fate <- err
	}
}

// offer gives m its turn in a savepoint. An error means that the transaction itself is
// lost, and with it what others have done in it.
func offer(ctx context.Context, tx *sql.Tx, m *member) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT member`); err != nil {
		return err
	}
	var failure error
	select {
	case m.turn <- tx:
		failure = <-m.ended
	case <-m.withdrawn:
	}
	if failure != nil {
		// After a full disk and the like SQLite has rolled back everything by itself, and
		// there is no savepoint any more.
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO member`); err != nil {
			return fmt.Errorf("%w, after: %w", err, failure)
		}
	}
	_, err := tx.ExecContext(ctx, `RELEASE member`)
	return err
}

func run(hooks []func()) {
	for _, hook := range hooks {
		hook()
	}
}
