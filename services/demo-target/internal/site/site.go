// Package site is Northwind Atelier, a little shop that looks well and is kept
// badly. It is the same over TLS and plain http.
package site

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"doorstep.example/pkg/service"
	"doorstep.example/services/demo-target/internal/weakness"
)

// maxBody is more than any form of the shop needs. The planted weaknesses are
// those of the table; running out of memory is not one of them.
const maxBody = "64K"

// New returns the whole site.
func New(log *slog.Logger) (http.Handler, error) {
	pages, err := parsePages()
	if err != nil {
		return nil, fmt.Errorf("parse the pages: %w", err)
	}
	metrics := service.NewMetrics()
	e := service.NewEcho(service.EchoConfig{Log: log, Metrics: metrics, RenderError: pages.renderError})
	e.Use(middleware.BodyLimit(maxBody), banners)
	service.Health(e, func(echo.Context) []string { return nil }) // it depends on nothing
	get := func(path string, h echo.HandlerFunc) {
		e.Match([]string{http.MethodGet, http.MethodHead}, path, h)
	}
	get("/metrics", metrics.Handler())
	get("/weaknesses.json", func(c echo.Context) error { return c.JSONPretty(http.StatusOK, weakness.All, "  ") })
	pages.routes(get)
	e.POST("/login", pages.tryLogin)
	forgottenRoutes(get)
	apiRoutes(e)
	return e, nil
}

// banners tells every visitor what runs here, and that it is years out of date.
func banners(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("Server", "nginx/1.14.0")
		c.Response().Header().Set("X-Powered-By", "PHP/7.2.1")
		return next(c)
	}
}
