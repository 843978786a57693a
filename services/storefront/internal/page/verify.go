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

// Verdict is the key of what the page says, under verify.
func (v Verify) Verdict() string {
	switch {
	case !v.Genuine:
		return "unknown"
	case v.Revoked:
		return "revoked"
	default:
		return "genuine"
	}
}

// Verify writes the page of a report number.
func (r *Renderer) Verify(w io.Writer, v View, p Verify) error {
	return r.write(w, v, "verify", "", p)
}
