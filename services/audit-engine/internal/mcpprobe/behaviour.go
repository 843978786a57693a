package mcpprobe

import (
	"context"
	"net/http"
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// foreignOrigins are those of pages of others: of any site, of a sandboxed frame, and of
// sites whose names begin or end with the page's own.
func (p *prober) foreignOrigins() []string {
	foreign := []string{"https://" + p.config.Canary + ".invalid", "null"}
	name := p.config.Page.Hostname()
	if strings.Contains(name, ":") {
		return foreign
	}
	foreign = append(foreign, "https://"+name+"."+p.config.Canary+".invalid")
	if _, err := netip.ParseAddr(name); err == nil {
		return foreign // no name ends with an address
	}
	own, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil { // localhost, and other names of inner networks
		own = name
	}
	foreign = append(foreign, "https://"+p.config.Canary+own)
	if port := p.config.Page.Port(); port != "" { // which the compared end may hold
		foreign = append(foreign, "https://"+p.config.Canary+own+":"+port)
	}
	return foreign
}

// openToAll reports that pages of any site are let in, so that names make no difference.
func (p *prober) openToAll() bool {
	return len(p.result.Origins) > 0 && p.result.Origins[0].Accepted
}

// origins asks what was answered before once more, as a page of another site would
// have a browser ask it.
func (p *prober) origins(ctx context.Context, s *streamable, m method) {
	for i, origin := range p.foreignOrigins() {
		if ctx.Err() != nil || i > 1 && p.openToAll() {
			return
		}
		asked, params := *s, map[string]any(nil)
		if m == initialize {
			asked.session, params = "", initializeParams(s.revision)
		}
		a := asked.ask(ctx, m, params, http.Header{"Origin": {origin}})
		if a.response == nil {
			continue
		}
		if asked.session = sessionID(a.response.Header); m == initialize {
			asked.end(context.WithoutCancel(ctx))
		}
		p.result.Origins = append(p.result.Origins, originAnswer(origin, a.response.Status, a.response.Header, a.accepted()))
	}
}

func originAnswer(origin string, status int, h http.Header, accepted bool) OriginAnswer {
	return OriginAnswer{
		Origin: origin, Status: status, Accepted: accepted,
		Allow: cut(h.Get("Access-Control-Allow-Origin"), maxName), Credentials: h.Get("Access-Control-Allow-Credentials") == "true",
	}
}

// badCursor asks for a page that does not exist, to see what errors tell. Only lists
// have pages.
func (p *prober) badCursor(ctx context.Context, s speaker, m method) {
	if m != initialize {
		s.ask(ctx, m, map[string]any{"cursor": p.config.Canary}, nil)
	}
}

// contradict sends headers that do not fit the body, which a stateless endpoint has to
// refuse: what stands between may have judged by the headers (specification
// 2026-07-28, streamable HTTP, "Server Validation"). Only where older revisions are
// not served must the version be there, or where the answer is one of 2026-07-28. It
// also asks for a method that does not exist.
func (p *prober) contradict(ctx context.Context, s *streamable, only bool) {
	probes := []struct {
		sent   string
		header http.Header
		older  bool // an answer by the rules of an older revision is right
	}{
		{"Mcp-Method: prompts/list with the body of tools/list", http.Header{"Mcp-Method": {string(listPrompts)}}, false},
		{"MCP-Protocol-Version: 2025-11-25 with a body of 2026-07-28", http.Header{"Mcp-Protocol-Version": {revisionSession}}, false},
		{"no MCP-Protocol-Version", http.Header{"Mcp-Protocol-Version": nil}, !only},
	}
	for _, probe := range probes {
		a := s.ask(ctx, listTools, nil, probe.header)
		if a.response != nil {
			p.result.Headers = append(p.result.Headers, headerAnswer(probe.sent, a, a.accepted() && (!probe.older || isStatelessList(a))))
		}
	}
	if a := s.ask(ctx, nonexistent, nil, nil); a.response != nil {
		unknown := headerAnswer(string(nonexistent), a, a.accepted())
		p.result.Unknown = &unknown
	}
}

func headerAnswer(sent string, a answer, accepted bool) HeaderAnswer {
	h := HeaderAnswer{Sent: sent, Status: a.response.Status, Accepted: accepted}
	if a.err == nil && a.reply.Error != nil {
		h.Code = a.reply.Error.Code
	}
	return h
}

// provoke sends what cannot be answered, for the errors to be noted: half a message, and,
// where strangers are heard, a method that does not exist.
func (p *prober) provoke(ctx context.Context, s *streamable) {
	if p.result.Refusal == nil && !s.stateless { // else contradict asks for it
		s.ask(ctx, nonexistent, nil, nil)
	}
	id := p.nextID()
	whole := request(id, listTools, nil)
	p.note(s.path, p.post(ctx, Question{Path: s.path, Header: s.header(listTools), Body: whole[:len(whole)/2]}, id))
}
