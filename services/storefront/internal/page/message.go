package page

import "io"

// Message is a page that says one thing: an error, or a neutral answer.
type Message struct {
	Status int    // of HTTP; chooses title and text where they are empty
	Title  string // may be empty
	Text   string // may be empty
	Links  []Link // where to go from here; the first is the main one
}

// Message writes a message page.
func (r *Renderer) Message(w io.Writer, p Message) error { return r.write(w, "message", "", p) }
