// Package app wires the mailer: configuration in, a running service out.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/service"
	"doorstep.example/services/mailer/internal/api"
	"doorstep.example/services/mailer/internal/dispatch"
	"doorstep.example/services/mailer/internal/store"
	"doorstep.example/services/mailer/internal/transport"
)

// Reports and unsent mails are kept for keepTime: longer than any caller repeats
// a request, and than Resend repeats a report.
const (
	keepTime    = 35 * 24 * time.Hour
	forgetEvery = 24 * time.Hour
)

// App is a wired mailer.
type App struct {
	Handler http.Handler
	store   *store.Store
	db      *database.DB
	log     *slog.Logger
}

// New opens the database and wires everything. Close it.
func New(ctx context.Context, c *Config, log *slog.Logger) (*App, error) {
	primary, err := c.transport(c.Transport)
	if err != nil {
		return nil, err
	}
	transports := []transport.Transport{primary}
	var fallback transport.Transport
	if c.Fallback != "" {
		if fallback, err = c.transport(c.Fallback); err != nil {
			return nil, err
		}
		transports = append(transports, fallback)
	}
	verifier, err := api.NewVerifier(c.ResendSecrets)
	if err != nil {
		return nil, fmt.Errorf("RESEND_WEBHOOK_SECRET: %w", err)
	}
	db, err := database.Open(ctx, c.DatabaseURL.Reveal(), store.Migrations())
	if err != nil {
		return nil, fmt.Errorf("MAILER_DATABASE_URL: %w", err)
	}
	messages := store.New(db)
	if err := messages.Release(ctx); err != nil {
		db.Close()
		return nil, err
	}
	metrics := service.NewMetrics()
	e := service.NewEcho(service.EchoConfig{Log: log, Metrics: metrics})
	api.Routes(e, api.Config{
		Token: c.InternalToken, Store: messages, Transports: transports, Webhooks: verifier,
		Metrics: metrics, Log: log, Now: time.Now,
		Dispatcher: dispatch.New(dispatch.Config{
			Store: messages, Primary: primary, Fallback: fallback, From: c.From, ReplyTo: c.ReplyTo,
			Confirms: func(provider string) bool { return provider == "resend" && len(c.ResendSecrets) > 0 },
			Log:      log, Metrics: metrics, Now: time.Now,
		}),
	})
	c.warn(log)
	return &App{Handler: e, store: messages, db: db, log: log}, nil
}

// Close closes the database.
func (a *App) Close() { a.db.Close() }

// Run serves until ctx ends.
func Run(ctx context.Context, c *Config, log *slog.Logger) error {
	a, err := New(ctx, c, log)
	if err != nil {
		return err
	}
	defer a.Close()
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { a.forget(ctx) })
	defer group.Wait()
	defer cancel()
	return service.Serve(ctx, log, service.Listener{Addr: c.Addr, Variable: "MAILER_ADDR", Handler: a.Handler})
}

// forget drops what is old, at the start and once a day.
func (a *App) forget(ctx context.Context) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		now := time.Now()
		if err := a.store.Forget(ctx, now.Add(-keepTime), now); err != nil && ctx.Err() == nil {
			a.log.Error("forget old messages", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// warn tells of settings that work, and that a shop would regret.
func (c *Config) warn(log *slog.Logger) {
	service.WarnIfReachable(log, "MAILER_ADDR", c.Addr)
	used := []string{c.Transport, c.Fallback}
	if c.Transport == "outbox" {
		log.Warn("mails are written to files and reach nobody; set MAIL_TRANSPORT to smtp or resend to send them", "dir", c.OutboxDir)
	}
	if c.Fallback == "outbox" {
		log.Warn("MAIL_FALLBACK=outbox writes mails to files when the first transport refuses them; the customer gets none", "dir", c.OutboxDir)
	}
	if c.Transport != "outbox" && c.From == defaultFrom {
		log.Warn("MAIL_FROM is the example address, which mail servers refuse; set it to your own")
	}
	if slices.Contains(used, "resend") && len(c.ResendSecrets) == 0 {
		log.Warn("without RESEND_WEBHOOK_SECRET deliveries and bounces are never heard of")
	}
}

// defaultFrom is the default of MAIL_FROM.
const defaultFrom = "Doorstep <orders@doorstep.example>"
