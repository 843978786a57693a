package check_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
)

// scriptedMCP is an MCP endpoint as a fixture writes it, one line for each:
//
//	sessions: IDS         it serves initialize and gives these ids, one after the other;
//	                      "none" for no ids
//	stateless: HOW        it serves 2026-07-28; "strict" compares headers and body
//	origins: WHICH        what it accepts besides no Origin: "any" or "null"
//	allow: ORIGIN         Access-Control-Allow-Origin of all answers
//	sign-in: CHALLENGE    every message gets a 401 with this WWW-Authenticate; "-" for none
//	sign-in later: yes    initialize alone does without
//	plain: yes            http:// works too
//	bad cursor: TEXT      message of the error for a page that does not exist
//	bad method: TEXT      message of the error for a method that does not exist
//	bad message: TEXT     message of the error for what is no JSON, before any sign-in
//	refusals: STATUS      status of all errors of the protocol, in place of their own
//	instructions: TEXT    those of the server
//	METHOD: JSON          the result of a list
//
// Texts may be written as in JSON, with \u escapes. Documents are sections "GET PATH".
type scriptedMCP struct {
	path     string
	lines    map[string]string
	sessions int // given so far
}

func readScriptedMCP(t *testing.T, path, body string) *scriptedMCP {
	t.Helper()
	s := &scriptedMCP{path: path, lines: map[string]string{}}
	for line := range strings.Lines(body) {
		if key, value, found := strings.Cut(strings.TrimSpace(line), ": "); found {
			s.lines[key] = value
		} else if strings.TrimSpace(line) != "" {
			t.Fatalf("mcp: %q is no line", line)
		}
	}
	return s
}

// look asks the endpoint as an audit does.
func (s *scriptedMCP) look(t *testing.T, page *url.URL, documents map[string]string) *mcpprobe.Result {
	t.Helper()
	if s == nil {
		return nil
	}
	at := *page
	at.Path, at.RawQuery, _ = strings.Cut(s.path, "?")
	result, err := mcpprobe.Probe(t.Context(), mcpprobe.Config{Page: &at, Canary: "zq7fixture", Ask: func(_ context.Context, q mcpprobe.Question) (*guard.Response, error) {
		if q.Plain && s.lines["plain"] == "" {
			return nil, errors.New("closed")
		}
		if raw, ok := documents[q.Method+" "+q.Path]; ok {
			return response(t, page.String(), raw), nil
		}
		recorder := httptest.NewRecorder()
		request := httptest.NewRequest(q.Method, q.Path, bytes.NewReader(q.Body))
		request.Header = q.Header
		s.ServeHTTP(recorder, request)
		return &guard.Response{URL: &at, Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.Bytes()}, nil
	}})
	if err != nil || result == nil {
		t.Fatalf("nothing was found at the endpoint of the fixture: %v", err)
	}
	return result
}

func (s *scriptedMCP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.RequestURI() != s.path {
		http.NotFound(w, r)
		return
	}
	if allow := s.lines["allow"]; allow != "" {
		w.Header().Set("Access-Control-Allow-Origin", allow)
	}
	origin, accepted := r.Header.Get("Origin"), s.lines["origins"]
	if origin != "" && accepted != "any" && accepted != origin {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	raw := new(bytes.Buffer)
	_, _ = raw.ReadFrom(r.Body)
	if text := s.lines["bad message"]; text != "" && !json.Valid(raw.Bytes()) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"%s"}}`, text)
		return
	}
	if challenge := s.lines["sign-in"]; challenge != "" && (s.lines["sign-in later"] == "" || !bytes.Contains(raw.Bytes(), []byte(`"initialize"`))) {
		if challenge != "-" {
			w.Header().Set("WWW-Authenticate", challenge)
		}
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"sign in"}}`)
		return
	}
	if r.Method != http.MethodPost {
		return
	}
	var message struct {
		ID     json.RawMessage
		Method string
		Params struct {
			Cursor string
		}
	}
	_ = json.Unmarshal(raw.Bytes(), &message)
	modern := bytes.Contains(raw.Bytes(), []byte("io.modelcontextprotocol/protocolVersion"))
	send := func(status int, kind, value string) {
		if own, err := strconv.Atoi(s.lines["refusals"]); err == nil && kind == "error" {
			status = own
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"%s":%s}`, message.ID, kind, value)
	}
	ids := strings.Fields(s.lines["sessions"])
	how := s.lines["stateless"]
	fits := r.Header.Get("MCP-Protocol-Version") == "2026-07-28" && r.Header.Get("Mcp-Method") == message.Method
	result, listed := s.lines[message.Method]
	switch {
	case message.ID == nil:
		w.WriteHeader(http.StatusAccepted)
	case modern && how == "":
		w.WriteHeader(http.StatusBadRequest)
	case how == "strict" && modern && !fits, !modern && len(ids) == 0:
		send(http.StatusBadRequest, "error", `{"code":-32020,"message":"Header mismatch"}`)
	case message.Method == "initialize":
		if ids[0] != "none" {
			w.Header().Set("Mcp-Session-Id", ids[min(s.sessions, len(ids)-1)])
			s.sessions++
		}
		send(http.StatusOK, "result", fmt.Sprintf(`{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"prompts":{},"resources":{}},"serverInfo":{"name":"Shop","version":"1.0"},"instructions":"%s"}`, s.lines["instructions"]))
	case message.Params.Cursor != "":
		text := s.lines["bad cursor"]
		if text == "" {
			text = "unknown cursor"
		}
		send(http.StatusOK, "error", fmt.Sprintf(`{"code":-32602,"message":"%s"}`, text))
	case !listed:
		text := cmp.Or(s.lines["bad method"], "Method not found")
		send(http.StatusNotFound, "error", fmt.Sprintf(`{"code":-32601,"message":"%s"}`, text))
	case modern:
		send(http.StatusOK, "result", `{"resultType":"complete",`+strings.TrimPrefix(result, "{"))
	default:
		send(http.StatusOK, "result", result)
	}
}
