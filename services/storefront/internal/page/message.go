package page

import (
	"io"
	"time"
)

// Message is a page that says one thing: an error, or a neutral answer.
type Message struct {
	Status     int           // of HTTP; chooses the texts where Key does not
	Key        string        // of the texts under message, such as "no_payment"; may be unknown or empty
	RetryAfter time.Duration // when it is worth another try; 0: not said
	Links      []Link        // where to go from here; the first is the main one
}

// Message writes a message page.
func (r *Renderer) Message(w io.Writer, v View, p Message) error {
	return r.write(w, v, "message", "", p)
}
