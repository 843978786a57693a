// Package control is the sandbox's own JSON interface under /sandbox/: what a
// person would do on the hosted page or at a bank, and faults on demand. Scripts
// and tests use it; nothing in it exists at Stripe.
package control

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/api"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
	"doorstep.example/services/stripe-sandbox/internal/webhook"
)

// Limits of what may be asked for.
const (
	maxBody      = 64 << 10
	maxTimes     = 1000
	maxListed    = 10_000
	listed       = 100
	maxAdvance   = 366 * 24 * time.Hour
	maxDuplicate = 100
)

// Config is what Register needs.
type Config struct {
	Account *account.Account
	Engine  *webhook.Engine
	// Endpoints is behind the switch endpoint.
	Endpoints *api.Endpoints
	// FailNext is the counter behind the switch api_fail_next.
	FailNext *atomic.Int64
}

// Control does what the routes ask for.
type Control struct{ Config }

// Register adds the routes to e.
func Register(e *echo.Echo, c Config) *Control {
	s := &Control{c}
	e.POST("/sandbox/pay/:session", s.pay)
	e.POST("/sandbox/async/:session", s.settle)
	e.POST("/sandbox/events/:id/resend", s.resend)
	e.GET("/sandbox/deliveries", s.deliveries)
	e.GET("/sandbox/switches", s.getSwitches)
	e.POST("/sandbox/switches", s.setSwitches)
	e.POST("/sandbox/disputes", s.openDispute)
	e.POST("/sandbox/disputes/:id/close", s.closeDispute)
	e.POST("/sandbox/clock", s.clock)
	return s
}

// pay does what the hosted page's form does.
func (s *Control) pay(c echo.Context) error {
	var in struct{ Card, Email, Name string }
	if err := read(c, &in); err != nil {
		return fail(c, err)
	}
	instrument, ok := account.FindInstrument(in.Card)
	if !ok {
		return fail(c, refusal.Invalid("card", "", "Unknown card: the README lists the test cards."))
	}
	session, err := s.Account.Pay(c.Param("session"), account.Payment{Instrument: instrument, Email: in.Email, Name: in.Name})
	if err != nil {
		return fail(c, err)
	}
	return c.JSON(http.StatusOK, map[string]any{"session": session, "redirect_url": session.ReturnURL()})
}

func (s *Control) settle(c echo.Context) error {
	var in struct{ Outcome account.Settlement }
	if err := read(c, &in); err != nil {
		return fail(c, err)
	}
	if in.Outcome != account.SettleSucceeds && in.Outcome != account.SettleFails {
		return fail(c, refusal.Invalid("outcome", "", "Invalid outcome: must be one of succeeded, failed"))
	}
	return answer(s.Account.Settle(c.Param("session"), in.Outcome))(c)
}

func (s *Control) resend(c echo.Context) error {
	times, err := number(c, "times", 1, maxTimes)
	if err != nil {
		return fail(c, err)
	}
	event, err := s.Account.Event(c.Param("id"))
	if err != nil {
		return fail(c, err)
	}
	s.Engine.Resend(event, times)
	return c.JSON(http.StatusAccepted, map[string]any{"event": event.ID, "times": times})
}

func (s *Control) deliveries(c echo.Context) error {
	limit, err := number(c, "limit", listed, maxListed)
	if err != nil {
		return fail(c, err)
	}
	pending, held := s.Engine.Waiting()
	return c.JSON(http.StatusOK, map[string]any{
		"pending": pending, "held": held, "deliveries": s.Engine.Attempts(c.QueryParam("event"), limit),
	})
}

func (s *Control) openDispute(c echo.Context) error {
	var in struct{ Charge string }
	if err := read(c, &in); err != nil {
		return fail(c, err)
	}
	return answer(s.Account.OpenDispute(in.Charge))(c)
}

func (s *Control) closeDispute(c echo.Context) error {
	var in struct{ Status string }
	if err := read(c, &in); err != nil {
		return fail(c, err)
	}
	return answer(s.Account.CloseDispute(c.Param("id"), in.Status))(c)
}

// clock moves the account's time forward.
func (s *Control) clock(c echo.Context) error {
	var in struct{ Advance string }
	if err := read(c, &in); err != nil {
		return fail(c, err)
	}
	by, err := time.ParseDuration(in.Advance)
	if err != nil || by < 0 || by > maxAdvance {
		return fail(c, refusal.Invalid("advance", "", "Send a duration between 0 and a year, such as 25h."))
	}
	return c.JSON(http.StatusOK, map[string]any{"now": s.Account.Advance(by).UTC().Format(time.RFC3339)})
}

// read decodes a JSON body; an unknown name is refused, because a switch that was
// misspelt would otherwise quietly test nothing.
func read(c echo.Context, into any) *refusal.Error {
	decoder := json.NewDecoder(io.LimitReader(c.Request().Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return refusal.Invalid("", "", "Send a JSON object.")
		}
		return refusal.Invalid("", "", "The body is not the JSON object that is expected here: %v", err)
	}
	return nil
}

func number(c echo.Context, name string, fallback, most int) (int, *refusal.Error) {
	text := c.QueryParam(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, refusal.Invalid(name, "", "%s must be a number from 1 to %d.", name, most)
	}
	return n, nil
}

func answer[T any](object T, err *refusal.Error) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err != nil {
			return fail(c, err)
		}
		return c.JSON(http.StatusOK, object)
	}
}

func fail(c echo.Context, err *refusal.Error) error {
	return c.JSON(err.Status, map[string]any{"error": err})
}
