package mcpprobe

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"doorstep.example/services/audit-engine/internal/guard"
)

// The transport of 2024-11-05: GET opens a stream whose first event names the path to
// POST to, and the answers come over the stream.

// opened is how the opening of a stream went.
type opened struct {
	response *guard.Response
	post     string // path to POST to; empty: this is no endpoint
}

// openOnce opens a stream and closes it after its first event.
func (p *prober) openOnce(ctx context.Context, path string, header http.Header) opened {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var reader sseReader
	var first []event
	response, err := p.config.Ask(limited, Question{Method: http.MethodGet, Path: path, Header: streamHeader(header), Done: func(part []byte) bool {
		first = append(first, reader.feed(part)...)
		return len(first) > 0 || reader.full
	}})
	if err != nil {
		p.late += lateness(err)
		return opened{}
	}
	if response.Status != http.StatusOK || !isStream(response.Header) || len(first) == 0 {
		return opened{response: response}
	}
	return opened{response: response, post: p.postPath(first[0])}
}

func streamHeader(more http.Header) http.Header {
	header := http.Header{"Accept": {"text/event-stream"}}
	for name, values := range more {
		header[name] = values
	}
	return header
}

// postPath reads the event that must be the first. Another host is not asked.
func (p *prober) postPath(e event) string {
	if e.name != "endpoint" {
		return ""
	}
	return p.ownPath(e.data)
}

// tryStream asks whether path opens a stream of MCP.
func (p *prober) tryStream(ctx context.Context, path string, follow bool) *endpoint {
	o := p.openOnce(ctx, path, nil)
	if o.response == nil {
		return nil
	}
	a := answer{response: o.response, err: errNoReply}
	found := &endpoint{path: path, transport: HTTPSSE, first: a}
	switch {
	case o.post != "":
		p.noteStreamSession(o.post)
		return found
	case p.protected(ctx, path, a):
		found.refusal = &a
		return found
	case follow && p.moved(o.response) != "" && p.spend():
		return p.tryStream(ctx, p.moved(o.response), false)
	}
	return nil
}

// noteStreamSession keeps the id of the session, which stands in the path's query.
func (p *prober) noteStreamSession(post string) {
	u, err := url.ParseRequestURI(post)
	if err != nil {
		return
	}
	for name, values := range u.Query() {
		if strings.Contains(strings.ToLower(name), "session") && len(p.result.SessionIDs) < 2 {
			p.result.SessionIDs = append(p.result.SessionIDs, values[0])
		}
	}
}

// inspectSSE looks at an endpoint of the old transport.
func (p *prober) inspectSSE(ctx context.Context, found *endpoint) {
	p.result.Sessions = true
	p.speaks(revisionSSE)
	c := p.converse(ctx, found.path)
	if c != nil {
		p.inspectConversation(ctx, c)
		c.close()
	}
	for i, origin := range p.foreignOrigins() {
		if i > 1 && p.openToAll() {
			return
		}
		o := p.openOnce(ctx, found.path, http.Header{"Origin": {origin}})
		if o.response != nil {
			p.result.Origins = append(p.result.Origins, originAnswer(origin, o.response.Status, o.response.Header, o.post != ""))
		}
	}
}

func (p *prober) inspectConversation(ctx context.Context, c *conversation) {
	a := c.ask(ctx, initialize, initializeParams(revisionSSE), nil)
	if a.refused() {
		p.refuse(ctx, c.path, &a)
		return
	}
	h := parseHello(a.reply.Result)
	if h.Revision == "" {
		p.result.Tools.Problem = problem(a)
		return
	}
	p.result.Server, p.result.Instructions = h.Server, h.Instructions
	p.speaks(h.Revision)
	p.post(ctx, Question{Path: c.to, Header: http.Header{}, Body: request(0, initialized, nil)}, 0)
	p.badCursor(ctx, c, p.lists(ctx, c, h.Capabilities))
	if p.result.Refusal == nil {
		c.ask(ctx, nonexistent, nil, nil)
	}
}

// conversation is an open stream and the path to POST to.
type conversation struct {
	prober *prober
	path   string // of the stream
	to     string
	events chan event
	cancel context.CancelFunc
	reader sync.WaitGroup
}

// converse opens a stream that stays open. nil: it did not open this time. Call close.
func (p *prober) converse(ctx context.Context, path string) *conversation {
	open, cancel := context.WithCancel(ctx)
	c := &conversation{prober: p, path: path, events: make(chan event, 16), cancel: cancel}
	c.reader.Go(func() {
		defer close(c.events)
		var reader sseReader
		_, _ = p.config.Ask(open, Question{Method: http.MethodGet, Path: path, Header: streamHeader(nil), Done: func(part []byte) bool {
			for _, e := range reader.feed(part) {
				select {
				case c.events <- e:
				case <-open.Done():
					return true
				}
			}
			return reader.full
		}})
	})
	limited, stop := context.WithTimeout(ctx, requestTimeout)
	defer stop()
	if first, ok := c.next(limited); ok {
		c.to = p.postPath(first)
	}
	if c.to == "" {
		c.close()
		return nil
	}
	p.noteStreamSession(c.to)
	p.result.PostURL = p.origin() + c.to
	return c
}

// next is the stream's next event.
func (c *conversation) next(ctx context.Context) (event, bool) {
	select {
	case e, ok := <-c.events:
		return e, ok
	case <-ctx.Done():
		return event{}, false
	}
}

func (c *conversation) close() {
	c.cancel()
	c.reader.Wait()
}

func (c *conversation) ask(ctx context.Context, m method, params map[string]any, header http.Header) answer {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if header == nil {
		header = http.Header{}
	}
	id := c.prober.nextID()
	a := c.prober.post(limited, Question{Path: c.to, Header: header, Body: request(id, m, params)}, id)
	if a.response != nil && a.err != nil && a.response.Status < http.StatusMultipleChoices {
		a.reply, a.err = c.await(limited, id) // it comes over the stream
	}
	c.prober.note(c.path, a)
	return a
}

// await is the answer to request id that comes over the stream.
func (c *conversation) await(ctx context.Context, id int) (reply, error) {
	for {
		e, ok := c.next(ctx)
		if !ok {
			return reply{}, errNoReply
		}
		if r, err := parseReply([]byte(e.data), id); err == nil {
			return r, nil
		}
	}
}
