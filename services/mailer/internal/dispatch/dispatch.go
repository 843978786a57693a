// Package dispatch sends a mail once for one key.
//
// It renders and keeps the mail, then hands it to the first transport, and to the
// fallback when the first surely did not take it. It never tries by itself again:
// the caller repeats the request with the same key, and what the store knows of
// the earlier tries decides whether another send is safe.
package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/service"
	"doorstep.example/services/mailer/internal/store"
	"doorstep.example/services/mailer/internal/transport"
)

// Limits. The lease outlives a send through both transports (18 s each), so that
// nobody sends beside a living process. While somebody else sends, a caller waits
// busyWait; defaultWait is for a provider that names no time.
const (
	lease       = 60 * time.Second
	busyWait    = 2 * time.Second
	defaultWait = 15 * time.Second
)

// Config is what a Dispatcher needs.
type Config struct {
	Store   *store.Store
	Primary transport.Transport
	// Fallback is tried when Primary surely did not take a mail; may be nil.
	Fallback      transport.Transport
	From, ReplyTo string
	// Confirms is whether reports of the provider reach us.
	Confirms func(provider string) bool
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Now      func() time.Time
}

// Dispatcher sends mails.
type Dispatcher struct {
	Config
	sends *prometheus.CounterVec
}

// New returns a Dispatcher and registers its figures.
func New(c Config) *Dispatcher {
	d := &Dispatcher{Config: c, sends: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "mailer_sends_total",
		Help: "Sends by transport and outcome: accepted, retry, permanent or unsure.",
	}, []string{"transport", "outcome"})}
	c.Metrics.MustRegister(d.sends)
	return d
}

// Send sends what req asks for, unless key was sent already. Its errors are
// *errs.Error: Invalid and Unprocessable for a request it cannot use or a mail the
// provider refuses for good, Conflict for a key that stands for another request,
// Unavailable when the same request should come again.
func (d *Dispatcher) Send(ctx context.Context, key string, req mailapi.Send) (*mailapi.Message, error) {
	hash, err := requestHash(key, req)
	if err != nil {
		return nil, err
	}
	m, err := d.Store.ByKey(ctx, key)
	if errs.KindOf(err) == errs.NotFound {
		m, err = d.queue(ctx, key, hash, req)
	}
	if err != nil {
		return nil, err
	}
	if m.Hash != hash {
		return nil, errs.New(errs.Conflict, "This Idempotency-Key already stands for a different mail; use a new key for a new mail.")
	}
	if m.State == mailapi.StateQueued {
		// A caller who hangs up must not leave a send without its outcome.
		if err := d.deliver(context.WithoutCancel(ctx), m); err != nil {
			return nil, err
		}
	}
	return d.answer(ctx, m.ID)
}

