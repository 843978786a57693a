package web

import (
	"fmt"
	"net/http"
	"time"

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
	return html(c, http.StatusOK, func() error { return s.Pages.Catalogue(c.Response(), p) })
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
	view := page.Product{Card: card(p), Form: page.Form{Token: token}}
	for _, q := range p.Questions {
		view.Questions = append(view.Questions, page.Question{Q: q.Q, A: q.A})
	}
	for _, f := range checkout.Fields(s.Kinds[p.Kind]) {
		view.Form.Fields = append(view.Form.Fields, page.Field{
			Name: f.Name, Label: f.Label, Type: f.Type, Placeholder: f.Placeholder, Help: f.Help, Required: f.Required,
			MaxLength: f.MaxLength, Autocomplete: f.Autocomplete, Value: values[f.Name], Error: wrong.Fields[f.Name],
		})
	}
	if len(wrong.Fields) == 0 {
		view.Form.Error = wrong.Message
	}
	return html(c, status, func() error { return s.Pages.Product(c.Response(), view) })
}

func card(p catalog.Product) page.Card {
	return page.Card{
		ID: p.ID, Name: p.Name, Tagline: p.Tagline, Price: catalog.Money(p.Price, p.Currency), Includes: p.Includes,
		Promise: within(p.Promise), Kind: p.Kind, Href: "/products/" + p.ID,
	}
}

// within completes "Delivered in …".
func within(d time.Duration) string {
	if d < time.Hour {
		return fmt.Sprintf("at most %d minutes", int(d.Minutes()))
	}
	return fmt.Sprintf("at most %d hours", int(d.Hours()))
}
