package service

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
)

// EchoConfig is what NewEcho needs.
type EchoConfig struct {
	Log     *slog.Logger
	Metrics *Metrics
	// Proxies may say whom they forward for; empty trusts nobody.
	Proxies config.CIDRs
	// RenderError writes an error's answer; nil writes errs.Body as JSON. The
	// status and Retry-After are set already.
	RenderError func(c echo.Context, status int, err *errs.Error) error
}

// NewEcho returns an echo with the house's limits: panics become 500, each
// request is one log line and one metric under its route (never its path: paths
// and queries hold tokens), forwarded headers count only from the proxies.
func NewEcho(c EchoConfig) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.SchemeExtractor = echo.ExtractSchemeDirect()
	if len(c.Proxies) > 0 {
		trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
		for _, p := range c.Proxies {
			_, network, err := net.ParseCIDR(p.String())
			if err != nil {
				panic("service: a netip.Prefix is not a CIDR: " + err.Error())
			}
			trust = append(trust, echo.TrustIPRange(network))
		}
		e.IPExtractor = echo.ExtractIPFromXFFHeader(trust...)
		e.SchemeExtractor = echo.ExtractSchemeFromHeaders(trust...)
	}
	e.HTTPErrorHandler = errorHandler(c)
	e.Use(requestLine(c), middleware.RecoverWithConfig(middleware.RecoverConfig{
		StackSize: 8 << 10,
		LogErrorFunc: func(ctx echo.Context, err error, stack []byte) error {
			c.Log.Error("panic in a handler", "route", ctx.Path(), "error", err, "stack", string(stack))
			return err
		},
	}))
	return e
}

// requestLine gives the request an id, then logs and counts it. A client's own
// X-Request-Id is not believed: it would be written to the log as it is.
func requestLine(c EchoConfig) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			start := time.Now()
			id := rand.Text()[:16]
			ctx.Response().Header().Set(echo.HeaderXRequestID, id)
			err := next(ctx)
			if err != nil {
				ctx.Error(err)
			}
			status, took := ctx.Response().Status, time.Since(start)
			c.Metrics.observe(ctx.Request().Method, ctx.Path(), status, took)
			level := slog.LevelInfo
			if status >= http.StatusInternalServerError {
				level = slog.LevelError
			} else if ctx.Path() == "/healthz" || ctx.Path() == "/readyz" || ctx.Path() == "/metrics" {
				level = slog.LevelDebug
			}
			attrs := []slog.Attr{
				slog.String("request_id", id), slog.String("method", ctx.Request().Method),
				slog.String("route", ctx.Path()), slog.Int("status", status),
				slog.Duration("took", took), slog.Int64("bytes", ctx.Response().Size),
			}
			if err != nil {
				attrs = append(attrs, slog.String("error", err.Error()))
			}
			c.Log.LogAttrs(ctx.Request().Context(), level, "request", attrs...)
			return nil
		}
	}
}

// errorHandler is the one place that turns an error into an answer.
func errorHandler(c EchoConfig) echo.HTTPErrorHandler {
	return func(err error, ctx echo.Context) {
		if ctx.Response().Committed {
			return
		}
		e := toError(err)
		if after := e.RetryAfterSeconds(); after != "" {
			ctx.Response().Header().Set("Retry-After", after)
		}
		status := errs.Status(e.Kind)
		if _, ok := errors.AsType[*errs.Error](err); !ok {
			if he, ok := errors.AsType[*echo.HTTPError](err); ok {
				status = he.Code // 405, 413, 415 have no kind of their own
			}
		}
		render := c.RenderError
		if render == nil || ctx.Request().Method == http.MethodHead {
			render = renderJSON
		}
		if err := render(ctx, status, e); err != nil {
			c.Log.Error("render an error", "error", err)
		}
	}
}

func renderJSON(ctx echo.Context, status int, e *errs.Error) error {
	if ctx.Request().Method == http.MethodHead {
		return ctx.NoContent(status)
	}
	return ctx.JSON(status, e.Body())
}

// toError gives echo's own errors (no route, body too large) a kind and a text.
func toError(err error) *errs.Error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		message := http.StatusText(he.Code)
		switch he.Code {
		case http.StatusNotFound:
			message = "There is nothing at this address."
		case http.StatusMethodNotAllowed:
			message = "This address does not answer to that method."
		case http.StatusRequestEntityTooLarge:
			message = "The request is longer than we accept."
		}
		return errs.Wrap(errs.FromStatus(he.Code), err, "%s", message)
	}
	return errs.From(err)
}

// Bearer lets only requests with the internal token pass.
func Bearer(token config.Secret) echo.MiddlewareFunc {
	if token == "" {
		panic("service: Bearer without a token would let everybody in")
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			given, ok := strings.CutPrefix(c.Request().Header.Get("Authorization"), "Bearer ")
			if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(token.Reveal())) != 1 {
				c.Response().Header().Set("WWW-Authenticate", "Bearer")
				return errs.New(errs.Unauthorized, "This address needs the bearer token of INTERNAL_TOKEN.")
			}
			return next(c)
		}
	}
}

// Health adds /healthz and /readyz. ready returns what is missing, in words.
func Health(e *echo.Echo, ready func(c echo.Context) []string) {
	e.GET("/healthz", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"status": "ok"}) })
	e.GET("/readyz", func(c echo.Context) error {
		if reasons := ready(c); len(reasons) > 0 {
			return c.JSON(http.StatusServiceUnavailable, map[string]any{"ready": false, "reasons": reasons})
		}
		return c.JSON(http.StatusOK, map[string]any{"ready": true})
	})
}

// WarnIfReachable logs a listener of an internal service that others could reach:
// right on a private network of several machines, wrong on a VPS.
func WarnIfReachable(log *slog.Logger, variable, addr string) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || (ip != nil && ip.IsLoopback())) {
		return
	}
	log.Warn("this listener is reachable from other machines; only the bearer token protects it", "variable", variable, "addr", addr)
}
