package mcpprobe

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// probeTimeout bounds the whole probe, which is one of several looks at a site.
const probeTimeout = 30 * time.Second

// ErrSlow means that the site kept questions waiting until the probe gave up, so that
// it is not known whether there is an endpoint.
var ErrSlow = errors.New("the site did not answer in time")

// Config is what Probe needs.
type Config struct {
	Ask     Ask
	Page    *url.URL      // the page that the audit is about
	Canary  string        // a name that no site has; default random
	Timeout time.Duration // default probeTimeout
}

// prober is one probe.
type prober struct {
	config Config
	id     int
	left   int // questions that finding may still cost
	late   int // questions that timed out
	seen   map[string]*sightings
	result *Result
}

// sightings are what the answers of one path told by the way.
type sightings struct{ errors, limits []string }

// Probe looks for an endpoint of the site, and at it. It returns nil when there is
// none. Its errors are ErrSlow and ctx's own.
func Probe(ctx context.Context, c Config) (*Result, error) {
	limited, cancel := context.WithTimeout(ctx, cmp.Or(c.Timeout, probeTimeout))
	defer cancel()
	c.Canary = cmp.Or(c.Canary, "zq7"+strings.ToLower(rand.Text()))
	p := &prober{config: c, left: maxQuestions, seen: map[string]*sightings{}, result: &Result{}}
	found, err := p.find(limited)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || found == nil {
		return nil, err
	}
	p.inspect(limited, found)
	seen := p.seenAt(found.path)
	p.result.Errors, p.result.RateLimits = seen.errors, slices.Sorted(slices.Values(seen.limits))
	return p.result, ctx.Err()
}

func (p *prober) nextID() int { p.id++; return p.id }

func (p *prober) seenAt(path string) *sightings {
	if p.seen[path] == nil {
		p.seen[path] = &sightings{}
	}
	return p.seen[path]
}

// inspect fills the result in. What cannot be seen is left out.
func (p *prober) inspect(ctx context.Context, found *endpoint) {
	p.result.URL, p.result.Transport = p.origin()+found.path, found.transport
	switch {
	case found.refusal != nil:
		if found.transport == HTTPSSE || !p.inspectUnasked(ctx, found.path) {
			p.refuse(ctx, found.path, found.refusal)
			if found.transport == StreamableHTTP {
				p.provoke(ctx, &streamable{prober: p, path: found.path, revision: revisionSession})
			}
		}
	case found.transport == HTTPSSE:
		p.inspectSSE(ctx, found)
	case found.stateless:
		p.inspectStateless(ctx, found.path, true)
	default:
		p.inspectSession(ctx, found)
	}
	p.lookAtPlain(ctx, found)
}

func (p *prober) origin() string { return p.config.Page.Scheme + "://" + p.config.Page.Host }

// refuse records that strangers have to sign in, and where.
func (p *prober) refuse(ctx context.Context, path string, a *answer) {
	p.result.Refusal = refusalOf(a)
	p.findMetadata(ctx, path)
}

func refusalOf(a *answer) *Refusal {
	return &Refusal{Status: a.response.Status, Header: a.response.Header, Challenges: parseChallenges(a.response.Header.Values("WWW-Authenticate"))}
}

// inspectSession looks at an endpoint of the revisions with initialize.
func (p *prober) inspectSession(ctx context.Context, found *endpoint) {
	p.result.Sessions = true
	s, capabilities := p.begin(found.path, found.first)
	defer s.end(context.WithoutCancel(ctx))
	s.notify(ctx)
	listed := p.lists(ctx, s, capabilities)
	p.secondSession(ctx, s)
	if p.result.Refusal == nil {
		p.badCursor(ctx, s, listed)
		p.origins(ctx, s, listed)
	}
	p.provoke(ctx, s)
	p.inspectStateless(ctx, found.path, false)
}

// inspectUnasked looks whether sign-in is asked for by initialize alone, and lists are
// given to those who leave it out.
func (p *prober) inspectUnasked(ctx context.Context, path string) bool {
	s := &streamable{prober: p, path: path, revision: revisionSession}
	if !s.ask(ctx, listTools, nil, nil).accepted() {
		return false
	}
	p.result.Sessions = true
	listed := p.lists(ctx, s, nil)
	p.badCursor(ctx, s, listed)
	p.origins(ctx, s, listed)
	p.provoke(ctx, s)
	return true
}

// begin reads the answer to initialize.
func (p *prober) begin(path string, first answer) (*streamable, capabilities) {
	hello := parseHello(first.reply.Result)
	p.result.Server, p.result.Instructions = hello.Server, hello.Instructions
	p.speaks(hello.Revision)
	s := &streamable{prober: p, path: path, revision: hello.Revision, session: sessionID(first.response.Header)}
	if s.session != "" {
		p.result.SessionIDs = append(p.result.SessionIDs, s.session)
	}
	return s, hello.Capabilities
}

