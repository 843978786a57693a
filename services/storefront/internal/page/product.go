package page

import "io"

// Product is the page of one product with its order form.
type Product struct {
	Card
	Description []string // paragraphs
	Questions   []Question
	Form        Form
}

// Question is one of those that buyers ask before they pay.
type Question struct{ Q, A string }

// Form is the order form. A form that was refused comes back with the same
// values and says at each field what is wrong.
type Form struct {
	Action string // empty means /checkout
	Token  string // posted as form_token: one order a token
	Fields []Field
	Error  string // what is wrong beside the fields
}

// Field is one input.
type Field struct {
	Name         string
	Label        string
	Type         string // text, url or email; empty means text
	Placeholder  string
	Help         string
	Value        string
	Error        string
	Required     bool
	MaxLength    int    // 0: the browser does not limit it
	Autocomplete string // of HTML: "email", "url", "organization", …
	Pattern      string
}

// Describes lists the ids of the texts that belong to the input.
func (f Field) Describes() string {
	switch {
	case f.Help != "" && f.Error != "":
		return "error-" + f.Name + " help-" + f.Name
	case f.Error != "":
		return "error-" + f.Name
	case f.Help != "":
		return "help-" + f.Name
	default:
		return ""
	}
}

// Refused reports whether the form comes back with something to correct.
func (f Form) Refused() bool {
	if f.Error != "" {
		return true
	}
	for _, field := range f.Fields {
		if field.Error != "" {
			return true
		}
	}
	return false
}

// Product writes a product's page.
func (r *Renderer) Product(w io.Writer, p Product) error {
	return r.write(w, "product", "", p)
}
