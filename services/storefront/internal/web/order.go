package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
)

const (
	eventsEvery = 300 * time.Millisecond // how often an open order page is looked after while work is done
	eventsIdle  = 3 * time.Second        // and while it waits for something that takes hours
	eventsAlive = 15 * time.Second       // a comment, so that proxies keep the line open
	eventsLimit = 10 * time.Minute       // then the browser opens a new line by itself
	eventsWrite = 10 * time.Second       // a reader slower than this is let go
	payWait     = 2 * time.Second        // for the payment provider, while a page waits
)

// order is the live order page. Its id is all that it takes to see it.
func (s *Site) order(c echo.Context) error {
	o, err := s.knownOrder(c)
	if err != nil {
		return err
	}
	if key := c.QueryParam(buyerParam); key != "" {
		return s.fromMail(c, o.ID, key)
	}
	view, err := s.orderView(c)
	if err != nil {
		return err
	}
	view.Notice = notice(c, "resent", "corrected", "already", "proof_missing")
	if c.QueryParams().Has("correct") && view.MayCorrect {
		view.Correction = &page.Correction{}
	}
	view.PayURL = s.payURL(c.Request().Context(), o)
	return html(c, http.StatusOK, func() error { return s.Pages.Order(c.Response(), s.viewAt(c, "/orders/"+string(o.ID)), view) })
}

// orderEvents sends the live part of the page whenever it has changed. It asks the
// database and not the worker, who may be on another machine.
func (s *Site) orderEvents(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), eventsLimit)
	defer cancel()
	view, err := s.orderView(c)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep the events to itself
	c.Response().WriteHeader(http.StatusOK)
	line := eventLine{c: c}
	// The deadlines of single events must not outlive the answer on its connection.
	defer func() { _ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{}) }()
	tick := time.NewTicker(pace(view.State))
	defer tick.Stop()
	for {
		var b bytes.Buffer
		if err := s.Pages.OrderFragment(&b, s.view(c), view); err != nil {
			return err
		}
		if err := line.send(b.String()); err != nil || view.Final {
			return nil // a browser that is gone is no error, and there is nobody to tell
		}
		select {
		case <-ctx.Done():
			return nil
		case <-service.Draining(ctx):
			return nil
		case <-tick.C:
		}
		if view, err = s.orderView(c); err != nil {
			s.Log.Warn("order page cannot be followed", "error", err)
			return nil
		}
		tick.Reset(pace(view.State))
	}
}

// pace is how often a page in this state may change.
func pace(state string) time.Duration {
	switch order.State(state) {
	case order.Paid, order.Working, order.Ready:
		return eventsEvery
	default:
		return eventsIdle
	}
}

// eventLine writes one browser's events.
type eventLine struct {
	c    echo.Context
	last string
	at   time.Time
}

// send writes an update if the fragment has changed, or a comment if the line was
// silent for long.
func (l *eventLine) send(fragment string) error {
	text := ": alive\n\n"
	if fragment != l.last {
		text = "event: update\ndata: " + strings.ReplaceAll(fragment, "\n", "\ndata: ") + "\n\n"
	} else if time.Since(l.at) < eventsAlive {
		return nil
	}
	control := http.NewResponseController(l.c.Response())
	if err := control.SetWriteDeadline(time.Now().Add(eventsWrite)); err != nil {
		return fmt.Errorf("set the deadline: %w", err)
	}
	if _, err := l.c.Response().Write([]byte(text)); err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	l.last, l.at = fragment, time.Now()
	return control.Flush()
}
