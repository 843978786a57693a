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
	"doorstep.example/services/storefront/internal/delivery"
	"doorstep.example/services/storefront/internal/fulfil"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/payment"
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
	MailHook http.Handler // the mailer, for the mail provider's events
	ShopURL  string
	// PayOrigins are where a buyer may be sent to pay: Stripe, or the sandbox.
	PayOrigins []string
	Log        *slog.Logger
	Now        func() time.Time
}

// Routes adds the public routes to e.
func (s *Site) Routes(e *echo.Echo) {
	e.Use(s.headers())
	form := middleware.BodyLimit(maxForm)
	e.GET("/", s.home)
	e.GET("/products/:id", s.product)
	e.POST("/checkout", s.checkoutForm, form)
	e.POST("/api/checkout", s.checkoutAPI, form)
	e.POST("/webhooks/stripe", s.Webhook.Handle)
	e.POST("/webhooks/resend", echo.WrapHandler(s.MailHook))
	e.GET("/thank-you", s.thankYou)
	e.GET("/orders/:id", s.order)
	e.GET("/orders/:id/events", s.orderEvents)
	e.POST("/orders/:id/goods/:artefact", s.orderGoods, form)
	e.GET("/download", s.link)
	e.POST("/download", s.startDownload, form)
	e.POST("/download/renew", s.renewLink, form)
	e.Match([]string{http.MethodGet, http.MethodHead}, "/download/:ticket", s.bytes)
	e.GET("/verify/:report", s.verify)
	e.GET("/robots.txt", s.robots)
	e.GET("/.well-known/security.txt", s.securityTxt)
	e.Match([]string{http.MethodGet, http.MethodHead}, "/static/*", echo.WrapHandler(s.Pages.Static()))
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
		body := map[string]any{"error": e.Message}
		if e.Code != "" {
			body["code"] = e.Code
		}
		if len(e.Fields) > 0 {
			body["fields"] = e.Fields
		}
		return c.JSON(status, body)
	}
	return html(c, status, func() error {
		return s.Pages.Message(c.Response(), s.view(c), page.Message{Status: status, Key: e.Code, RetryAfter: e.RetryAfter})
	})
}

// view is how the visitor looks at a page: in the language of ?lang=…, else in the one
// that the browser prefers.
func (s *Site) view(c echo.Context) page.View {
	r := c.Request()
	return page.View{Lang: s.Pages.Match(c.QueryParam("lang"), r.Header.Get("Accept-Language")), Path: r.URL.RequestURI()}
}

// html writes a page with its status.
func html(c echo.Context, status int, write func() error) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return write()
}
