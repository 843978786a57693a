package mcpprobe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/guard"
)

// lies serves initialize as it should be, and answers lists with what answer returns.
func lies(answer func(w http.ResponseWriter, id string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw := make([]byte, 4<<10)
		n, _ := r.Body.Read(raw)
		body := string(raw[:n])
		_, after, _ := strings.Cut(body, `"id":`)
		id, _, _ := strings.Cut(after, ",")
		switch {
		case r.URL.Path != "/mcp":
			http.NotFound(w, r)
		case strings.Contains(body, `"initialize"`):
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-03-26","capabilities":{"tools":{}},"serverInfo":{"name":"x"}}}`, id)
		case strings.Contains(body, `"tools/list"`):
			answer(w, id)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	}
}

func TestHostileLists(t *testing.T) {
	t.Parallel()
	page := func(tools, rest string) func(http.ResponseWriter, string) {
		return func(w http.ResponseWriter, id string) {
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s]%s}}`, id, tools, rest)
		}
	}
	var turn int
	for name, test := range map[string]struct {
		answer  func(w http.ResponseWriter, id string)
		items   int
		problem string
	}{
		"circle": {page(`{"name":"a"}`, `,"nextCursor":"x"`), 2, "circle"},
		"no end": {func(w http.ResponseWriter, id string) {
			turn++
			page(`{"name":"a"}`, fmt.Sprintf(`,"nextCursor":"%d"`, turn))(w, id)
		}, maxPages, "more than 20 pages"},
		"many":     {page(strings.TrimSuffix(strings.Repeat(`{"name":"a"},`, 1500), ","), ""), maxItems, "1,000"},
		"10 MB":    {page(`{"name":"a","description":"`+strings.Repeat("x", 10<<20)+`"}`, ""), 0, "could not be read"},
		"long":     {page(`{"name":"a","description":"`+strings.Repeat("ä", 1<<20)+`"}`, ""), 1, ""},
		"deep":     {page(`{"name":"a","inputSchema":`+strings.Repeat(`{"properties":`, 8000)+`1`+strings.Repeat(`}`, 8000)+`}`, ""), 1, ""},
		"too deep": {page(`{"name":"a","inputSchema":`+strings.Repeat(`{"properties":`, 12_000)+`1`+strings.Repeat(`}`, 12_000)+`}`, ""), 0, "no answer"},
		"wrong id": {func(w http.ResponseWriter, _ string) { page(`{"name":"a"}`, "")(w, "99") }, 0, "no answer"},
		"batch": {func(w http.ResponseWriter, id string) {
			fmt.Fprint(w, "[")
			page(`{"name":"a"}`, "")(w, id)
			fmt.Fprint(w, "]")
		}, 1, ""},
		"odd types": {page(`1,"a",null,[],{"name":5},{"name":""},{"name":"a","inputSchema":"x","annotations":[],"title":"t"}`, `,"nextCursor":7`), 1, ""},
		"not a list": {func(w http.ResponseWriter, id string) {
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{"tools":{}}}`, id)
		}, 0, "not a list"},
	} {
		r := probe(t, lies(test.answer), "/mcp")
		if r == nil {
			t.Fatalf("%s: nothing found", name)
		}
		if len(r.Tools.Items) != test.items || !strings.Contains(r.Tools.Problem, test.problem) || (test.problem == "") != (r.Tools.Problem == "") {
			t.Errorf("%s: %d tools, problem %q; want %d, %q", name, len(r.Tools.Items), r.Tools.Problem, test.items, test.problem)
		}
		if (r.Hash != "") != (test.problem == "") {
			t.Errorf("%s: hash %q", name, r.Hash)
		}
		for _, text := range r.Texts() {
			if len(text.Value) > maxText || len(text.Where) > maxName+100 {
				t.Errorf("%s: a text of %d bytes at a place of %d", name, len(text.Value), len(text.Where))
			}
		}
	}
}

// TestEndlessStreams: a site that never ends its answers costs two questions.
func TestEndlessStreams(t *testing.T) {
	t.Parallel()
	asked := 0
	_, err := Probe(t.Context(), Config{Page: &url.URL{Scheme: "https", Host: "a.example", Path: "/"}, Ask: func(_ context.Context, q Question) (*guard.Response, error) {
		asked++
		if q.Done([]byte(": still here\n\ndata: {}\n\n")) {
			t.Error("reading ends without an answer")
		}
		return nil, fmt.Errorf("ask: %w", context.DeadlineExceeded) // as the guard tells it
	}})
	if !errors.Is(err, ErrSlow) || asked != maxLate {
		t.Errorf("%d questions, error %v", asked, err)
	}
}

// TestStreamThatStaysOpen: the answer ends the reading, not the stream.
func TestStreamThatStaysOpen(t *testing.T) {
	t.Parallel()
	s := &mcpServer{path: "/mcp", sessions: true, stream: true, lists: lists(), open: map[string]bool{}}
	r := probe(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(w, r)
		if w.Header().Get("Content-Type") == "text/event-stream" {
			<-r.Context().Done()
		}
	}), "/mcp")
	if r == nil || len(r.Tools.Items) != 1 || r.Tools.Problem != "" {
		t.Errorf("result = %+v", r)
	}
}

func TestCallerWhoLeaves(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ask, page := site(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel() }), "/mcp")
	if r, err := Probe(ctx, Config{Ask: ask, Page: page, Timeout: time.Minute}); r != nil || err == nil {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestOddAnswersOfInitialize must not be taken for an endpoint.
func TestOddAnswersOfInitialize(t *testing.T) {
	t.Parallel()
	for _, result := range []string{
		`{}`, `{"protocolVersion":1,"capabilities":{}}`, `{"protocolVersion":"2025-11-25"}`,
		`{"protocolVersion":"<script>","capabilities":{}}`, `{"protocolVersion":"2025-11-25","capabilities":[]}`,
	} {
		r := probe(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":1,"result":%s}`, result)
		}), "/mcp")
		if r != nil {
			t.Errorf("%s: %+v", result, r)
		}
	}
}

func TestSessionIDThatMayNotBeSentBack(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a b", "ä", strings.Repeat("x", maxName+1)} {
		if got := sessionID(http.Header{"Mcp-Session-Id": {id}}); got != "" {
			t.Errorf("%.20q was taken", got)
		}
	}
}
