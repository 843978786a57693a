package guard

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// maxRedirects is how many answers may lead on to another address.
const maxRedirects = 10

// Client is one scan's way out: it says who asks, and keeps to the pace that a host
// may be asked at. Make one for each scan.
type Client struct {
	guard     *Guard
	userAgent string

	mu    sync.Mutex
	hosts map[string]*manners
}

// Client returns a client whose requests carry userAgent.
func (g *Guard) Client(userAgent string) *Client {
	return &Client{guard: g, userAgent: userAgent, hosts: map[string]*manners{}}
}

// Request is one question to a target.
type Request struct {
	Target   Target
	Method   string      // default GET
	Header   http.Header // besides User-Agent, Accept and Accept-Encoding; a Host claims that name, and changes nothing else
	Body     []byte      // its Content-Type stands in Header; a redirect is then the answer
	NoFollow bool        // take a redirect as the answer
	Probe    bool        // a question of our own, whose refusal is not worth counting

	// Done is called with each part of the answer's body as it arrives; true ends the
	// reading there. An event stream may have no other end.
	Done func(part []byte) bool
	// Enough is how many bytes of the answer's body are wanted; the rest is not read. 0:
	// all.
	Enough int64
}

// Hop is an answer that led on to another address.
type Hop struct {
	URL      *url.URL
	Status   int
	Header   http.Header
	Location string // as it was sent
}

// Response is the answer at the end of the redirects.
type Response struct {
	URL    *url.URL
	Target Target
	Status int
	Header http.Header
	Hops   []Hop
	TLS    *tls.ConnectionState // nil over http

	// Body is whole, or nil: BodyErr then says why it could not be read.
	Body    []byte
	BodyErr error
}

// Do asks r.Target and follows redirects. Its errors are refusals, or wrap the
// context's error when the caller's time is up or the caller is gone. A response
// whose body is too long or broken is a response with BodyErr set.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	fetch, cancel := context.WithTimeout(ctx, c.guard.config.Limits.Fetch)
	defer cancel()
	resp, err := c.follow(fetch, r)
	if over := ended(ctx); over != nil {
		return nil, fmt.Errorf("ask %s: %w", r.Target.host, over)
	}
	if r.Probe {
		return resp, err
	}
	return resp, c.guard.counted(err)
}

