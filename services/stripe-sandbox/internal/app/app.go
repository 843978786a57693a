// Package app wires the sandbox together; main and the tests use it alike.
package app

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/api"
	"doorstep.example/services/stripe-sandbox/internal/control"
	"doorstep.example/services/stripe-sandbox/internal/page"
	"doorstep.example/services/stripe-sandbox/internal/webhook"
)

// subscribed are the events that the endpoint wants: those that the shop handles.
// The others can be read at /v1/events, as at Stripe.
var subscribed = []string{
	account.SessionCompleted, account.SessionAsyncSucceeded, account.SessionAsyncFailed, account.SessionExpired,
	account.ChargeRefunded, account.DisputeCreated, account.DisputeClosed,
}

// tick is how often the account looks at the clock.
const tick = 250 * time.Millisecond

// App is the wired program.
type App struct {
	Handler http.Handler
	account *account.Account
	engine  *webhook.Engine
}

// New wires the program; nothing runs yet.
func New(c *Config, log *slog.Logger) *App {
	a := &App{}
	endpoints := api.NewEndpoints(cmp.Or(c.EndpointURL.String(), c.WebhookURL.String()), subscribed, time.Now().Unix())
	a.engine = webhook.New(webhook.Config{
		URL: c.WebhookURL.String(), Secrets: c.WebhookSecret, Scale: c.RetryScale, Log: log,
		Delivered: func(event string) { a.account.Delivered(event) },
	})
	a.account = account.New(account.Config{
		Now: time.Now, Deliver: a.engine.Send, SettleIn: c.DebitDelay,
		Subscribed: endpoints.Wants,
	})
	metrics := service.NewMetrics()
	var pages *page.Pages
	e := service.NewEcho(service.EchoConfig{Log: log, Metrics: metrics, RenderError: func(ctx echo.Context, status int, err *errs.Error) error {
		switch path := ctx.Request().URL.Path; {
		case strings.HasPrefix(path, "/v1/"):
			return api.Unrecognized(ctx, status, err.Message)
		case strings.HasPrefix(path, "/sandbox/"):
			return ctx.JSON(status, err.Body())
		}
		return pages.Error(ctx, status, err.Message)
	}})
	service.Health(e, func(echo.Context) []string { return a.engine.Problems() })
	e.GET("/metrics", metrics.Handler())
	var failNext atomic.Int64
	api.Register(e, api.Config{
		Account: a.account, FailNext: &failNext, Pages: publicURL(c), Endpoints: endpoints,
	})
	switches := control.Register(e, control.Config{Account: a.account, Engine: a.engine, FailNext: &failNext, Endpoints: endpoints})
	pages = page.Register(e, page.Config{Account: a.account, Engine: a.engine, Control: switches})
	// A page elsewhere on the web must not press our buttons in a developer's browser.
	a.Handler = http.NewCrossOriginProtection().Handler(e)
	return a
}

// publicURL returns where a payer's browser finds the hosted pages.
func publicURL(c *Config) func(echo.Context) string {
	return func(ctx echo.Context) string {
		if c.PublicURL.Host != "" {
			return c.PublicURL.String()
		}
		return "http://" + ctx.Request().Host
	}
}

// Work delivers webhooks and lets time pass until ctx ends, and returns when what
// was under way is done.
func (a *App) Work(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { a.engine.Run(ctx) })
	group.Go(func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				a.account.Tick()
			}
		}
	})
	group.Wait()
}

// Run serves until ctx ends: first the listener drains, then the webhooks.
func Run(ctx context.Context, c *Config, log *slog.Logger) error {
	a := New(c, log)
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Work(working)
	}()
	log.Info("development only: no real money moves here", "webhook_url", c.WebhookURL.String())
	if c.AllowRemote {
		log.Warn("SANDBOX_ALLOW_REMOTE is set: whoever reaches this address can act as payer and as seller", "addr", c.Addr)
	}
	err := service.Serve(ctx, log, service.Listener{Addr: c.Addr, Variable: "SANDBOX_ADDR", Handler: a.Handler})
	stop()
	<-done
	return err
}
