package webhook

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/services/stripe-sandbox/internal/account"
)

// maxQueue bounds the deliveries that wait, for whatever reason.
const maxQueue = 10_000

// Config is what New needs.
type Config struct {
	URL     string
	Secrets []config.Secret
	Scale   float64 // divides the waits of Schedule
	Log     *slog.Logger
	// Delivered is told each event that the endpoint took.
	Delivered func(eventID string)
}

// Engine holds the queue. Run works through it.
type Engine struct {
	Config
	client *http.Client
	wake   chan struct{}

	mu       sync.Mutex
	due      []*delivery
	held     []*delivery
	chain    []*delivery // released, one after the other
	linked   bool        // one of the chain is in due or under way
	underWay int
	switches Switches
	attempts []Attempt
	stopped  bool
}

// delivery is one event on its way. Two deliveries of one event know nothing of
// each other.
type delivery struct {
	event, kind string
	body        []byte
	failed      int // tries so far
	at          time.Time
	link        bool // of the chain: the next one starts when this has been tried
}

// New returns an engine; events wait until it runs.
func New(c Config) *Engine {
	return &Engine{
		Config: c,
		client: &http.Client{
			Timeout: answerTimeout,
			// Stripe takes a redirect for a failure; so must whoever tests against this.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport:     &http.Transport{MaxIdleConnsPerHost: parallel, IdleConnTimeout: 30 * time.Second},
		},
		wake: make(chan struct{}, 1),
	}
}

// Send queues an event, and its duplicates if they are switched on.
func (e *Engine) Send(event account.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if take(&e.switches.DropNext) {
		e.lose(event.ID, event.Type, "dropped by the switch drop_next")
		return
	}
	e.enqueue(event, 1+e.switches.Duplicate, e.switches.Hold)
}

// Resend queues an event again, as it was, so many times; a hold does not apply.
func (e *Engine) Resend(event account.Event, times int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.enqueue(event, times, false)
}

func (e *Engine) enqueue(event account.Event, times int, hold bool) {
	body, err := json.MarshalIndent(event, "", "  ")
	if err != nil {
		panic("webhook: an event cannot be encoded: " + err.Error())
	}
	for range times {
		d := &delivery{event: event.ID, kind: event.Type, body: body, at: time.Now()}
		switch {
		case e.stopped:
			e.lose(d.event, d.kind, "the sandbox is stopping")
		case len(e.due)+len(e.held)+len(e.chain) >= maxQueue:
			e.lose(d.event, d.kind, "the queue is full")
		case hold:
			e.held = append(e.held, d)
		default:
			e.push(d)
		}
	}
}

func (e *Engine) lose(event, kind, why string) {
	e.record(Attempt{Event: event, Type: kind, At: time.Now().UTC(), URL: e.URL, Outcome: Lost, Error: why})
	e.Log.Warn("webhook lost", "event", event, "type", kind, "reason", why)
}

func (e *Engine) push(d *delivery) {
	e.due = append(e.due, d)
	select {
	case e.wake <- struct{}{}:
	default: // Run will look anyway
	}
}

// release puts the held deliveries in a chain, newest first.
func (e *Engine) release() {
	slices.Reverse(e.held)
	e.chain = append(e.chain, e.held...)
	e.held = nil
	e.pull()
}

// pull lets the next one of the chain go, unless the one before is not done.
func (e *Engine) pull() {
	if e.linked || len(e.chain) == 0 {
		return
	}
	d := e.chain[0]
	e.chain = e.chain[1:]
	d.link, e.linked = true, true
	e.push(d)
}

// next takes the delivery that is due the longest off the queue, or says how long
// to wait for one.
func (e *Engine) next() (*delivery, time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.due) == 0 {
		return nil, time.Hour
	}
	first := 0
	for i, d := range e.due {
		if d.at.Before(e.due[first].at) {
			first = i
		}
	}
	d := e.due[first]
	if pause := time.Until(d.at); pause > 0 {
		return nil, pause
	}
	e.due = slices.Delete(e.due, first, first+1)
	e.underWay++
	return d, 0
}
