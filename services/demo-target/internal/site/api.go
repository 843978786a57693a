package site

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// basket is what a visitor put aside; private, and readable from any origin.
type basket struct {
	Session string `json:"session"`
	Items   []Good `json:"items"`
}

func apiRoutes(e *echo.Echo) {
	api := e.Group("/api", reflectOrigin)
	api.GET("/products", func(c echo.Context) error { return c.JSON(http.StatusOK, goods) })
	api.GET("/basket", func(c echo.Context) error {
		b := basket{Items: []Good{}}
		if cookie, err := c.Cookie(sessionCookie); err == nil {
			b.Session = cookie.Value
			b.Items = append(b.Items, goods[0])
		}
		return c.JSON(http.StatusOK, b)
	})
	preflight := func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderAccessControlAllowMethods, "GET, POST, PUT, DELETE")
		c.Response().Header().Set(echo.HeaderAccessControlAllowHeaders, c.Request().Header.Get(echo.HeaderAccessControlRequestHeaders))
		return c.NoContent(http.StatusNoContent)
	}
	api.OPTIONS("/products", preflight)
	api.OPTIONS("/basket", preflight)
	api.GET("/", func(c echo.Context) error {
		return c.JSON(http.StatusOK, map[string][]string{"endpoints": {"/api/products", "/api/basket"}})
	})
	api.OPTIONS("/", preflight)
}

// reflectOrigin trusts whoever asks, cookies included.
func reflectOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if origin := c.Request().Header.Get(echo.HeaderOrigin); origin != "" {
			c.Response().Header().Set(echo.HeaderAccessControlAllowOrigin, origin)
			c.Response().Header().Set(echo.HeaderAccessControlAllowCredentials, "true")
		}
		return next(c)
	}
}
