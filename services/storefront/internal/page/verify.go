package page

import (
	"io"
	"time"
)

// Verify says whether a report is genuine. Only ReportID is set for an unknown
// report, and it is the visitor's own text.
type Verify struct {
	ReportID string
	Genuine  bool
	Revoked  bool // issued by us, its order was paid back since
	Issued   time.Time
	Target   string // the host
	Product  string
	SHA256   string // of the PDF, hexadecimal
}

// Verify writes the page of a report number.
func (r *Renderer) Verify(w io.Writer, p Verify) error { return r.write(w, "verify", "", p) }