// hello is the result of initialize.
type hello struct {
	Revision     string       `json:"protocolVersion"`
	Capabilities capabilities `json:"capabilities"`
	Server       Server       `json:"serverInfo"`
	Instructions string       `json:"instructions"`
}

// capabilities holds a key for each list that is offered.
type capabilities map[string]json.RawMessage

// parseHello reads the result of initialize. Without a revision it is none.
func parseHello(raw json.RawMessage) hello {
	var h hello
	if json.Unmarshal(raw, &h) != nil || h.Capabilities == nil || !revisionForm.MatchString(h.Revision) {
		return hello{}
	}
	h.Server = h.Server.cut()
	h.Instructions = cut(h.Instructions, maxText)
	return h
}

// sessionID is the id that the answer to initialize gives, if it may be sent back: the
// specification allows visible ASCII alone.
func sessionID(h http.Header) string {
	id := h.Get("Mcp-Session-Id")
	if len(id) > maxName || strings.ContainsFunc(id, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return ""
	}
	return id
}

// maxRevisions bounds what an endpoint can make the report list.
const maxRevisions = 10

func (p *prober) speaks(revision string) {
	if revisionForm.MatchString(revision) && !slices.Contains(p.result.Revisions, revision) && len(p.result.Revisions) < maxRevisions {
		p.result.Revisions = append(p.result.Revisions, revision)
		slices.Sort(p.result.Revisions)
	}
}

// secondSession opens another session, to compare the ids.
func (p *prober) secondSession(ctx context.Context, first *streamable) {
	if first.session == "" {
		return
	}
	second := &streamable{prober: p, path: first.path, revision: first.revision}
	a := second.ask(ctx, initialize, initializeParams(first.revision), nil)
	if !a.accepted() {
		return
	}
	second.session = sessionID(a.response.Header)
	if second.session == "" {
		return
	}
	p.result.SessionIDs = append(p.result.SessionIDs, second.session)
	if second.session != first.session { // else it is the one still in use
		second.end(context.WithoutCancel(ctx))
	}
}

// inspectStateless looks at an endpoint with the revision that has no sessions. only:
// it has not answered initialize, so that all facts come from here.
func (p *prober) inspectStateless(ctx context.Context, path string, only bool) {
	s := &streamable{prober: p, path: path, revision: revisionStateless, stateless: true}
	a := s.ask(ctx, listTools, nil, nil)
	if a.err == nil && a.reply.Error != nil && a.reply.Error.Code == codeUnsupportedVersion {
		for _, revision := range a.reply.Error.supported() {
			p.speaks(revision)
		}
	}
	switch {
	case only && a.refused():
		p.refuse(ctx, path, &a)
		return
	case !isStatelessList(a):
		if only {
			p.result.Tools.Problem = "The endpoint did not answer the question for its tools."
		}
		return
	}
	p.result.Stateless = true
	p.speaks(revisionStateless)
	if only {
		p.discover(ctx, s)
		listed := p.lists(ctx, s, nil)
		p.badCursor(ctx, s, listed)
		p.origins(ctx, s, listed)
		p.provoke(ctx, s)
	}
	p.contradict(ctx, s, only)
}

// isStatelessList reports whether a was given by rule of the revision without state: a
// server of an older one that overlooks the headers gives no resultType.
func isStatelessList(a answer) bool {
	var list struct {
		Kind  string           `json:"resultType"`
		Tools *json.RawMessage `json:"tools"`
	}
	return a.accepted() && json.Unmarshal(a.reply.Result, &list) == nil && list.Kind == "complete" && list.Tools != nil
}

// discover asks who answers, and for instructions to the model.
func (p *prober) discover(ctx context.Context, s speaker) {
	var result struct {
		Instructions string `json:"instructions"`
		Meta         struct {
			Server Server `json:"io.modelcontextprotocol/serverInfo"`
		} `json:"_meta"`
	}
	if a := s.ask(ctx, discover, nil, nil); a.accepted() && json.Unmarshal(a.reply.Result, &result) == nil {
		p.result.Server, p.result.Instructions = result.Meta.Server.cut(), cut(result.Instructions, maxText)
	}
}

// lookAtPlain asks whether the endpoint speaks without encryption too.
func (p *prober) lookAtPlain(ctx context.Context, found *endpoint) {
	if p.config.Page.Scheme != "https" || found.transport != StreamableHTTP {
		return
	}
	s := &streamable{prober: p, path: found.path, revision: revisionSession, plain: true}
	a := s.ask(ctx, initialize, initializeParams(revisionSession), nil)
	if a.response == nil || a.err != nil {
		return
	}
	p.result.PlainHTTP = parseHello(a.reply.Result).Revision != "" || (a.reply.Error != nil && a.reply.Error.stateless())
	if s.session = sessionID(a.response.Header); p.result.PlainHTTP {
		s.end(context.WithoutCancel(ctx))
	}
}

func initializeParams(revision string) map[string]any {
	return map[string]any{"protocolVersion": revision, "capabilities": map[string]any{}, "clientInfo": clientInfo}
}
