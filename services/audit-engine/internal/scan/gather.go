package scan

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
)

// gatherSteps is how many steps of progress gather makes.
const gatherSteps = 7

// steps counts what is done. It is used by one goroutine.
type steps struct {
	done, total int
	report      func(Progress)
}

func (s *steps) tell(check, title string) {
	s.done++
	if s.report != nil {
		s.report(Progress{Check: check, Title: title, Done: s.done, Total: s.total})
	}
}

// part is one of the looks that a scan takes side by side. Each sets fields of its own.
type part struct {
	id, title string
	look      func()
}

// gather looks at the target once, so that all checks judge the same picture. Only
// the page itself must be there, or at least something that speaks TLS.
func (s *Scanner) gather(ctx context.Context, target guard.Target, agent string, owned bool, steps *steps) (*check.Site, error) {
	client := s.config.Guard.Client(agent)
	page, err := open(ctx, client, target)
	shut, noPage := guard.NoHandshake(err)
	switch {
	case noPage:
		page = &guard.Response{URL: shut.URL(), Target: shut, Header: http.Header{}}
	case err != nil:
		return nil, err
	}
	steps.tell("page", "Opening the page")
	site := &check.Site{
		Now: s.config.Now(), Host: page.Target.Host(), Page: page, Owned: owned, Roots: s.config.Roots,
		Ask: asker(client, page, check.MaxLooked), AskHost: hostAsker(client), Post: poster(s.config.Guard.Client(agent), page),
	}
	site.Fetch = func(ctx context.Context, path string) (*guard.Response, error) {
		return asker(client, page, 0)(ctx, http.MethodGet, path, nil)
	}
	site.Query = func(ctx context.Context, path string, question []byte) (*guard.Response, error) {
		return post(ctx, client, page, path, http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}, question)
	}
	// Before the others: some servers talk to one visitor at a time, and would keep the
	// probe waiting.
	site.TLS, site.NoTLS = observeTLS(ctx, client, page)
	steps.tell("tls", "Taking stock of TLS")
	site.Active = activeProber(client, site)
	if noPage {
		if site.TLS == nil {
			return nil, err // it does not speak TLS at all
		}
		site.NoPage = "No page could be read. " + errs.From(err).Message
	}
	s.gatherParts(ctx, client, target, site, steps)
	return site, nil
}

// open reads the page. A connection that is cut is tried once more.
func open(ctx context.Context, client *guard.Client, target guard.Target) (*guard.Response, error) {
	page, err := client.Do(ctx, guard.Request{Target: target})
	if guard.HungUp(err) {
		return client.Do(ctx, guard.Request{Target: target})
	}
	return page, err
}

// gatherParts takes all other looks side by side. Where there is no page there is
// nothing but the name to look at.
func (s *Scanner) gatherParts(ctx context.Context, client *guard.Client, target guard.Target, site *check.Site, steps *steps) {
	page, owned := site.Page, site.Owned
	rules := sync.OnceValue(func() robots.File {
		file := robots.Ask(ctx, client, page.Target)
		if owned {
			return file.Lift()
		}
		return file
	})
	parts := []part{
		{"http", "Looking at the unencrypted side", func() { site.Plain = observePlain(ctx, client, target, page) }},
		{"crawl", "Reading pages and scripts of the site", func() { gatherPages(ctx, client, site, rules()) }},
		{"mcp", "Looking for AI interfaces (MCP)", func() { site.MCP, site.NoMCP = observeMCP(ctx, client, page) }},
		{"dns", "Reading the DNS and mail records", func() { site.DNS, site.NoDNS = s.observeDNS(ctx, page) }},
		{"exposed", "Asking for files that should not be there", func() { site.Exposed = observeExposed(ctx, client, page, rules()) }},
	}
	done := make(chan part)
	for _, p := range parts {
		go func() {
			if site.NoPage == "" || p.id == "dns" {
				p.look()
			}
			done <- p
		}()
	}
	for range parts {
		p := <-done
		steps.tell(p.id, p.title)
	}
}

// asker returns how checks ask the page's site for more, up to enough bytes; 0: for all.
func asker(client *guard.Client, page *guard.Response, enough int64) func(context.Context, string, string, http.Header) (*guard.Response, error) {
	return func(ctx context.Context, method, path string, header http.Header) (*guard.Response, error) {
		target, err := client.Sibling(page.Target, path)
		if err != nil {
			return nil, err
		}
		return client.Do(ctx, guard.Request{Target: target, Method: method, Header: header, NoFollow: true, Probe: true, Enough: enough})
	}
}

// poster returns how a check sends the sign-in form of the page's site. Its client must
// be one of its own: it stops asking a host that says 429 and later, which is what this
// question hopes for.
func poster(client *guard.Client, page *guard.Response) func(context.Context, string, http.Header, url.Values) (*guard.Response, error) {
	return func(ctx context.Context, path string, header http.Header, form url.Values) (*guard.Response, error) {
		sent := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		maps.Copy(sent, header)
		return post(ctx, client, page, path, sent, []byte(form.Encode()))
	}
}

func post(ctx context.Context, client *guard.Client, page *guard.Response, path string, header http.Header, body []byte) (*guard.Response, error) {
	target, err := client.Sibling(page.Target, path)
	if err != nil {
		return nil, err
	}
	return client.Do(ctx, guard.Request{Target: target, Method: http.MethodPost, Header: header, Body: body, NoFollow: true, Probe: true, Enough: check.MaxLooked})
}

// observePlain looks at the host from http://. A target that was given with http://
// has been seen already.
func observePlain(ctx context.Context, client *guard.Client, target guard.Target, page *guard.Response) check.Plain {
	if target.URL().Scheme == "http" {
		return check.Plain{Response: page}
	}
	plain, err := client.At("http", page.Target.Host())
	if err != nil {
		return check.Plain{Unknown: "The host's port 80 is outside of this audit."}
	}
	response, err := client.Do(ctx, guard.Request{Target: plain, Probe: true})
	if err == nil {
		return check.Plain{Response: response}
	}
	e, refused := errors.AsType[*errs.Error](err)
	switch {
	case !refused:
		return check.Plain{Unknown: "The time for the audit ran out before it could be looked at."}
	case e.Code == auditapi.CodeRedirectLoop || e.Code == auditapi.CodeTooManyRedirects:
		return check.Plain{Circle: e.Message}
	case e.Code == auditapi.CodeUnreachable && !strings.Contains(e.Message, "redirects"):
		return check.Plain{Closed: true}
	case e.Code == auditapi.CodeNotPublicName, e.Code == auditapi.CodePort, e.Code == auditapi.CodeForbiddenAddress:
		return check.Plain{Unknown: "The host's port 80 is outside of this audit."}
	default:
		return check.Plain{Unknown: e.Message}
	}
}
