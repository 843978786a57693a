package page

import "io"

// Contact is the page with the contact form, and its answer.
type Contact struct {
	Form Form // name, email, company and message; posts to /contact
	Sent bool // thanks instead of the form, whatever became of the message
}

// Contact writes the contact page.
func (r *Renderer) Contact(w io.Writer, v View, p Contact) error {
	return r.write(w, v, "contact", "", p)
}
