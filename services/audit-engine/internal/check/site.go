package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"doorstep.example/services/audit-engine/internal/guard"
)

// Site is what a scan has gathered about a target, and the way to ask it for more.
type Site struct {
	Now  time.Time
	Host string // name of the host at the end of the redirects

	// Page is the answer at the end of the redirects. It is never nil.
	Page *guard.Response
	// Plain is what the host answers on unencrypted HTTP.
	Plain Plain
	// TLS is nil when there was nothing to shake hands with; NoTLS then says why.
	TLS   *TLS
	NoTLS string
	// Roots are the certificate authorities that visitors trust. nil: none are known.
	Roots *x509.CertPool

	// Ask sends one request to the site that Page came from, without following
	// redirects. path begins with a slash.
	Ask func(ctx context.Context, method, path string, header http.Header) (*guard.Response, error)

	parse    sync.Once
	document Document
}

// Plain is the http:// side of a host. Exactly one of its fields is set.
type Plain struct {
	Response *guard.Response // what a visitor gets who begins at http://, after redirects
	Closed   bool            // nothing answers there
	Unknown  string          // why it could not be looked at
}

// TLS is what handshakes with the host have shown.
type TLS struct {
	Address  string    // host:port
	Versions []Version // 1.0 to 1.3
	Chain    []*x509.Certificate
}

// Version is one version of TLS.
type Version struct {
	ID      uint16
	Offered bool
	Unknown bool // no clear answer
	Suite   uint16
}

// Offers reports whether version was agreed on.
func (t *TLS) Offers(version uint16) bool {
	for _, v := range t.Versions {
		if v.ID == version {
			return v.Offered
		}
	}
	return false
}

// Refuses reports whether the host clearly declined version.
func (t *TLS) Refuses(version uint16) bool {
	for _, v := range t.Versions {
		if v.ID == version {
			return !v.Offered && !v.Unknown
		}
	}
	return false
}

func (t *TLS) describe() string {
	var lines []string
	for _, v := range t.Versions {
		state := "declined"
		if v.Offered {
			state = "accepted, with " + tls.CipherSuiteName(v.Suite)
		} else if v.Unknown {
			state = "no clear answer"
		}
		lines = append(lines, tls.VersionName(v.ID)+": "+state)
	}
	return strings.Join(lines, "\n")
}

// Encrypted reports whether the page came over https.
func (s *Site) Encrypted() bool { return s.Page.URL.Scheme == "https" }

// HTML reports whether the page is one that a browser renders.
func (s *Site) HTML() bool { return isHTML(s.Page) }

func isHTML(r *guard.Response) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (media == "text/html" || media == "application/xhtml+xml")
}

// Document returns what the page's markup holds. It is empty when the page is not
// HTML or could not be read whole.
func (s *Site) Document() Document {
	s.parse.Do(func() {
		if s.HTML() {
			s.document = parseDocument(s.Page.URL, s.Page.Body)
		}
	})
	return s.document
}

// notHTML is why checks on browser protection are skipped for other answers.
const notHTML = "The address does not answer with a web page, so there is nothing for a browser to protect."
