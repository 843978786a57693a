package page

import (
	"io"
	"time"
)

// Download is the page behind a mailed link. It starts nothing by itself: mail
// gateways open links too.
type Download struct {
	State    DownloadState
	Product  string
	File     string
	Size     int64 // bytes; 0: not said
	Left     int   // downloads that remain
	Until    time.Time
	Email    string   // masked: where a new link goes
	Action   string   // where the one button posts to; empty: no button
	Hidden   []Hidden // posted with it
	OrderURL string   // may be empty
}

// DownloadState is what has become of a link.
type DownloadState string

// The states of a link. All but the first and the last are a 410.
const (
	LinkOpen     DownloadState = "open"
	LinkExpired  DownloadState = "expired"
	LinkUsedUp   DownloadState = "used_up"
	LinkRevoked  DownloadState = "revoked"  // replaced or withdrawn; a new one may be had
	LinkRefunded DownloadState = "refunded" // the order was paid back; never a button
	LinkRenewed  DownloadState = "renewed"  // a new link is on its way
)

// Download writes the page of a download link.
func (r *Renderer) Download(w io.Writer, v View, p Download) error {
	return r.write(w, v, "download", "", p)
}
