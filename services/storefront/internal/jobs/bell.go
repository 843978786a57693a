package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"

	"doorstep.example/pkg/database"
)

// topicInsert is River's name for "there are new jobs in a queue".
const topicInsert = "river_insert"

// Other processes' notifications are heard through the database: on PostgreSQL at once,
// on SQLite, which has none, by a look now and then. There they only matter when a queue
// is paused from a console, so that a look is rare.
const (
	listenEvery = time.Second
	listenFor   = 60 * time.Millisecond // more than one of the driver's own looks
)

// bell tells the workers of this process about jobs that were just committed. River
// sends its notification with the transaction, and leaves it out when another was sent
// shortly before; on SQLite it is found by polling. Either way a job would wait.
type bell struct {
	mu   sync.Mutex
	ears map[*listener]bool
}

// ring tells of new jobs in the queues; it never blocks.
func (b *bell) ring(queues ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ear := range b.ears {
		for _, queue := range queues {
			select {
			case ear.rung <- &riverdriver.Notification{Topic: topicInsert, Payload: fmt.Sprintf(`{"queue": %q}`, queue)}:
			default: // as many are waiting as there is room for: the workers will look
			}
		}
	}
}

// rings has the bell rung for queue once tx is committed.
func (b *bell) rings(tx database.Tx, queue string) { tx.OnCommit(func() { b.ring(queue) }) }

// audible is a River driver whose listener hears the bell, too.
type audible[Tx any] struct {
	riverdriver.Driver[Tx]
	bell *bell
	poll bool // the driver's own listener polls
}

// GetListener implements riverdriver.Driver.
func (d audible[Tx]) GetListener(params *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{Listener: d.Driver.GetListener(params), bell: d.bell, poll: d.poll, rung: make(chan *riverdriver.Notification, 16)}
}

type listener struct {
	riverdriver.Listener
	bell *bell
	poll bool
	rung chan *riverdriver.Notification
}

// Connect implements riverdriver.Listener.
func (l *listener) Connect(ctx context.Context) error {
	l.bell.mu.Lock()
	l.bell.ears[l] = true
	l.bell.mu.Unlock()
	return l.Listener.Connect(ctx)
}

// Close implements riverdriver.Listener.
func (l *listener) Close(ctx context.Context) error {
	l.bell.mu.Lock()
	delete(l.bell.ears, l)
	l.bell.mu.Unlock()
	return l.Listener.Close(ctx)
}

// WaitForNotification implements riverdriver.Listener.
func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	if l.poll {
		return l.look(ctx)
	}
	// The wait below is given up when the bell rings; what has been received by then is
	// kept by the connection for the next one.
	heard := make(chan struct{})
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	var ring *riverdriver.Notification
	go func() {
		defer close(heard)
		select {
		case ring = <-l.rung:
			cancel()
		case <-waiting.Done():
		}
	}()
	notification, err := l.Listener.WaitForNotification(waiting)
	cancel()
	<-heard
	if ring == nil || ctx.Err() != nil {
		return notification, err
	}
	if err == nil { // both at once
		select {
		case l.rung <- ring:
		default:
		}
		return notification, nil
	}
	return ring, nil
}

// look waits for the bell, and looks into the database now and then.
func (l *listener) look(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		select {
		case ring := <-l.rung:
			return ring, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(listenEvery):
		}
		short, cancel := context.WithTimeout(ctx, listenFor)
		notification, err := l.Listener.WaitForNotification(short)
		cancel()
		if err == nil || ctx.Err() != nil || short.Err() == nil {
			return notification, err
		}
	}
}
