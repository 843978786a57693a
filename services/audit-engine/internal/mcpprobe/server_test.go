package mcpprobe

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"doorstep.example/services/audit-engine/internal/guard"
)

// mcpServer is a small MCP server over HTTP.
type mcpServer struct {
	path      string
	sessions  bool              // serves initialize
	stateless bool              // serves 2026-07-28
	stream    bool              // answers come as event streams
	lists     map[string]string // result of each method
	token     string            // asked for, where not empty
	challenge string            // WWW-Authenticate of the 401
	origins   []string          // accepted; nil: any
	strict    bool              // compares headers and body
	newID     func() string     // of a session
	cors      string
	document  string // at the well-known path

	mu    sync.Mutex
	asked []string // METHOD path [rpc method]
	open  map[string]bool
}

func (s *mcpServer) log(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, line)
}

func (s *mcpServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.document != "" && strings.HasPrefix(r.URL.Path, wellKnown) {
		s.log(r.Method + " " + r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, strings.ReplaceAll(s.document, "HOST", "https://"+r.Host))
		return
	}
	if r.URL.Path != s.path {
		s.log(r.Method + " " + r.URL.Path)
		http.NotFound(w, r)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" && s.origins != nil && !slices.Contains(s.origins, origin) {
		http.Error(w, "origin not allowed", http.StatusForbidden)
		return
	}
	if s.cors != "" {
		w.Header().Set("Access-Control-Allow-Origin", s.cors)
	}
	if s.token != "" && r.Header.Get("Authorization") != "Bearer "+s.token {
		s.log(r.Method + " " + r.URL.Path + " 401")
		if s.challenge != "" {
			w.Header().Set("WWW-Authenticate", strings.ReplaceAll(s.challenge, "HOST", "https://"+r.Host))
		}
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch r.Method {
	case http.MethodDelete:
		s.end(w, r)
	case http.MethodPost:
		s.post(w, r)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (s *mcpServer) end(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, "DELETE")
	delete(s.open, r.Header.Get("Mcp-Session-Id"))
	w.WriteHeader(http.StatusNoContent)
}

func (s *mcpServer) post(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var message struct {
		ID     json.RawMessage
		Method string
		Params struct {
			Cursor string
			Meta   map[string]any `json:"_meta"`
		}
	}
	if json.Unmarshal(raw, &message) != nil || r.Header.Get("Content-Type") != "application/json" || r.ContentLength != int64(len(raw)) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.log("POST " + r.URL.Path + " " + message.Method)
	if message.ID == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	version, modern := message.Params.Meta["io.modelcontextprotocol/protocolVersion"]
	result, ok := s.lists[message.Method]
	switch {
	case message.Method == "initialize" && s.sessions:
		result, ok = `{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"prompts":{},"resources":{}},"serverInfo":{"name":"Shop","version":"1.2"},"instructions":"Sells things."}`, true
		if s.newID != nil {
			id := s.newID()
			w.Header().Set("Mcp-Session-Id", id)
			s.mu.Lock()
			s.open[id] = true
			s.mu.Unlock()
		}
	case !modern && !s.sessions, modern && s.stateless && s.strict && (r.Header.Get("MCP-Protocol-Version") != version || r.Header.Get("Mcp-Method") != message.Method):
		s.send(w, http.StatusBadRequest, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32020,"message":"Header mismatch"}}`, message.ID))
		return
	case modern && !s.stateless:
		http.Error(w, "Bad Request: Unsupported protocol version", http.StatusBadRequest)
		return
	case !modern && s.newID != nil && !s.known(r.Header.Get("Mcp-Session-Id")):
		http.Error(w, "no session", http.StatusNotFound)
		return
	}
	if message.Params.Cursor != "" {
		if next, paged := s.lists[message.Method+" "+message.Params.Cursor]; paged {
			result = next
		} else {
			s.send(w, http.StatusOK, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32602,"message":"Unknown cursor","data":"Traceback (most recent call last):\n  File \"/srv/app.py\", line 3"}}`, message.ID))
			return
		}
	}
	if !ok {
		s.send(w, http.StatusNotFound, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}`, message.ID))
		return
	}
	if modern {
		result = `{"resultType":"complete",` + strings.TrimPrefix(result, "{")
	}
	s.send(w, http.StatusOK, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, message.ID, result))
}

func (s *mcpServer) known(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[id]
}

func (s *mcpServer) send(w http.ResponseWriter, status int, message string) {
	w.Header().Set("X-Ratelimit-Limit", "60")
	if !s.stream || status != http.StatusOK {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, message)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "id: 1\ndata:\n\n: wait\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\nevent: message\ndata: %s\n\n", message)
	w.(http.Flusher).Flush()
}

const toolList = `{"tools":[{"name":"search","description":"Searches the shop.","inputSchema":{"type":"object","properties":{"q":{"type":"string","maxLength":100}}},"annotations":{"readOnlyHint":true}}],"ttlMs":1}`

func lists() map[string]string {
	return map[string]string{
		"tools/list":     toolList,
		"prompts/list":   `{"prompts":[{"name":"greet","description":"Says hello.","arguments":[{"name":"who"}]}]}`,
		"resources/list": `{"resources":[{"uri":"shop://terms","name":"terms"}]}`,
	}
}

// site serves handler and returns how to ask it, and its address with path.
func site(t *testing.T, handler http.Handler, path string) (Ask, *url.URL) {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return asker(t, server.Listener.Addr().String()), mustParse(t, server.URL+path)
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func asker(t *testing.T, address string) Ask {
	t.Helper()
	g, err := guard.New(guard.Config{Ports: []uint16{443}, Lab: []netip.AddrPort{netip.MustParseAddrPort(address)}})
	if err != nil {
		t.Fatal(err)
	}
	client := g.Client("test")
	return func(ctx context.Context, q Question) (*guard.Response, error) {
		if q.Plain {
			return nil, fmt.Errorf("port 80 is outside")
		}
		target, err := g.Admit("https://" + address + q.Path)
		if err != nil {
			return nil, err
		}
		return client.Do(ctx, guard.Request{Target: target, Method: q.Method, Header: q.Header, Body: q.Body, Done: q.Done, NoFollow: true, Probe: true})
	}
}

func probe(t *testing.T, handler http.Handler, path string) *Result {
	t.Helper()
	ask, page := site(t, handler, path)
	result, err := Probe(t.Context(), Config{Ask: ask, Page: page, Canary: "zq7canary"})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func randomID() string { return rand.Text() }
