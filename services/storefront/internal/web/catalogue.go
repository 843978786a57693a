package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/checkout"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
)

// home is the catalogue.
func (s *Site) home(c echo.Context) error {
	var p page.Catalogue
	for _, product := range s.Catalog.Products {
		p.Products = append(p.Products, card(product))
	}
	return html(c, http.StatusOK, func() error { return s.Pages.Catalogue(c.Response(), s.view(c), p) })
}

// product is one product with an empty form.
func (s *Site) product(c echo.Context) error {
	p, err := s.Desk.Product(checkout.Request{Product: c.Param("id")})
	if err != nil {
		return err
	}
	return s.showForm(c, http.StatusOK, p, string(order.NewID()), nil, &errs.Error{})
}

// showForm shows a product's form with the values kept and what is wrong with them.
func (s *Site) showForm(c echo.Context, status int, p catalog.Product, token string, values map[string]string, wrong *errs.Error) error {
	shown := page.Product{Card: card(p), Form: page.Form{Token: token}}
	for _, q := range p.Questions {
		shown.Questions = append(shown.Questions, page.Question{Q: q.Q, A: q.A})
	}
	for _, f := range checkout.Fields(s.Kinds[p.Kind]) {
		shown.Form.Fields = append(shown.Form.Fields, page.Field{
			Name: f.Name, Type: f.Type, Required: f.Required, MaxLength: f.MaxLength, Autocomplete: f.Autocomplete,
			Value: values[f.Name], Error: wrong.Fields[f.Name],
		})
	}
	if len(wrong.Fields) == 0 {
		shown.Form.Error = wrong.Message
	}
	view := s.view(c)
	view.Path = "/products/" + p.ID // a form that was refused has no address of its own
	return html(c, status, func() error { return s.Pages.Product(c.Response(), view, shown) })
}

func card(p catalog.Product) page.Card {
	return page.Card{
		ID: p.ID, Name: p.Name, Tagline: p.Tagline, Amount: p.Price, Currency: p.Currency, Includes: p.Includes,
		Promise: p.Promise, Kind: p.Kind, Href: "/products/" + p.ID,
	}
}
