package page

import "io"

// Catalogue is the front page.
type Catalogue struct {
	Products []Card
}

// Card is a product as the front page and its own page show it.
type Card struct {
	ID       string
	Name     string
	Tagline  string
	Price    string   // formatted: "$199"
	Includes []string // what the buyer gets, a line each
	Promise  string   // how long it takes: "about 2 minutes"
	Kind     string   // of the catalogue: "audit", "file", …
	Href     string   // its page; empty means /products/{ID}
}

// Catalogue writes the front page.
func (r *Renderer) Catalogue(w io.Writer, p Catalogue) error {
	return r.write(w, "catalogue", "", p)
}
