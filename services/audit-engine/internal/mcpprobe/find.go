package mcpprobe

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/services/audit-engine/internal/guard"
)

// maxQuestions is what finding an endpoint may cost a site, which mostly has none.
const maxQuestions = 10

// maxLate is after how many questions without an answer the search is given up.
const maxLate = 2

// candidates are where endpoints usually are. hints is a document that may name one.
var candidates = []string{"/mcp", "/sse", "/mcp/sse", "/api/mcp", "/v1/mcp"}

const hints = "/.well-known/mcp.json"

var revisionForm = regexp.MustCompile(`^20\d\d-\d\d-\d\d$`)

// endpoint is where MCP was found.
type endpoint struct {
	path      string
	transport Transport
	stateless bool    // it has not answered initialize
	first     answer  // to initialize
	refusal   *answer // it asks for sign-in
}

// find tries the candidates one after the other. nil: none of them speaks MCP.
func (p *prober) find(ctx context.Context) (*endpoint, error) {
	own := path(p.config.Page)
	tried := []string{}
	for _, candidate := range slices.Concat([]string{own}, candidates) {
		if slices.Contains(tried, candidate) {
			continue
		}
		tried = append(tried, candidate)
		if found := p.try(ctx, candidate, true); found != nil {
			return found, nil
		}
		if p.late >= maxLate || ctx.Err() != nil {
			return nil, ErrSlow
		}
	}
	if named := p.hint(ctx); named != "" && !slices.Contains(tried, named) {
		return p.try(ctx, named, true), nil
	}
	return nil, nil
}

// spend takes one question from the budget.
func (p *prober) spend() bool {
	p.left--
	return p.left >= 0
}

// try asks whether path is an endpoint, or the place that it says to ask instead.
func (p *prober) try(ctx context.Context, path string, follow bool) *endpoint {
	if !p.spend() {
		return nil
	}
	if lastSegment(path) == "sse" {
		return p.tryStream(ctx, path, follow)
	}
	s := &streamable{prober: p, path: path, revision: revisionSession}
	a := s.ask(ctx, initialize, initializeParams(revisionSession), nil)
	found := &endpoint{path: path, transport: StreamableHTTP, first: a}
	switch {
	case a.response == nil:
		return nil
	case p.protected(ctx, path, a):
		found.refusal = &a
		return found
	case a.err != nil && lastSegment(path) == "mcp" && (a.response.Status == http.StatusBadRequest || a.response.Status == http.StatusMethodNotAllowed) && p.spend():
		return p.tryStream(ctx, path, follow) // so clients try an endpoint of the old transport
	case follow && p.moved(a.response) != "":
		return p.try(ctx, p.moved(a.response), false)
	case a.err != nil:
		return nil
	case a.reply.Error == nil:
		if parseHello(a.reply.Result).Revision == "" {
			return nil
		}
		return found
	case a.reply.Error.stateless():
		found.stateless = true
		return found
	}
	// Some servers refuse a revision instead of naming theirs.
	if offered := a.reply.Error.supported(); len(offered) > 0 && p.spend() {
		again := s.ask(ctx, initialize, initializeParams(offered[0]), nil)
		if again.err == nil && parseHello(again.reply.Result).Revision != "" {
			found.first = again
			return found
		}
	}
	// Another error may come from any JSON-RPC interface, so the newest revision has
	// to be heard.
	found.stateless = true
	modern := &streamable{prober: p, path: path, revision: revisionStateless, stateless: true}
	if !p.spend() {
		return nil
	}
	b := modern.ask(ctx, listTools, nil, nil)
	if isStatelessList(b) || (b.err == nil && b.reply.Error != nil && b.reply.Error.stateless()) {
		return found
	}
	return nil
}

// moved is where a redirect leads that leaves a POST one. Many frameworks add a slash so.
func (p *prober) moved(response *guard.Response) string {
	if response.Status != http.StatusTemporaryRedirect && response.Status != http.StatusPermanentRedirect {
		return ""
	}
	return p.location(response)
}

// location is the path of a redirect to the same host, else empty. Applications behind a
// proxy name http:// and a port of their own.
func (p *prober) location(response *guard.Response) string {
	to, err := p.config.Page.Parse(response.Header.Get("Location"))
	if err != nil || !strings.EqualFold(to.Hostname(), p.config.Page.Hostname()) {
		return ""
	}
	return path(to)
}

// protected reports whether a is an endpoint's request to sign in. Many things answer
// 401, so the name of the path alone proves nothing, unless other paths answer otherwise
// and a token or nothing is asked for.
func (p *prober) protected(ctx context.Context, path string, a answer) bool {
	if !a.refused() {
		return false
	}
	bearer, ok := refusalOf(&a).Bearer()
	mute := lastSegment(path) == "mcp" && len(a.response.Header.Values("WWW-Authenticate")) == 0
	named := lastSegment(path) == "mcp" || lastSegment(path) == "sse" || strings.HasPrefix(p.config.Page.Hostname(), "mcp.")
	rpc := a.err == nil && a.reply.Error != nil // in the form of the protocol
	metadata := bearer.Parameters["resource_metadata"] != ""
	switch {
	case named && rpc, named && metadata, rpc && metadata:
		return true
	case !named || !ok && !mute || !p.spend():
		return false
	}
	// Where any path beside it answers so, this is one of an ordinary interface.
	s := &streamable{prober: p, path: folder(path) + p.config.Canary, revision: revisionSession}
	control := s.ask(ctx, initialize, initializeParams(revisionSession), nil)
	return control.response != nil && !control.refused()
}

func lastSegment(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimSuffix(path, "/")
	return strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
}

// folder is path up to its last segment, with the slash.
func folder(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimSuffix(path, "/")
	return path[:max(0, strings.LastIndexByte(path, '/'))] + "/"
}

// hint asks for the document that some sites publish, and returns the first path of
// this origin in it. Drafts of its form differ, so only the names of fields count.
func (p *prober) hint(ctx context.Context) string {
	if !p.spend() {
		return ""
	}
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := p.config.Ask(limited, Question{Method: http.MethodGet, Path: hints, Header: http.Header{"Accept": {"application/json"}}})
	if err != nil || response.Status != http.StatusOK || response.BodyErr != nil {
		return ""
	}
	var document any
	if json.Unmarshal(response.Body, &document) != nil {
		return ""
	}
	return p.pathIn(document, 5)
}

// pathIn looks depth levels deep for the address of an endpoint.
func (p *prober) pathIn(document any, depth int) string {
	if depth == 0 {
		return ""
	}
	switch d := document.(type) {
	case map[string]any:
		for _, key := range []string{"endpoint", "url", "mcp_endpoint", "mcpEndpoint"} {
			if text, ok := d[key].(string); ok {
				if found := p.ownPath(text); found != "" {
					return found
				}
			}
		}
		for _, key := range []string{"endpoints", "servers", "mcpServers", "transport", "transports", "remotes", "mcp"} {
			if found := p.pathIn(d[key], depth-1); found != "" {
				return found
			}
		}
	case []any:
		for _, item := range d[:min(len(d), 10)] {
			if found := p.pathIn(item, depth-1); found != "" {
				return found
			}
		}
	}
	return ""
}

// ownPath is the path of an address on the page's own origin, else empty.
func (p *prober) ownPath(address string) string {
	u, err := p.config.Page.Parse(strings.TrimSpace(address))
	if err != nil || !sameOrigin(u, p.config.Page) || u.User != nil || len(address) > maxName {
		return ""
	}
	return path(u)
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if u.Port() != "" {
		return u.Port()
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
