package page

import (
	"io"
	"strings"
	"time"
)

// Catalogue is the front page.
type Catalogue struct {
	Products []Card
}

// Names lists the products for search engines.
func (c Catalogue) Names() string {
	var names []string
	for _, p := range c.Products {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// Card is a product as the front page and its own page show it.
type Card struct {
	ID       string
	Name     string
	Tagline  string
	Amount   int64         // minor units of Currency
	Currency string        // as Stripe writes it: usd
	Includes []string      // what the buyer gets, a line each
	Promise  time.Duration // the longest it may take; 0: not said
	Median   time.Duration // what it took in the last 30 days; 0: not measured
	Kind     string        // of the catalogue: "audit", "file", …
	Href     string        // its page; empty means /products/{ID}
}

// Catalogue writes the front page.
func (r *Renderer) Catalogue(w io.Writer, v View, p Catalogue) error {
	return r.write(w, v, "catalogue", "", p)
}
