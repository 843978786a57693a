package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/storefront/internal/page"
)

const (
	// langParam is in the links by which a visitor changes the language.
	langParam    = "lang"
	langCookie   = "doorstep-lang"
	langRemember = 365 * 24 * 60 * 60 // seconds
)

// language keeps the language that a visitor has chosen.
func (s *Site) language(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if chosen := c.QueryParam(langParam); chosen != "" && s.Pages.Match(chosen, "") == chosen {
			c.SetCookie(s.cookie(langCookie, chosen, langRemember))
		}
		return next(c)
	}
}

// view is how the visitor looks at a page: in the language chosen with it, else in the
// one chosen before, else in the one that the browser prefers.
func (s *Site) view(c echo.Context) page.View {
	r := c.Request()
	chosen := c.QueryParam(langParam)
	if chosen == "" {
		chosen = s.readCookie(c, langCookie)
	}
	return page.View{Lang: s.Pages.Match(chosen, r.Header.Get("Accept-Language")), Path: r.URL.RequestURI()}
}

// viewAt is view for the answer to a form, whose page has another address.
func (s *Site) viewAt(c echo.Context, path string) page.View {
	v := s.view(c)
	v.Path = path
	return v
}

// cookie is one of ours. Over https its name keeps other hosts of the domain from
// setting it (RFC 6265bis, 4.1.3.2).
func (s *Site) cookie(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	}
}

func (s *Site) readCookie(c echo.Context, name string) string {
	cookie, err := c.Request().Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *Site) cookieName(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

func (s *Site) secure() bool { return strings.HasPrefix(s.ShopURL, "https://") }