// ended is ctx's error. The connection has the same deadline, and may notice it a
// moment earlier.
func ended(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && ctx.Err() == nil && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// At returns the target at scheme://host/, for a question of the scan's own.
func (c *Client) At(scheme, host string) (Target, error) {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return c.guard.admit(scheme + "://" + host + "/")
}

// Sibling returns the target at another path of t's origin. path begins with a
// slash.
func (c *Client) Sibling(t Target, path string) (Target, error) {
	if !strings.HasPrefix(path, "/") {
		return Target{}, fmt.Errorf("guard: %q is not a path", path)
	}
	return c.guard.admit(t.url.Scheme + "://" + t.url.Host + path)
}

// follow walks from redirect to redirect. Every address passes admission anew.
func (c *Client) follow(ctx context.Context, r Request) (*Response, error) {
	var (
		target  = r.Target
		hops    []Hop
		cookies = jar{}
		seen    = map[string]bool{}
	)
	for {
		resp, err := c.ask(ctx, r, target, cookies)
		if err != nil {
			return nil, viaRedirect(explain(target, err), target, len(hops))
		}
		resp.Hops = hops
		location := resp.Header.Get("Location")
		if !redirects(resp.Status) || location == "" || r.NoFollow || r.Body != nil {
			return resp, nil
		}
		// The same address with the same cookies gives the same answer.
		state := target.url.String() + " " + cookies.header(target)
		if seen[state] {
			return nil, refuse(auditapi.CodeRedirectLoop, "The site redirects in a circle at %s, so no visitor can open it.", shortURL(target.url))
		}
		seen[state] = true
		if len(hops) == maxRedirects {
			return nil, refuse(auditapi.CodeTooManyRedirects, "The site redirects more than %d times in a row.", maxRedirects)
		}
		hops = append(hops, Hop{URL: target.URL(), Status: resp.Status, Header: resp.Header, Location: location})
		cookies.store(target, resp.Header)
		next, err := c.guard.admitLocation(target, location)
		if err != nil {
			return nil, viaRedirect(err, target, len(hops))
		}
		target = next
	}
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// admitLocation judges where a redirect leads. An address with a host goes through
// admission before anything parses it.
func (g *Guard) admitLocation(from Target, location string) (Target, error) {
	location = slashed(strings.TrimSpace(location))
	if strings.HasPrefix(location, "//") {
		return g.admit(from.url.Scheme + ":" + location)
	}
	if scheme, _, found := strings.Cut(location, ":"); found && !strings.ContainsAny(scheme, "/?#") {
		return g.admit(location)
	}
	next, err := from.url.Parse(location)
	if err != nil {
		return Target{}, refuse(auditapi.CodeHostSyntax, "The redirect's address cannot be read.")
	}
	return g.admit(next.String())
}

// slashed writes the backslashes of an address as browsers read them (URL Standard, 4.4:
// in front of query and fragment they are slashes), so that the audit goes where
// visitors go.
func slashed(location string) string {
	end := strings.IndexAny(location, "?#")
	if end < 0 {
		end = len(location)
	}
	return strings.ReplaceAll(location[:end], `\`, "/") + location[end:]
}

// viaRedirect turns a refusal behind a redirect into redirect_forbidden, and says
// in every text that a redirect led there.
func viaRedirect(err error, target Target, hops int) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || hops == 0 {
		return err
	}
	code := auditapi.CodeRedirectForbidden
	if e.Code == auditapi.CodeDNSFailed || e.Code == auditapi.CodeUnreachable {
		code = e.Code
	}
	return &errs.Error{
		Kind: e.Kind, Code: code, Err: err,
		Message: fmt.Sprintf("The site redirects visitors (last seen at %s), and that cannot be followed: %s", shortURL(target.url), e.Message),
	}
}

// ask makes one request on a connection of its own, which leads to target and
// nowhere else. It speaks HTTP/1.1 itself: net/http's transport would repeat in our
// log what a hostile server says out of turn.
func (c *Client) ask(ctx context.Context, r Request, target Target, cookies jar) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.Method, http.MethodGet), target.url.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	req.Host = cmp.Or(r.Header.Get("Host"), req.Host)
	req.Close = true
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
	}
	if sent := cookies.header(target); sent != "" {
		req.Header.Set("Cookie", sent)
	}
	manners := c.manners(target.host)
	if err := manners.request(ctx); err != nil {
		return nil, waiting(err)
	}
	resp, err := c.answer(ctx, req, target, r)
	switch {
	case err == nil:
		manners.heard(resp.Status, resp.Header)
	case ended(ctx) == nil: // it was not the caller who would wait no longer
		manners.failed(err)
	}
	return resp, err
}

// answer sends req and reads the answer. Its place among the connections is taken.
func (c *Client) answer(ctx context.Context, req *http.Request, target Target, r Request) (*Response, error) {
	conn, state, err := c.connect(ctx, target)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()
	resp, err := exchange(ctx, conn, req, c.guard.config.Limits.Header) //nolint:bodyclose // closing reads an endless body to its end; it goes with the connection
	if err != nil {
		return nil, err
	}
	out := &Response{URL: target.URL(), Target: target, Status: resp.StatusCode, Header: resp.Header, TLS: state}
	out.Body, out.BodyErr = readBody(resp, r.Done, r.Enough)
	return out, nil
}

// connect opens the connection that the target's scheme asks for, in a place that is
// taken.
func (c *Client) connect(ctx context.Context, target Target) (net.Conn, *tls.ConnectionState, error) {
	raw, err := c.dial(ctx, target)
	if err != nil || target.url.Scheme == "http" {
		return raw, nil, err
	}
	conn, err := handshake(ctx, raw, target, c.guard.config.Limits.Handshake)
	if err != nil {
		return nil, nil, err
	}
	state := conn.ConnectionState()
	return conn, &state, nil
}

// Dial opens a connection to target's host and port, for what is no request. The
// caller closes it.
func (c *Client) Dial(ctx context.Context, target Target) (net.Conn, error) {
	manners := c.manners(target.host)
	if err := manners.place(ctx); err != nil {
		return nil, waiting(err)
	}
	conn, err := c.dial(ctx, target)
	if err != nil && ended(ctx) == nil {
		manners.failed(err)
	}
	return conn, err
}

// waiting wraps the error of a context that ended before the turn came.
func waiting(err error) error {
	if _, refused := errors.AsType[*errs.Error](err); refused {
		return err
	}
	return fmt.Errorf("wait for a turn: %w", err)
}

// dial connects in a place that is taken, and gives it back when it fails.
func (c *Client) dial(ctx context.Context, target Target) (net.Conn, error) {
	manners := c.manners(target.host)
	conn, err := c.guard.dial(ctx, target)
	if err != nil {
		manners.release()
		return nil, err
	}
	if remote, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
		manners.near.Store(remote.Addr().IsLoopback())
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			manners.release()
			return nil, errors.Join(fmt.Errorf("bound the connection: %w", err), conn.Close())
		}
	}
	return &politeConn{Conn: conn, release: manners.release}, nil
}

func (c *Client) manners(host string) *manners {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hosts[host] == nil {
		c.hosts[host] = newManners()
	}
	return c.hosts[host]
}

// jar holds the cookies of one fetch by origin. Sites that set a cookie and send
// the visitor to the same address again would otherwise look like a circle.
type jar map[string]map[string]string

func (j jar) store(t Target, header http.Header) {
	for _, cookie := range (&http.Response{Header: header}).Cookies() {
		origin := t.url.Scheme + "://" + t.hostPort()
		if j[origin] == nil {
			j[origin] = map[string]string{}
		}
		if len(j[origin]) < 50 { // browsers keep about as many
			j[origin][cookie.Name] = cookie.Value
		}
	}
}

func (j jar) header(t Target) string {
	var request http.Request
	request.Header = http.Header{}
	for _, name := range sortedKeys(j[t.url.Scheme+"://"+t.hostPort()]) {
		request.AddCookie(&http.Cookie{Name: name, Value: j[t.url.Scheme+"://"+t.hostPort()][name]})
	}
	return request.Header.Get("Cookie")
}
