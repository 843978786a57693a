// Package api is the engine's HTTP face: one audit a request, as a document or as a
// stream of progress.
package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/sarif"
	"doorstep.example/services/audit-engine/internal/scan"
)

// drainGrace is how long an audit goes on after the program was told to stop. It
// lies below the 20 s after which the server cuts what is left.
const drainGrace = 15 * time.Second

// Scan runs one audit; (*scan.Scanner).Run is one.
type Scan func(ctx context.Context, r auditapi.Request, progress func(scan.Progress)) (auditapi.Report, error)

// Config is what the API needs.
type Config struct {
	Log    *slog.Logger
	Token  config.Secret
	Scan   Scan
	Prove  func(ctx context.Context, r auditapi.ProofRequest) (auditapi.Proof, error)
	Render func(auditapi.Report) ([]byte, error) // the report as PDF
}

type server struct{ Config }

// Register adds the routes to e.
func Register(e *echo.Echo, c Config) {
	s := server{c}
	e.GET("/api/checks", s.checks)
	e.POST("/api/audit", s.audit, service.Bearer(c.Token), middleware.BodyLimit("64K"))
	e.POST("/api/ownership", s.ownership, service.Bearer(c.Token), middleware.BodyLimit("64K"))
}

// ownership says whether a target is proven, without scanning it.
func (s server) ownership(c echo.Context) error {
	var r auditapi.ProofRequest
	if err := json.NewDecoder(c.Request().Body).Decode(&r); err != nil {
		if tooLarge(err) {
			return err
		}
		return errs.Wrap(errs.Invalid, err, "The body must be JSON with target_url and token.")
	}
	proof, err := s.Prove(c.Request().Context(), r)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, proof)
}

// checks lists what audits look for. It holds nothing that a buyer may not know.
func (s server) checks(c echo.Context) error {
	list := []auditapi.Check{}
	for _, k := range check.All() {
		list = append(list, auditapi.Check{ID: k.ID, Title: k.Title, Area: k.Area, Tiers: k.Tiers, Severity: k.Severity, Controls: k.Controls})
	}
	return c.JSON(http.StatusOK, list)
}

func (s server) audit(c echo.Context) error {
	format := cmp.Or(c.QueryParam("format"), "pdf")
	if format != "pdf" && format != "json" && format != "sarif" {
		return &errs.Error{Kind: errs.Invalid, Message: "The format must be pdf, json or sarif.", Fields: map[string]string{"format": "must be pdf, json or sarif"}}
	}
	request, err := readRequest(c.Request().Body)
	if err != nil {
		return err
	}
	ctx, stop := untilDrained(c.Request().Context())
	defer stop()
	if strings.Contains(c.Request().Header.Get("Accept"), ndjson) {
		return s.stream(ctx, c, request)
	}
	report, err := s.Scan(ctx, request, nil)
	if err != nil {
		return s.final(ctx, err)
	}
	switch format {
	case "json":
		return c.JSON(http.StatusOK, report)
	case "sarif":
		body, err := sarif.Marshal(report)
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "application/sarif+json", body)
	default:
		pdf, err := s.render(report)
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "application/pdf", pdf)
	}
}

// errDraining is why an audit ends that outlasts the program.
var errDraining = errors.New("the audit-engine is stopping")

// untilDrained returns a context that ends some time after the server began to
// drain. stop ends it, and waits until nothing of it runs.
func untilDrained(ctx context.Context) (context.Context, func()) {
	draining := service.Draining(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		select {
		case <-draining:
		case <-ctx.Done():
			return
		}
		timer := time.NewTimer(drainGrace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(errDraining)
		case <-ctx.Done():
		}
	})
	return ctx, func() { cancel(nil); group.Wait() }
}

// final says what a caller is told about err: an audit that was cut short by the
// drain is one to ask for again.
func (s server) final(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errDraining) {
		return &errs.Error{Kind: errs.Unavailable, Code: auditapi.CodeBusy, Message: "The audit-engine is being restarted.", RetryAfter: 10 * time.Second, Err: err}
	}
	return err
}

// render keeps a fault in the drawing of the PDF from taking more than this answer.
func (s server) render(report auditapi.Report) (pdf []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("panic while the report was drawn", "report_id", report.ReportID, "error", fmt.Sprint(p), "stack", string(debug.Stack()))
			pdf, err = nil, fmt.Errorf("draw the report: %v", p)
		}
	}()
	pdf, err = s.Render(report)
	if err != nil {
		return nil, fmt.Errorf("draw the report: %w", err)
	}
	return pdf, nil
}

// ndjson is the media type of the stream.
const ndjson = "application/x-ndjson"

// lineLimit is how long a caller may take to accept one line.
const lineLimit = 15 * time.Second

// stream answers with a line for each step. The status is decided by the first
// line: a refusal before any progress has the status of its kind, and its line is
// both an event and the body of an ordinary error.
func (s server) stream(ctx context.Context, c echo.Context, request auditapi.Request) error {
	lines := &lineWriter{to: c}
	report, err := s.Scan(ctx, request, func(p scan.Progress) {
		lines.write(http.StatusOK, auditapi.Event{Event: auditapi.EventProgress, Check: p.Check, Title: p.Title, Done: p.Done, Total: p.Total})
	})
	var pdf []byte
	if err == nil {
		pdf, err = s.render(report)
	}
	if err != nil {
		e := errs.From(s.final(ctx, err))
		if after := e.RetryAfterSeconds(); after != "" {
			c.Response().Header().Set("Retry-After", after) // too late after the first line, harmless then
		}
		lines.write(errs.Status(e.Kind), errorLine{Event: auditapi.EventError, Code: e.Code, Message: e.Message, Permanent: errs.Permanent(e)})
		return errors.Join(err, lines.err)
	}
	lines.write(http.StatusOK, auditapi.Event{Event: auditapi.EventResult, Report: &report, PDF: pdf})
	return lines.err
}

// errorLine is the auditapi.Event of an error, with permanent said also when false.
type errorLine struct {
	Event     string `json:"event"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	Permanent bool   `json:"permanent"`
}

// lineWriter writes events. After an error it does nothing: the request's context
// ends when the caller is gone, and the scan with it.
type lineWriter struct {
	to  echo.Context
	err error
}

func (w *lineWriter) write(status int, event any) {
	if w.err != nil {
		return
	}
	response := w.to.Response()
	if !response.Committed {
		response.Header().Set(echo.HeaderContentType, ndjson)
		response.WriteHeader(status)
	}
	control := http.NewResponseController(response)
	if err := control.SetWriteDeadline(time.Now().Add(lineLimit)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		w.err = fmt.Errorf("bound the write: %w", err)
		return
	}
	if err := json.NewEncoder(response).Encode(event); err != nil {
		w.err = fmt.Errorf("write a line: %w", err)
		return
	}
	response.Flush()
}
