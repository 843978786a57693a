package mcpprobe

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"doorstep.example/services/audit-engine/internal/guard"
)

// requestTimeout is how long one answer may take: an assistant would not wait longer.
const requestTimeout = 6 * time.Second

// Question is one HTTP request to the site.
type Question struct {
	Method string
	Path   string // with its query, begins with a slash
	Plain  bool   // ask http:// on its usual port, instead of the page's origin
	Header http.Header
	Body   []byte
	Done   func(part []byte) bool // as in guard.Request
}

// Ask sends one question without following redirects.
type Ask func(ctx context.Context, q Question) (*guard.Response, error)

// answer is what came of one message.
type answer struct {
	response *guard.Response
	reply    reply
	err      error // why reply is empty
}

// accepted reports whether the message got a result.
func (a answer) accepted() bool { return a.err == nil && a.reply.Result != nil }

// refused reports whether the message needs sign-in.
func (a answer) refused() bool {
	return a.response != nil && a.response.Status == http.StatusUnauthorized
}

// speaker sends messages to one endpoint.
type speaker interface {
	// ask sends a request with params (may be nil) and more headers (may be nil).
	ask(ctx context.Context, m method, params map[string]any, header http.Header) answer
}

// streamable speaks to an endpoint of streamable HTTP.
type streamable struct {
	prober    *prober
	path      string
	revision  string
	session   string
	stateless bool
	plain     bool
}

func (s *streamable) ask(ctx context.Context, m method, params map[string]any, more http.Header) answer {
	header := s.header(m)
	if s.stateless {
		params = with(params, "_meta", statelessMeta(s.revision))
	}
	for name, values := range more {
		if header[name] = values; len(values) == 0 {
			delete(header, name)
		}
	}
	id := s.prober.nextID()
	a := s.prober.post(ctx, Question{Path: s.path, Plain: s.plain, Header: header, Body: request(id, m, params)}, id)
	s.prober.note(s.path, a)
	return a
}

func (s *streamable) header(m method) http.Header {
	header := http.Header{}
	if s.stateless {
		header.Set("Mcp-Method", string(m))
	}
	if m != initialize {
		header.Set("MCP-Protocol-Version", s.revision)
	}
	if s.session != "" {
		header.Set("Mcp-Session-Id", s.session)
	}
	return header
}

// notify tells the endpoint that the session may begin. There is no answer to it.
func (s *streamable) notify(ctx context.Context) {
	header := http.Header{"Mcp-Protocol-Version": {s.revision}}
	if s.session != "" {
		header.Set("Mcp-Session-Id", s.session)
	}
	s.prober.post(ctx, Question{Path: s.path, Plain: s.plain, Header: header, Body: request(0, initialized, nil)}, 0)
}

// end ends the session, so that nothing of ours is left behind.
func (s *streamable) end(ctx context.Context) {
	if s.session == "" {
		return
	}
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	header := http.Header{"Mcp-Protocol-Version": {s.revision}, "Mcp-Session-Id": {s.session}}
	// A server may decline, and forgets the session by itself then.
	_, _ = s.prober.config.Ask(limited, Question{Method: http.MethodDelete, Path: s.path, Plain: s.plain, Header: header})
}

func with(params map[string]any, key string, value any) map[string]any {
	out := map[string]any{key: value}
	for k, v := range params {
		out[k] = v
	}
	return out
}

// post sends one message and reads the answer to request id; 0 stands for a
// notification, whose answer is only a status.
func (p *prober) post(ctx context.Context, q Question, id int) answer {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	q.Method = http.MethodPost
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Accept", "application/json, text/event-stream")
	q.Done = untilReply(id)
	response, err := p.config.Ask(limited, q)
	if err != nil {
		p.late += lateness(err)
		return answer{err: err}
	}
	a := answer{response: response, err: response.BodyErr}
	switch {
	case a.err != nil:
	case isStream(response.Header):
		a.reply, a.err = replyInStream(response.Body, id)
	default:
		a.reply, a.err = parseReply(response.Body, id)
	}
	return a
}

func lateness(err error) int {
	if errors.Is(err, context.DeadlineExceeded) {
		return 1
	}
	return 0
}

func isStream(h http.Header) bool { return mediaType(h) == "text/event-stream" }

func mediaType(h http.Header) string {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

// Bounds of what is kept of answers for the report.
const (
	maxErrors    = 20
	maxErrorText = 8 << 10
)

// note keeps what any answer tells by the way: errors, and headers about limits.
func (p *prober) note(path string, a answer) {
	if a.response == nil {
		return
	}
	seen := p.seenAt(path)
	for name := range a.response.Header {
		lower := strings.ToLower(name)
		if (strings.HasPrefix(lower, "ratelimit") || strings.HasPrefix(lower, "x-ratelimit") || strings.HasPrefix(lower, "x-rate-limit")) && !slices.Contains(seen.limits, name) && len(seen.limits) < 10 {
			seen.limits = append(seen.limits, name)
		}
	}
	text := ""
	switch {
	case a.reply.Error != nil:
		text = a.reply.Error.Message + "\n" + dataText(a.reply.Error.Data)
	case a.err != nil && a.response.Status >= http.StatusBadRequest:
		text = string(a.response.Body[:min(len(a.response.Body), maxErrorText)])
	}
	if text = strings.TrimSpace(cut(text, maxErrorText)); text != "" && len(seen.errors) < maxErrors && !slices.Contains(seen.errors, text) {
		seen.errors = append(seen.errors, text)
	}
}

// path is where u's origin has it.
func path(u *url.URL) string { return u.RequestURI() }
