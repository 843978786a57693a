// Package page is what people see of the sandbox: the hosted payment page, which
// stands for checkout.stripe.com, and a dashboard. Plain forms, one style sheet,
// no script.
package page

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/control"
	"doorstep.example/services/stripe-sandbox/internal/webhook"
)

//go:embed _base.html style.css pay/*.html dashboard/*.html notice/*.html
var files embed.FS

// Config is what Register needs.
type Config struct {
	Account *account.Account
	Engine  *webhook.Engine
	Control *control.Control
}

// Pages renders them.
type Pages struct {
	Config
	pay, dashboard, notice *template.Template
}

// Register adds the pages to e.
func Register(e *echo.Echo, c Config) *Pages {
	p := &Pages{Config: c, pay: parse("pay/pay.html"), dashboard: parse("dashboard/*.html"), notice: parse("notice/notice.html")}
	e.GET("/", p.showDashboard)
	e.GET("/style.css", style)
	e.GET("/pay/:session", p.showPay)
	e.POST("/pay/:session", p.postPay)
	e.GET("/receipts/:charge", p.showReceipt)
	p.registerActions(e)
	return p
}

func parse(name string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"money": Money,
		"clock": func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2 Jan 15:04:05") },
		"time":  func(t time.Time) string { return t.UTC().Format("2 Jan 15:04:05") },
		"short": short,
	}).ParseFS(files, "_base.html", name))
}

// short keeps both ends of a long id.
func short(id string) string {
	if len(id) <= 22 {
		return id
	}
	return id[:14] + "…" + id[len(id)-5:]
}

func style(c echo.Context) error {
	css, err := files.ReadFile("style.css")
	if err != nil {
		panic("page: the style sheet is not embedded: " + err.Error())
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", css)
}

// render writes a page. next is where its form may lead in the end, besides here:
// browsers apply form-action to the redirect after a POST, too.
func render(c echo.Context, status int, t *template.Template, next string, data any) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "base", data); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"+source(next))
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	return c.HTMLBlob(status, b.Bytes())
}

// source is the origin of a URL for a policy. An IP address other than 127.0.0.1
// cannot be named in one, so there the whole scheme is allowed.
func source(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host == "" {
		return ""
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil && u.Hostname() != "127.0.0.1" {
		return " " + u.Scheme + ":"
	}
	if strings.ContainsAny(u.Host, "; ,'\"") {
		return ""
	}
	return " " + u.Scheme + "://" + u.Host
}

// notice is a page that says one thing.
type notice struct {
	Title, Text, Link, LinkText string
	Tone                        string // good or quiet
}

// showNotice shows a page that says one thing, such as that there is nothing here.
func (p *Pages) showNotice(c echo.Context, status int, n notice) error {
	return render(c, status, p.notice, "", n)
}

// Error shows an error's text.
func (p *Pages) Error(c echo.Context, status int, text string) error {
	return p.showNotice(c, status, notice{Title: http.StatusText(status), Text: text, Link: "/", LinkText: "Go to the dashboard", Tone: "quiet"})
}
