package page

import "io"

// Product is the page of one product with its order form.
type Product struct {
	Card
	SampleURL   string   // a report to look at before buying; may be empty
	Description []string // paragraphs
	Questions   []Question
	Form        Form // posts to /checkout
}

// Question is one of those that buyers ask before they pay.
type Question struct{ Q, A string }

// Product writes a product's page.
func (r *Renderer) Product(w io.Writer, v View, p Product) error {
	return r.write(w, v, "product", "", p)
}
