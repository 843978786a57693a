// Package app wires the storefront together; main and tests call it.
package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/blob"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/checkout"
	"doorstep.example/services/storefront/internal/contact"
	"doorstep.example/services/storefront/internal/delivery"
	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/jobs"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/notify"
	"doorstep.example/services/storefront/internal/ops"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/portal"
	"doorstep.example/services/storefront/internal/reconcile"
	"doorstep.example/services/storefront/internal/store"
	"doorstep.example/services/storefront/internal/web"
	"doorstep.example/services/storefront/internal/webhook"
)

// readyTimeout bounds the questions of one /readyz.
const readyTimeout = 2 * time.Second

// Run serves until ctx ends, then drains.
func Run(ctx context.Context, c *Config, log *slog.Logger) error {
	a, err := Open(ctx, c, log)
	if err != nil {
		return err
	}
	defer a.Close()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Queue.Run(ctx) })
	group.Go(func() error { return fulfil.Patrol(ctx, a.Fulfil, a.tasks(c)) })
	// The inbox outlives the server's drain, whose last events wait for it.
	drained, drain := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error { return a.Inbox.Run(drained) })
	group.Go(func() error {
		defer drain()
		return service.Serve(ctx, log,
			service.Listener{Addr: c.Addr, Variable: "STOREFRONT_ADDR", Handler: a.Public},
			service.Listener{Addr: c.OpsAddr, Variable: "STOREFRONT_OPS_ADDR", Handler: a.Ops})
	})
	return group.Wait()
}

// App is the wired storefront.
type App struct {
	DB         *database.DB
	Blobs      *blob.Store
	Queue      *jobs.Queue
	Inbox      *webhook.Inbox
	Fulfil     *fulfil.Fulfiller
	Reconciler *reconcile.Reconciler
	Portal     *portal.Portal
	Public     *echo.Echo
	Ops        *echo.Echo
}

// Close releases what Open opened.
func (a *App) Close() {
	if a.Blobs != nil {
		_ = a.Blobs.Close() // nothing is being written any more
	}
	if a.DB != nil {
		a.DB.Close()
	}
}

// Open builds everything, from the configuration to the two handlers.
func Open(ctx context.Context, c *Config, log *slog.Logger) (*App, error) {
	shopURL := c.PublicBaseURL.String()
	kinds := kind.All(kind.Config{
		Engine: auditapi.Client{BaseURL: c.AuditEngineURL.String(), Token: c.InternalToken}, Folder: filepath.Dir(c.CatalogFile), Live: c.live(),
	})
	goods, err := catalog.Load(c.CatalogFile, kind.Checkers(kinds))
	if err != nil {
		return nil, err
	}
	pages, err := page.New(shop(c, goods, shopURL))
	if err != nil {
		return nil, err
	}
	screener, err := c.screener()
	if err != nil {
		return nil, err
	}
	a := &App{}
	if a.DB, err = database.Open(ctx, c.DatabaseURL.Reveal(), store.Migrations()); err != nil {
		return nil, config.Errors{config.Bad("DATABASE_URL", "%v", err)}
	}
	if a.Blobs, err = blob.Open(ctx, c.BlobURL); err != nil {
		a.Close()
		return nil, config.Errors{config.Bad("BLOB_URL", "%v", err)}
	}
	tokens, err := delivery.NewTokens(ctx, a.DB, c.DownloadKeys)
	if err != nil {
		a.Close()
		return nil, err
	}
	proofs, err := delivery.NewProofs(ctx, a.DB)
	if err != nil {
		a.Close()
		return nil, err
	}
	a.Queue = jobs.New(a.DB, c.Workers)
	seller := mailapi.Seller{Name: goods.Seller.Name, Color: goods.Seller.Color, URL: shopURL, Support: goods.Seller.Support, Address: goods.Seller.Address}
	channels, _ := notify.Parse(c.AlertURLs) // validated with the configuration
	raiser := &alert.Raiser{
		Queue: a.Queue, Seller: seller, Catalog: goods, To: cmp.Or(c.AlertEmail, goods.Seller.Support), Channels: channels,
		ShopURL: shopURL, ConsoleURL: c.OpsBaseURL.String(), Log: log, Now: now,
	}
	fulfiller := &fulfil.Fulfiller{
		DB: a.DB, Queue: a.Queue, Catalog: goods, Kinds: kinds, Blobs: a.Blobs,
		Mailer: mailapi.Client{BaseURL: c.MailerURL.String(), Token: c.InternalToken},
		Tokens: tokens, Proofs: proofs, Alerts: raiser, Seller: seller, ShopURL: shopURL, Log: log, Now: now,
	}
	keys, err := portal.NewKeys(ctx, a.DB, c.DownloadKeys)
	if err != nil {
		a.Close()
		return nil, err
	}
	a.Portal = &portal.Portal{DB: a.DB, Queue: a.Queue, Keys: keys, Seller: seller, ShopURL: shopURL, Now: now}
	letters := &contact.Desk{DB: a.DB, Queue: a.Queue, Seller: seller, To: raiser.To, ConsoleURL: raiser.ConsoleURL, Now: now}
	fulfiller.Letters = map[string]fulfil.Letter{mailapi.TemplateLogin: a.Portal.Mail, mailapi.TemplateContact: letters.Mail}
	if err := a.Queue.Open(ctx, log, fulfiller.Workers()); err != nil {
		a.Close()
		return nil, err
	}
	a.Fulfil = fulfiller
	a.Inbox = webhook.NewInbox(webhook.Config{DB: a.DB, Apply: fulfiller, Jobs: a.Queue, Batch: c.WebhookBatch, Log: log})
	stripe := payment.New(payment.Config{Key: c.StripeKey, BaseURL: c.StripeAPIBase.String()})
	a.Reconciler = &reconcile.Reconciler{
		DB: a.DB, Payment: stripe, Fulfil: fulfiller, Alerts: raiser, WebhookURL: shopURL + "/webhooks/stripe", Log: log, Now: now,
	}
	metrics := service.NewMetrics()
	metrics.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "storefront_commits_total", Help: "Transactions committed; on SQLite those that shared a commit count once.",
	}, func() float64 { return float64(a.DB.Commits()) }))
	site := &web.Site{
		DB: a.DB, Catalog: goods, Kinds: kinds, Payment: stripe, Fulfil: fulfiller, Pages: pages,
		Desk:          &checkout.Desk{DB: a.DB, Catalog: goods, Kinds: kinds, Screen: screener, Payment: stripe, ShopURL: shopURL, Now: now},
		Courier:       &delivery.Courier{DB: a.DB, Blobs: a.Blobs, Tokens: tokens, Now: now},
		Webhook:       &webhook.Receiver{Inbox: a.Inbox, Secrets: c.WebhookSecrets, Log: log, Now: now},
		Contact:       letters,
		Portal:        a.Portal,
		PortalCookies: portal.NewCookies(shopURL),
		Folder:        filepath.Dir(c.CatalogFile),
		MailHook:      web.NewMailHook(c.MailerURL.URL, log),
		ShopURL:       shopURL,
		PayOrigins:    payOrigins(c),
		Log:           log,
		Now:           now,
	}
	a.Public = service.NewEcho(service.EchoConfig{Log: log, Metrics: metrics, Proxies: c.TrustedProxies, RenderError: site.RenderError})
	site.Routes(a.Public)
	service.Health(a.Public, a.ready)
	a.Ops = service.NewEcho(service.EchoConfig{Log: log, Metrics: metrics})
	(&ops.Desk{DB: a.DB, Metrics: metrics, Token: c.InternalToken, Reconcile: a.Reconciler.Run}).Routes(a.Ops)
	service.Health(a.Ops, a.ready)
	return a, nil
}

