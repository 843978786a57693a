package mcpprobe

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// sseServer speaks the transport of 2024-11-05.
type sseServer struct {
	path     string // of the stream; default /sse
	endpoint string // told by the first event; default the right one
	lists    map[string]string

	mu       sync.Mutex
	next     int
	sessions map[string]chan string
}

func (s *sseServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := cmp.Or(s.path, "/sse")
	switch {
	case r.Method == http.MethodGet && r.URL.Path == path:
		s.stream(w, r)
	case r.Method == http.MethodPost && r.URL.Path == path:
		http.Error(w, "no session", http.StatusBadRequest)
	case r.Method == http.MethodPost && r.URL.Path == "/messages":
		s.message(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *sseServer) stream(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.next++
	id := fmt.Sprint(s.next)
	out := make(chan string, 4)
	s.sessions[id] = out
	s.mu.Unlock()
	endpoint := s.endpoint
	if endpoint == "" {
		endpoint = "/messages?sessionId=" + id
	}
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "event: endpoint\r\ndata: %s\r\n\r\n", endpoint)
	w.(http.Flusher).Flush()
	for {
		select {
		case message := <-out:
			fmt.Fprintf(w, "event: message\r\ndata: %s\r\n\r\n", message)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (s *sseServer) message(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var message struct {
		ID     json.RawMessage
		Method string
	}
	_ = json.Unmarshal(raw, &message)
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprint(w, "Accepted")
	if message.ID == nil {
		return
	}
	result, ok := s.lists[message.Method]
	if message.Method == "initialize" {
		result, ok = `{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"Old"}}`, true
	}
	answer := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, message.ID, result)
	if !ok {
		answer = fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}`, message.ID)
	}
	s.mu.Lock()
	out := s.sessions[r.URL.Query().Get("sessionId")]
	s.mu.Unlock()
	out <- answer
}

func TestOldTransport(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/sse", "/mcp"} {
		s := &sseServer{path: path, lists: lists(), sessions: map[string]chan string{}}
		r := probe(t, s, "/")
		if r == nil || r.Transport != HTTPSSE || !slices.Equal(r.Revisions, []string{"2024-11-05"}) || r.Server.Name != "Old" || len(r.Tools.Items) != 1 {
			t.Fatalf("%s: result = %+v", path, r)
		}
		if !slices.Equal(r.SessionIDs, []string{"1", "2"}) || len(r.Origins) != 2 || !r.Origins[0].Accepted {
			t.Errorf("%s: sessions %v, origins %+v", path, r.SessionIDs, r.Origins)
		}
	}
}

// TestOldTransportStaysOnItsHost: the first event names where to POST to.
func TestOldTransportStaysOnItsHost(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"https://other.example/messages", "//other.example/m", "http://127.0.0.1/m", "https://u:p@HOST/m", "javascript:alert(1)", ":", strings.Repeat("/x", 5000)} {
		s := &sseServer{endpoint: endpoint, lists: lists(), sessions: map[string]chan string{}}
		if r := probe(t, s, "/sse"); r != nil {
			t.Errorf("%.60s: result = %+v", endpoint, r)
		}
	}
}
