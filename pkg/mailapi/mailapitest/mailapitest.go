// Package mailapitest is a small mailer that works, for tests of its callers: it
// keeps one mail for one key, and fails the way the real one can when told to.
package mailapitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
)

// Token is the bearer token of every Server.
const Token = "mailapitest-token"

// Sent is one mail that the server took.
type Sent struct {
	Key     string // the Idempotency-Key
	Tries   int    // requests with this key, refused ones included
	Request mailapi.Send
	Message mailapi.Message
}

// Decode reads the data of the mail into a template's type.
func (s Sent) Decode(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(s.Request.Data, into); err != nil {
		t.Fatalf("data of the mail %s: %v", s.Key, err)
	}
}

// Fault is how the next requests for a mail end. The zero Fault is none.
type Fault struct {
	// Status, Code and Message are an answer instead of taking the mail.
	Status     int
	Code       string
	Message    string
	RetryAfter time.Duration
	// Hang gives no answer until the caller leaves.
	Hang bool
	// Cut takes the mail, and breaks the connection instead of answering.
	Cut bool
}

// Server is a fake mailer. Its methods may be called while it serves.
type Server struct {
	URL string
	// Confirms is what its messages say of delivery reports; New sets it.
	Confirms bool

	mu      sync.Mutex
	changed chan struct{} // closed and renewed whenever a mail is taken
	faults  []Fault
	tries   map[string]int
	byKey   map[string]int // index in sent
	sent    []Sent
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{Confirms: true, changed: make(chan struct{}), tries: map[string]int{}, byKey: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/messages", s.post)
	mux.HandleFunc("GET /api/messages/{id}", s.get)
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	// A hanging request holds up Close until its connection is gone.
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	s.URL = server.URL
	return s
}

// Client returns a client of the server.
func (s *Server) Client() mailapi.Client {
	return mailapi.Client{BaseURL: s.URL, Token: config.Secret(Token)}
}

// Fail makes the next n requests for a mail end with f.
func (s *Server) Fail(n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.faults = append(s.faults, f)
	}
}

// Heal forgets the faults that have not happened yet.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Sent returns the mails that the server took, in order.
func (s *Server) Sent() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Sent, len(s.sent))
	for i, m := range s.sent {
		m.Tries = s.tries[m.Key]
		list[i] = m
	}
	return list
}

// Tries returns how many requests came with key, taken or not.
func (s *Server) Tries(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries[key]
}

// Wait returns the mails once there are n of them, and fails the test when that
// takes longer than half a minute.
func (s *Server) Wait(t testing.TB, n int) []Sent {
	t.Helper()
	limit, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if sent := s.Sent(); len(sent) >= n {
			return sent
		}
		select {
		case <-changed:
		case <-limit.Done():
			t.Fatalf("%d mails after 30 s, want %d", len(s.Sent()), n)
		}
	}
}

// SetState moves the mail with this id, as a report of the provider would.
func (s *Server) SetState(t testing.TB, id, state, detail string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.sent {
		if m := &s.sent[i].Message; m.ID == id {
			m.State = state
			m.History = append(m.History, mailapi.Entry{At: time.Now().UTC(), State: state, Detail: detail})
			return
		}
	}
	t.Fatalf("no mail has the id %s", id)
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	key, send, problem := read(r)
	if problem != nil {
		refuse(w, problem)
		return
	}
	fault := s.next(key)
	switch {
	case fault.Hang:
		<-r.Context().Done()
		return
	case fault.Status != 0:
		refuse(w, &errs.Error{Kind: errs.FromStatus(fault.Status), Code: fault.Code, Message: fault.Message, RetryAfter: fault.RetryAfter}, fault.Status)
		return
	}
	m, problem := s.take(key, send)
	if problem != nil {
		refuse(w, problem)
		return
	}
	if fault.Cut {
		panic(http.ErrAbortHandler) // net/http closes the connection without an answer
	}
	writeJSON(w, http.StatusOK, m)
}

// read checks a request as the real mailer does.
func read(r *http.Request) (string, mailapi.Send, *errs.Error) {
	var send mailapi.Send
	if r.Header.Get("Authorization") != "Bearer "+Token {
		return "", send, errs.New(errs.Unauthorized, "wrong token")
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		return "", send, errs.New(errs.Invalid, "the header Idempotency-Key is missing")
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&send); err != nil {
		return "", send, errs.Wrap(errs.Invalid, err, "the body is not a mail")
	}
	if send.To == "" || send.Template == "" || len(send.Data) == 0 {
		return "", send, errs.New(errs.Unprocessable, "to, template or data is missing")
	}
	return key, send, nil
}

// next counts a try and takes the next fault.
func (s *Server) next(key string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries[key]++
	if len(s.faults) == 0 {
		return Fault{}
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	return f
}

// take keeps the mail, or finds the one with the same key.
func (s *Server) take(key string, send mailapi.Send) (mailapi.Message, *errs.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.byKey[key]; ok {
		if !same(s.sent[i].Request, send) {
			return mailapi.Message{}, errs.New(errs.Conflict, "this key stands for a different mail")
		}
		return s.sent[i].Message, nil
	}
	n := len(s.sent) + 1
	m := mailapi.Message{
		ID: fmt.Sprintf("message-%d", n), State: mailapi.StateAccepted, Confirms: s.Confirms,
		Provider: "resend", ProviderID: fmt.Sprintf("provider-%d", n),
		History: []mailapi.Entry{{At: time.Now().UTC(), State: mailapi.StateAccepted}},
	}
	s.byKey[key] = len(s.sent)
	s.sent = append(s.sent, Sent{Key: key, Request: send, Message: m})
	close(s.changed)
	s.changed = make(chan struct{})
	return m, nil
}

func same(a, b mailapi.Send) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+Token {
		refuse(w, errs.New(errs.Unauthorized, "wrong token"))
		return
	}
	for _, m := range s.Sent() {
		if m.Message.ID == r.PathValue("id") {
			writeJSON(w, http.StatusOK, m.Message)
			return
		}
	}
	refuse(w, errs.New(errs.NotFound, "no such message"))
}

// refuse answers with e; a status that has no kind of its own is given along.
func refuse(w http.ResponseWriter, e *errs.Error, status ...int) {
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(e.RetryAfter.Seconds()))))
	}
	code := errs.Status(e.Kind)
	if len(status) > 0 {
		code = status[0]
	}
	writeJSON(w, code, e.Body())
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a caller that left needs no answer
}