// Message returns what became of the mail with id.
func (d *Dispatcher) Message(ctx context.Context, id string) (*mailapi.Message, error) {
	m, err := d.Store.ByID(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.wire(m), nil
}

// answer is Message, except that a mail refused for good is an error at every
// repeat too.
func (d *Dispatcher) answer(ctx context.Context, id string) (*mailapi.Message, error) {
	m, err := d.Store.ByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.State == mailapi.StateFailed {
		return nil, &errs.Error{Kind: errs.Unprocessable, Code: "refused", Message: m.History[len(m.History)-1].Detail}
	}
	return d.wire(m), nil
}

func (d *Dispatcher) wire(m *store.Message) *mailapi.Message {
	return &mailapi.Message{
		ID: m.ID, State: m.State, Provider: m.Provider, ProviderID: m.ProviderID,
		Confirms: d.Confirms(m.Provider), History: m.History,
	}
}

// deliver tries the transports that may be tried. nil means that the message is
// settled, one way or another.
func (d *Dispatcher) deliver(ctx context.Context, m *store.Message) error {
	var mail transport.Message
	if err := json.Unmarshal(m.Content, &mail); err != nil {
		return errs.Wrap(errs.Internal, err, "The kept mail cannot be read.")
	}
	var last error
	for _, t := range d.candidates(m) {
		if last != nil && draining(ctx) {
			break // the process is going; another send might not end in time
		}
		again, err := d.try(ctx, t, m, &mail)
		if err == nil || !again {
			return err
		}
		last = err
	}
	if last != nil {
		return last
	}
	return d.Store.Ambiguous(ctx, m.ID, d.Now(), "not sent again: it may have been sent, and a repeat would no longer be recognised")
}

// candidates are the transports that m may be given to. A mail that may have gone
// out goes to the same one again, or nowhere: the other knows nothing of it.
func (d *Dispatcher) candidates(m *store.Message) []transport.Transport {
	var fit []transport.Transport
	for _, t := range []transport.Transport{d.Primary, d.Fallback} {
		if t == nil {
			continue
		}
		if m.Unsure == 0 || (m.Provider == t.Name() && t.MayRepeat(m.Unsure, m.UnsureSince, d.Now())) {
			fit = append(fit, t)
		}
	}
	return fit
}

// try gives m to t once. again reports whether another transport may be tried.
func (d *Dispatcher) try(ctx context.Context, t transport.Transport, m *store.Message, mail *transport.Message) (again bool, err error) {
	began := d.Now()
	a, err := d.Store.Start(ctx, m.ID, t.Name(), began, lease)
	if errors.Is(err, store.ErrBusy) {
		return false, &errs.Error{Kind: errs.Unavailable, Code: "in_progress", RetryAfter: busyWait,
			Message: "This mail is being sent right now; ask again in a moment."}
	}
	if err != nil {
		return false, err
	}
	accepted, sendErr := t.Send(ctx, mail)
	now := d.Now()
	d.note(ctx, t, m, sendErr, now.Sub(began))
	if sendErr == nil {
		return false, d.Store.Accepted(ctx, a, now, accepted.ProviderID, accepted.Detail)
	}
	failure, ok := errors.AsType[*transport.Error](sendErr)
	if !ok {
		failure = &transport.Error{Class: transport.Unsure, Message: "The send ended in an unknown way.", Err: sendErr}
	}
	switch failure.Class {
	case transport.Permanent:
		return false, d.Store.Failed(ctx, a, now, failure.Message)
	case transport.Retry:
		return true, errors.Join(later("refused", failure), d.Store.Refused(ctx, a, now, failure.Message))
	default:
		since := m.UnsureSince
		if m.Unsure == 0 {
			since = began
		}
		if !t.MayRepeat(m.Unsure+1, since, now) {
			return false, d.Store.Ambiguous(ctx, m.ID, now, failure.Message+" It may have been sent, and is not sent again.")
		}
		return false, errors.Join(later("unsure", failure), d.Store.Unsure(ctx, a, now, "outcome unknown: "+failure.Message))
	}
}

// later tells the caller to repeat the request.
func later(code string, failure *transport.Error) error {
	wait := failure.RetryAfter
	if wait == 0 {
		wait = defaultWait
	}
	return &errs.Error{Kind: errs.Unavailable, Code: code, Message: failure.Message, RetryAfter: wait, Err: failure.Err}
}

// note logs and counts one send.
func (d *Dispatcher) note(ctx context.Context, t transport.Transport, m *store.Message, err error, took time.Duration) {
	outcome, level := "accepted", slog.LevelInfo
	attrs := []slog.Attr{slog.String("message_id", m.ID), slog.String("template", m.Template), slog.String("order_id", m.OrderID),
		slog.String("transport", t.Name()), slog.Duration("took", took)}
	if err != nil {
		outcome, level = "unsure", slog.LevelWarn
		if failure, ok := errors.AsType[*transport.Error](err); ok {
			outcome = map[transport.Class]string{transport.Retry: "retry", transport.Permanent: "permanent", transport.Unsure: "unsure"}[failure.Class]
			attrs = append(attrs, slog.String("reason", failure.Message))
		}
	}
	d.sends.WithLabelValues(t.Name(), outcome).Inc()
	d.Log.LogAttrs(ctx, level, "send", append(attrs, slog.String("outcome", outcome))...)
}

func draining(ctx context.Context) bool {
	select {
	case <-service.Draining(ctx):
		return true
	default:
		return false
	}
}
