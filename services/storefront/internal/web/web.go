// Package web answers the public routes: one file a page. A handler reads the
// request, asks the package that knows, and fills a page; it decides nothing.
package web

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/checkout"
	"doorstep.example/services/storefront/internal/contact"
	"doorstep.example/services/storefront/internal/delivery"
	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/limit"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/payment"
	"doorstep.example/services/storefront/internal/portal"
	"doorstep.example/services/storefront/internal/webhook"
)

// maxForm bounds forms and JSON bodies from browsers.
const maxForm = "64K"

// Site is everything that the public routes need.
type Site struct {
	DB       *database.DB
	Catalog  *catalog.Catalog
	Kinds    map[string]kind.Kind
	Desk     *checkout.Desk
	Payment  *payment.Client
	Fulfil   *fulfil.Fulfiller
	Courier  *delivery.Courier
	Webhook  *webhook.Receiver
	Pages    *page.Renderer
	Contact  *contact.Desk
	Portal   *portal.Portal
	MailHook http.Handler // the mailer, for the mail provider's events
	// PortalCookies are those of whoever is signed in.
	PortalCookies portal.Cookies
	Folder        string // of the catalogue: where samples lie
	ShopURL       string
	// PayOrigins are where a buyer may be sent to pay: Stripe, or the sandbox.
	PayOrigins []string
	Log        *slog.Logger
	Now        func() time.Time

	resends, corrections, proofs *limit.Limiter // by order
	medians                      medians
}

// Routes adds the public routes to e.
func (s *Site) Routes(e *echo.Echo) {
	s.resends, s.corrections = limit.New(limit.Resend, s.Now), limit.New(limit.Correction, s.Now)
	s.proofs = limit.New(limit.Proof, s.Now)
	e.Use(s.headers(), s.language)
	form := middleware.BodyLimit(maxForm)
	limited := func(name string, rate limit.Rate) echo.MiddlewareFunc { return limit.New(rate, s.Now).Middleware(name) }
	checkouts, downloads := limited("checkout", limit.Checkout), limited("download", limit.Downloads)
	read := func(path string, handler echo.HandlerFunc, more ...echo.MiddlewareFunc) {
		e.Match([]string{http.MethodGet, http.MethodHead}, path, handler, more...)
	}

	read("/", s.home)
	read("/products/:id", s.product)
	read("/products/:id/sample", s.sample)
	read("/logo", s.logo)
	e.POST("/checkout", s.checkoutForm, checkouts, form)
	e.POST("/api/checkout", s.checkoutAPI, checkouts, form)
	e.GET("/thank-you", s.thankYou)

	e.POST("/webhooks/stripe", s.Webhook.Handle)
	e.POST("/webhooks/resend", echo.WrapHandler(s.MailHook))

	read("/orders/:id", s.order)
	e.GET("/orders/:id/events", s.orderEvents)
	read("/orders/:id/receipt", s.receipt, limited("receipt", limit.Downloads))
	e.POST("/orders/:id/resend", s.resend, form)
	e.POST("/orders/:id/email", s.correct, form)
	e.POST("/orders/:id/proof", s.prove, form)
	e.POST("/orders/:id/goods/:artefact", s.orderGoods, downloads, form)
	read("/download", s.link)
	e.POST("/download", s.startDownload, downloads, form)
	e.POST("/download/renew", s.renewLink, downloads, form)
	read("/download/:ticket", s.bytes)

	read("/portal", s.portal)
	e.POST("/portal/login", s.login, limited("login", limit.Login), form)
	read("/portal/enter", s.enterPage)
	e.POST("/portal/enter", s.enter, form)
	e.POST("/portal/logout", s.logout, form)
	e.POST("/portal/orders/:id/resend", s.portalResend, form)
	read("/contact", s.contactPage)
	e.POST("/contact", s.sendContact, limited("contact", limit.Contact), form)

	read("/verify/:report", s.verify)
	read("/robots.txt", s.robots)
	read("/.well-known/security.txt", s.securityTxt)
	read("/static/*", echo.WrapHandler(s.Pages.Static()))
}

// headers denies by default: nothing may be loaded, framed or sent anywhere but
// what the pages name. form-action lists where paying happens, because browsers
// apply it to the redirect after the form too.
func (s *Site) headers() echo.MiddlewareFunc {
	csp := page.Policy + "; form-action 'self' " + strings.Join(s.PayOrigins, " ") + "; base-uri 'none'; frame-ancestors 'none'"
	secure := strings.HasPrefix(s.ShopURL, "https://")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", csp)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer") // order pages and links are capabilities
			h.Set("X-Frame-Options", "DENY")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
			if secure {
				h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
			}
			if !strings.HasPrefix(c.Path(), "/static/") {
				h.Set("Cache-Control", "no-store") // pages show an order's present state
			}
			return next(c)
		}
	}
}

// RenderError shows an error as a page, or as JSON to programs.
func (s *Site) RenderError(c echo.Context, status int, e *errs.Error) error {
	path := c.Request().URL.Path
	if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/webhooks/") {
		lang := s.view(c).Lang
		body := map[string]any{"error": s.Pages.Say(lang, e.Message)}
		if e.Code != "" {
			body["code"] = e.Code
		}
		if len(e.Fields) > 0 {
			fields := map[string]string{}
			for name, reason := range e.Fields {
				fields[name] = s.Pages.Say(lang, reason)
			}
			body["fields"] = fields
		}
		return c.JSON(status, body)
	}
	return html(c, status, func() error {
		return s.Pages.Message(c.Response(), s.view(c), page.Message{Status: status, Key: e.Code, RetryAfter: e.RetryAfter})
	})
}

// html writes a page with its status.
func html(c echo.Context, status int, write func() error) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return write()
}
