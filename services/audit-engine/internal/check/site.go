package check

import (
	"context"
	"crypto/x509"
	"mime"
	"net/http"
	"net/url"
	"sync"
	"time"

	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// Site is what a scan has gathered about a target, and the way to ask it for more.
type Site struct {
	Now  time.Time
	Host string // name of the host at the end of the redirects

	// Page is the answer at the end of the redirects. It is never nil; where no answer
	// could be read, NoPage says why, and only Pageless checks run.
	Page   *guard.Response
	NoPage string
	// Pages are Page and what its links on the same origin lead to, read by a crawl.
	// Empty: there was no crawl.
	Pages []*Page
	// Scripts are those of the same origin that Pages load.
	Scripts []*guard.Response
	// Redirects are answers of the same origin that links led to and that lead on.
	Redirects []*guard.Response
	// Disallowed are the paths that robots.txt keeps robots out of, as written.
	Disallowed []string
	// Owned tells that the owner is known to have ordered the audit, by proof or because
	// the target is one of the lab. robots.txt then keeps us out of nothing.
	Owned bool
	// Plain is what the host answers on unencrypted HTTP.
	Plain Plain
	// TLS is nil when there was nothing to shake hands with; NoTLS then says why.
	TLS   *TLS
	NoTLS string
	// Active runs an active probe of the host of TLS.
	Active func(ctx context.Context, probe tlsprobe.Active) (tlsprobe.Proof, error)
	// Roots are the certificate authorities that visitors trust. nil: none are known.
	Roots *x509.CertPool

	// MCP is what was seen at an endpoint of the Model Context Protocol. nil: none was
	// found, or NoMCP says why that is not known.
	MCP   *mcpprobe.Result
	NoMCP string

	// DNS is what the DNS says about Host and its domain; nil where NoDNS says why not.
	DNS   *dnsprobe.Facts
	NoDNS string
	// AskHost is Ask with GET at another name of the domain.
	AskHost func(ctx context.Context, address string) (*guard.Response, error)

	// Exposed is what the site gave away of files that are not for its visitors. nil: it
	// was not asked.
	Exposed *exposed.Result

	// Ask sends one request to the site that Page came from, without following
	// redirects, and reads the first MaxLooked bytes of the answer: what is asked for
	// again and again is not worth more of the site's time, and of our memory. path
	// begins with a slash. A Host in header is only claimed.
	Ask func(ctx context.Context, method, path string, header http.Header) (*guard.Response, error)

	// Fetch is Ask with GET for the whole of what is at path.
	Fetch func(ctx context.Context, path string) (*guard.Response, error)

	// Post sends a form as browsers do, without following redirects. It is for the
	// sign-in form alone, see probe-rate-limit: no other form is sent. A site that
	// says 429 to it is asked on by Ask as before.
	Post func(ctx context.Context, path string, header http.Header, form url.Values) (*guard.Response, error)

	// Query sends a question in JSON with POST, for interfaces that take no other. It must
	// be one that changes nothing.
	Query func(ctx context.Context, path string, question []byte) (*guard.Response, error)

	// Canary returns a new word for each probe of the red-team tier; nil: a random one.
	Canary func() string

	front         sync.Once
	askUnknown    sync.Once
	unknownAnswer *guard.Response
	foreignAnswer *guard.Response // to foreignOrigin; nil: not asked or no answer
}

// Plain is the http:// side of a host. Exactly one of its fields is set.
type Plain struct {
	Response *guard.Response // what a visitor gets who begins at http://, after redirects
	Closed   bool            // nothing answers there
	Circle   string          // what answers there leads in a circle, in words
	Unknown  string          // why it could not be looked at
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
func (s *Site) Document() Document { return *s.pages()[0].Document() }

// notHTML is why checks on browser protection are skipped for other answers.
const notHTML = "The address does not answer with a web page, so there is nothing for a browser to protect."
