// Package api is the mailer's HTTP: it reads requests, hands them on, and writes
// the answers. What a mail's life looks like is decided in dispatch and store.
package api

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/service"
	"doorstep.example/services/mailer/internal/dispatch"
	"doorstep.example/services/mailer/internal/store"
	"doorstep.example/services/mailer/internal/transport"
)

// Limits of request bodies. A mail carries up to 16 MiB of attachments as base64;
// a report of Resend has a few KiB.
const (
	maxMessage = "22MiB"
	maxReport  = "512KiB"
)

// Config is what the routes need.
type Config struct {
	Token      config.Secret
	Dispatcher *dispatch.Dispatcher
	Store      *store.Store
	Transports []transport.Transport
	// Webhooks verifies Resend's reports; without secrets none is accepted.
	Webhooks Verifier
	Metrics  *service.Metrics
	Log      *slog.Logger
	Now      func() time.Time
}

type server struct {
	Config
	reports reportCounter
}

// Routes adds the mailer's routes to e.
func Routes(e *echo.Echo, c Config) {
	s := &server{Config: c, reports: newReportCounter(c.Metrics)}
	bearer := service.Bearer(c.Token)
	e.POST("/api/messages", s.send, bearer, bounded(), middleware.BodyLimit(maxMessage))
	e.GET("/api/messages/:id", s.message, bearer)
	e.POST("/webhooks/resend", s.report, middleware.BodyLimit(maxReport))
	service.Health(e, s.ready)
	e.GET("/metrics", c.Metrics.Handler())
}

func (s *server) send(c echo.Context) error {
	decoder := json.NewDecoder(c.Request().Body)
	decoder.DisallowUnknownFields()
	var req mailapi.Send
	if err := decoder.Decode(&req); err != nil {
		return unreadable(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errs.New(errs.Invalid, "The body has something after the mail.")
	}
	m, err := s.Dispatcher.Send(c.Request().Context(), c.Request().Header.Get("Idempotency-Key"), req)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, m)
}

// unreadable keeps the limit's own 413 apart from a body that is not our JSON.
func unreadable(err error) error {
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return he
	}
	return errs.Wrap(errs.Invalid, err, "The body is not the JSON of a mail: to, reply_to, lang, template, order_id, data, attachments.")
}

func (s *server) message(c echo.Context) error {
	m, err := s.Dispatcher.Message(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, m)
}

func (s *server) ready(c echo.Context) []string {
	var reasons []string
	if err := s.Store.Ping(c.Request().Context()); err != nil {
		reasons = append(reasons, "the database does not answer")
	}
	for _, t := range s.Transports {
		if err := t.Ready(); err != nil {
			reasons = append(reasons, t.Name()+": "+err.Error())
		}
	}
	return reasons
}
