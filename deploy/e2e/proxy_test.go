package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"doorstep.example/deploy/e2e/stack"
)

// listen serves handler on a port below the outgoing ones until the test ends, and
// returns its host:port.
func listen(t *testing.T, handler http.Handler) string {
	t.Helper()
	ln, err := stack.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: ln, Config: &http.Server{Handler: handler}}
	server.Start()
	t.Cleanup(server.Close)
	return ln.Addr().String()
}

// doorman stands between two programs. It passes everything on, and at the moments
// that a story chooses it does something worse.
type doorman struct {
	to     string // base URL
	before func(*http.Request, []byte)
	// after sees what came back. It returns false to break the line instead of answering.
	after func(*http.Request, []byte, int) bool
}

func (d *doorman) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if d.before != nil {
		d.before(r, body)
	}
	status, header, answer, err := d.pass(r, body)
	if err != nil || (d.after != nil && !d.after(r, body, status)) {
		panic(http.ErrAbortHandler) // the other side is gone: so is the line
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a reader that is gone is part of the story
}

func (d *doorman) pass(r *http.Request, body []byte) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, d.to+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header = r.Header.Clone()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, answer, err
}

// slowSite is a customer's site that answers when the story lets it: reached is
// closed at the first visit, and until open is called every visit waits.
type slowSite struct {
	addr    string
	reached chan struct{}
	visits  atomic.Int64
	gate    chan struct{}
	once    sync.Once
}

func newSlowSite(t *testing.T) *slowSite {
	site := &slowSite{reached: make(chan struct{}), gate: make(chan struct{})}
	site.addr = listen(t, site)
	t.Cleanup(site.open) // before the server closes, which waits for its visitors
	return site
}

func (s *slowSite) url() string { return "http://" + s.addr + "/" }

func (s *slowSite) open() { s.once.Do(func() { close(s.gate) }) }

func (s *slowSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.visits.Add(1) == 1 {
		close(s.reached)
	}
	select {
	case <-s.gate:
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!doctype html><title>Slow</title><h1>A slow site</h1>")
}
