package web

import (
	"net/http"
	"path/filepath"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/checkout"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/screen"
)

// home is the catalogue.
func (s *Site) home(c echo.Context) error {
	view := s.view(c)
	var p page.Catalogue
	for _, product := range s.Catalog.Products {
		p.Products = append(p.Products, s.card(c, product.In(view.Lang)))
	}
	return html(c, http.StatusOK, func() error { return s.Pages.Catalogue(c.Response(), view, p) })
}

// product is one product with an empty form.
func (s *Site) product(c echo.Context) error {
	p, err := s.Desk.Product(checkout.Request{Product: c.Param("id")})
	if err != nil {
		return err
	}
	return s.showForm(c, http.StatusOK, p, string(order.NewID()), nil, &errs.Error{})
}

// showForm shows a product's form with the values kept, what is wrong with them, and
// what is doubted.
func (s *Site) showForm(c echo.Context, status int, p catalog.Product, token string, values map[string]string, wrong *errs.Error, doubts ...screen.Warning) error {
	view := s.viewAt(c, "/products/"+p.ID) // a form that was refused has no address of its own
	text := p.In(view.Lang)
	shown := page.Product{Card: s.card(c, text), Description: text.Description, SampleURL: sampleURL(p), Form: page.Form{Token: token}}
	for _, q := range text.Questions {
		shown.Questions = append(shown.Questions, page.Question{Q: q.Q, A: q.A})
	}
	for _, f := range checkout.Fields(s.Kinds[p.Kind]) {
		field := page.Field{
			Name: f.Name, Type: f.Type, Required: f.Required, MaxLength: f.MaxLength, Autocomplete: f.Autocomplete,
			Value: values[f.Name], Error: wrong.Fields[f.Name],
		}
		for _, doubt := range doubts {
			if string(doubt.Field) == f.Name {
				field.Warning, field.Suggestion = string(doubt.Key), doubt.Suggestion
			}
		}
		shown.Form.Fields = append(shown.Form.Fields, field)
	}
	if len(wrong.Fields) == 0 {
		shown.Form.Error = wrong.Message
	}
	return html(c, status, func() error { return s.Pages.Product(c.Response(), view, shown) })
}

func (s *Site) card(c echo.Context, p catalog.Product) page.Card {
	return page.Card{
		ID: p.ID, Name: p.Name, Tagline: p.Tagline, Amount: p.Price, Currency: p.Currency, Includes: p.Includes,
		Promise: p.Promise, Median: s.medians.of(c.Request().Context(), s, p.ID), Kind: p.Kind, Href: "/products/" + p.ID,
	}
}

// sampleURL is where the sample of what is sold can be seen; "" if there is none.
func sampleURL(p catalog.Product) string {
	if p.Sample == "" || p.SampleIsURL() {
		return p.Sample
	}
	return "/products/" + p.ID + "/sample"
}

// sample is GET /products/{id}/sample: a report to look at before buying.
func (s *Site) sample(c echo.Context) error {
	p, err := s.Desk.Product(checkout.Request{Product: c.Param("id")})
	if err != nil {
		return err
	}
	if p.Sample == "" || p.SampleIsURL() {
		return errs.New(errs.NotFound, "There is no sample of this product.")
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `inline; filename="sample.pdf"`)
	return c.File(filepath.Join(s.Folder, p.Sample))
}

// logo is GET /logo: the seller's, as it was when the shop started.
func (s *Site) logo(c echo.Context) error {
	logo := s.Catalog.Logo
	if logo == nil {
		return errs.New(errs.NotFound, "The seller has no logo.")
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.Blob(http.StatusOK, logo.ContentType, logo.Content)
}
