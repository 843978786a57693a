package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Limits of the tries. Ten seconds is the longest that an endpoint may take;
// Stripe publishes no figure, and its users report 10 to 30.
const (
	answerTimeout = 10 * time.Second
	drainLimit    = 12 * time.Second
	parallel      = 16
	maxAnswer     = 300 // bytes kept of an answer
)

// Run delivers until ctx ends. Then what is due goes out once more, and what
// would wait longer is given up with a line in the log.
func (e *Engine) Run(ctx context.Context) {
	tries, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	slots := make(chan struct{}, parallel)
	var group sync.WaitGroup
	start := func(d *delivery) {
		slots <- struct{}{} // a try ends within its time-out, and so does this wait
		group.Go(func() {
			defer func() { <-slots }()
			e.finish(d, e.try(tries, d))
		})
	}
	for ctx.Err() == nil {
		d, pause := e.next()
		if d != nil {
			start(d)
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-e.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	e.stop()
	defer time.AfterFunc(drainLimit, cut).Stop()
	for {
		d, _ := e.next()
		if d == nil {
			group.Wait() // a try may have released the next of the chain
			if d, _ = e.next(); d == nil {
				break
			}
		}
		start(d)
	}
	e.giveUp()
}

// stop ends the taking in: nothing is queued and nothing tried again from here on.
func (e *Engine) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
}

func (e *Engine) giveUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, waiting := range [][]*delivery{e.due, e.held, e.chain} {
		for _, d := range waiting {
			e.lose(d.event, d.kind, "the sandbox is stopping")
		}
	}
	e.due, e.held, e.chain = nil, nil, nil
}

// try sends d once, with a fresh signature.
func (e *Engine) try(ctx context.Context, d *delivery) Attempt {
	start := time.Now()
	a := Attempt{Event: d.event, Type: d.kind, Try: d.failed + 1, At: start.UTC(), URL: e.URL, Fault: e.fault(), Outcome: Failed}
	if a.Fault == faultUnreachable {
		a.Error = "not sent, because of the switch fail_next"
		return a
	}
	var err error
	a.Status, a.Answer, err = e.post(ctx, d.body, e.signature(d.body, start, a.Fault))
	a.Took = time.Since(start).Milliseconds()
	switch {
	case err != nil:
		a.Error = reason(err)
	case a.Status >= 200 && a.Status < 300:
		a.Outcome = Delivered
	}
	return a
}

func (e *Engine) post(ctx context.Context, body []byte, signature string) (status int, answer string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return 0, "", fmt.Errorf("make a request to the endpoint: %w", err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set(SignatureHeader, signature)
	resp, err := e.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	begin, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return resp.StatusCode, "", fmt.Errorf("read the endpoint's answer: %w", err)
	}
	return resp.StatusCode, string(begin), nil
}

// reason says why there was no answer, without the address, which the log has.
func reason(err error) string {
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		return fmt.Sprintf("no answer within %d s", int(answerTimeout.Seconds()))
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// finish logs a try and plans the next one.
func (e *Engine) finish(d *delivery, a Attempt) {
	if a.Outcome == Delivered {
		e.Delivered(d.event) // takes the account's lock, so it must not be under ours
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.underWay--
	if a.Outcome == Failed && !e.stopped {
		d.failed++
		if pause, again := wait(d.failed, e.Scale); again {
			next := time.Now().Add(pause)
			d.at = next
			at := next.UTC()
			a.Next = &at
		}
	}
	e.record(a)
	if d.link {
		d.link, e.linked = false, false
		e.pull()
	}
	if a.Next != nil {
		e.push(d)
	}
	e.Log.Info("webhook", "event", a.Event, "type", a.Type, "try", a.Try, "outcome", a.Outcome, "status", a.Status, "took_ms", a.Took, "fault", a.Fault, "error", a.Error)
}
