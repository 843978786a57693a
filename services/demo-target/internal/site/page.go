package site

import (
	"crypto/rand"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
)

// Without "all:" embed leaves out the names that begin with an underscore.
//
//go:embed all:pages
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// sessionCookie is named as the runtime of the banner would name it.
const sessionCookie = "PHPSESSID"

// pages are the parsed templates by name.
type pages map[string]*template.Template

type homePage struct{ Goods []Good }

type productPage struct {
	Good   Good
	Others []Good
}

type loginPage struct{ Failed bool }

type errorPage struct {
	Status  int
	Message string
}

// frame is what the layout around every page needs.
type frame struct {
	Title   string
	Current string // the entry of the menu that is lit
	Page    any
}

func parsePages() (pages, error) {
	p := pages{}
	for _, name := range []string{"home", "product", "login", "about", "error"} {
		t, err := template.ParseFS(pageFiles, "pages/_layout.html", fmt.Sprintf("pages/%s/%s.html", name, name))
		if err != nil {
			return nil, err
		}
		p[name] = t
	}
	return p, nil
}

func (p pages) routes(get func(string, echo.HandlerFunc)) {
	get("/", func(c echo.Context) error {
		return p.render(c, http.StatusOK, "home", frame{"Northwind Atelier", "shop", homePage{goods}})
	})
	get("/products/:slug", p.product)
	get("/about", func(c echo.Context) error {
		return p.render(c, http.StatusOK, "about", frame{"Our workshop · Northwind Atelier", "about", nil})
	})
	get("/login", func(c echo.Context) error {
		return p.render(c, http.StatusOK, "login", frame{"Sign in · Northwind Atelier", "login", loginPage{}})
	})
	get("/assets/*", echo.StaticDirectoryHandler(echo.MustSubFS(assetFiles, "assets"), false))
}

func (p pages) product(c echo.Context) error {
	good, ok := find(c.Param("slug"))
	if !ok {
		return errs.New(errs.NotFound, "We do not make anything by that name.")
	}
	page := productPage{Good: good}
	for _, other := range goods {
		if other.Slug != good.Slug && len(page.Others) < 3 {
			page.Others = append(page.Others, other)
		}
	}
	return p.render(c, http.StatusOK, "product", frame{good.Name + " · Northwind Atelier", "shop", page})
}

// tryLogin knows no account: every password is wrong, however often it is tried.
func (p pages) tryLogin(c echo.Context) error {
	return p.render(c, http.StatusUnauthorized, "login", frame{"Sign in · Northwind Atelier", "login", loginPage{Failed: true}})
}

func (p pages) renderError(c echo.Context, status int, err *errs.Error) error {
	if strings.HasPrefix(c.Request().URL.Path, "/api/") {
		return c.JSON(status, err.Body())
	}
	return p.render(c, status, "error", frame{"Northwind Atelier", "", errorPage{status, err.Message}})
}

// render writes a page and hands out the session cookie without Secure, HttpOnly
// or SameSite.
func (p pages) render(c echo.Context, status int, name string, f frame) error {
	if _, err := c.Cookie(sessionCookie); err != nil {
		c.SetCookie(&http.Cookie{Name: sessionCookie, Value: strings.ToLower(rand.Text()), Path: "/"})
	}
	var b strings.Builder
	if err := p[name].ExecuteTemplate(&b, "_layout.html", f); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return c.HTML(status, b.String())
}