// tasks are what is done again and again.
func (a *App) tasks(c *Config) []fulfil.Task {
	return append(a.Fulfil.Tasks(),
		fulfil.Task{Name: "reconcile", Every: c.ReconcileEvery, Do: func(ctx context.Context) error {
			_, err := a.Reconciler.Run(ctx, reconcile.Window)
			return err
		}},
		fulfil.Task{Name: "portal", Every: portal.PurgeEvery, Do: a.Portal.Purge},
	)
}

// ready says what is missing. The engine and the mailer are not asked: the shop
// sells and stores without them, and their jobs wait.
func (a *App) ready(c echo.Context) []string {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyTimeout)
	defer cancel()
	var reasons []string
	if err := a.DB.Ping(ctx); err != nil {
		reasons = append(reasons, fmt.Sprintf("the database does not answer: %v", err))
	}
	if err := a.Blobs.Ready(ctx); err != nil {
		reasons = append(reasons, fmt.Sprintf("the artefact store does not answer: %v", err))
	}
	return reasons
}

func shop(c *Config, goods *catalog.Catalog, shopURL string) page.Shop {
	s := goods.Seller
	view := page.Shop{
		Name: s.Name, Tagline: s.Tagline, Color: s.Color, URL: shopURL, Support: s.Support, Address: s.Address,
		Sandbox: c.StripeAPIBase.Host != "" || !c.live(), Languages: s.Offers(), Translations: map[string]page.ShopText{},
	}
	for _, l := range s.Legal {
		view.Legal = append(view.Legal, page.Link{Text: l.Text, URL: l.URL})
	}
	if goods.Logo != nil {
		view.LogoURL = "/logo"
	}
	for tag, text := range s.Translations {
		translated := page.ShopText{Tagline: text.Tagline}
		for _, l := range text.Legal {
			translated.Legal = append(translated.Legal, page.Link{Text: l.Text, URL: l.URL})
		}
		view.Translations[tag] = translated
	}
	return view
}

// payOrigins are where the order form may lead: Stripe's hosted page, and the
// address that it was moved to. Where none is told, a sandbox has it beside its API.
func payOrigins(c *Config) []string {
	origins := []string{"https://checkout.stripe.com"}
	for _, u := range []config.URL{c.CheckoutOrigin, c.StripeAPIBase} {
		if u.Host != "" {
			return append(origins, u.Scheme+"://"+u.Host)
		}
	}
	return origins
}
