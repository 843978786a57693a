// Package auditapitest is a small audit-engine that works, for tests of its
// callers: it checks the token, tells progress, hands out a report with a PDF, and
// fails the way the real one can when told to.
package auditapitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
)

// Token is the bearer token of every Server.
const Token = "auditapitest-token"

// Steps is how many lines of progress an audit has.
const Steps = 3

// Fault is how the next audits end. The zero Fault is none.
type Fault struct {
	// Status, Code and Message are an answer instead of an audit.
	Status     int
	Code       string
	Message    string
	RetryAfter time.Duration
	// Event ends the stream after its progress with this error instead of a result.
	Event *auditapi.Event
	// Hang tells the progress, then nothing, until Release or until the caller
	// leaves. After Release the audit succeeds.
	Hang bool
	// Drip tells progress for ever, until the caller leaves.
	Drip bool
	// Cut breaks the connection after the progress.
	Cut bool
}

// Server is a fake audit-engine. Its methods may be called while it serves.
type Server struct {
	URL string

	mu       sync.Mutex
	changed  chan struct{} // closed and renewed whenever a request arrives or ends
	release  chan struct{} // closed by Release
	report   auditapi.Report
	pdf      []byte
	faults   []Fault
	requests []auditapi.Request
	proof    auditapi.Proof
	asked    []auditapi.ProofRequest
	left     int
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{changed: make(chan struct{}), release: make(chan struct{}), report: Report(), pdf: PDF()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/audit", s.audit)
	mux.HandleFunc("POST /api/ownership", s.ownership)
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	// A hanging request holds up Close until its connection is gone.
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	s.URL = server.URL
	return s
}

// Client returns a client of the server. Its Timeout is the real one.
func (s *Server) Client() auditapi.Client {
	return auditapi.Client{BaseURL: s.URL, Token: config.Secret(Token)}
}

// Succeed sets what audits find from now on. The request's ids, tier and target are
// filled in. An empty pdf stands for PDF.
func (s *Server) Succeed(report auditapi.Report, pdf []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report, s.pdf = report, pdf
	if len(pdf) == 0 {
		s.pdf = PDF()
	}
}

// Fail makes the next n audits end with f.
func (s *Server) Fail(n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, slices.Repeat([]Fault{f}, n)...)
}

// Heal forgets the faults that have not happened yet.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Release lets the audits that hang go on, and those that would hang later.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.release:
	default:
		close(s.release)
	}
}

// Requests returns the audits that were asked for, in order, refused ones included.
func (s *Server) Requests() []auditapi.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Left returns how many callers hung up on a running audit.
func (s *Server) Left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left
}

// Await waits until ok holds for the server, and fails the test after half a minute.
func (s *Server) Await(t testing.TB, what string, ok func(s *Server) bool) {
	t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if ok(s) {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			t.Fatalf("waited 30 s for %s", what)
		}
	}
}

// note records under the lock, and wakes Await.
func (s *Server) note(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) audit(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+Token {
		refuse(w, http.StatusUnauthorized, errs.Body{Message: "wrong token"})
		return
	}
	var request auditapi.Request
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || request.TargetURL == "" || request.Tier == "" {
		refuse(w, http.StatusBadRequest, errs.Body{Message: "not an audit's request"})
		return
	}
	var fault Fault
	s.note(func() {
		s.requests = append(s.requests, request)
		if len(s.faults) > 0 {
			fault, s.faults = s.faults[0], s.faults[1:]
		}
	})
	if fault.Status != 0 {
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(fault.RetryAfter.Seconds())))
		}
		refuse(w, fault.Status, errs.Body{Code: fault.Code, Message: cmp.Or(fault.Message, "refused on purpose")})
		return
	}
	s.stream(w, r, request, fault)
}

// Prove sets what is found of proofs from now on.
func (s *Server) Prove(p auditapi.Proof) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proof = p
}

// Asked returns the proofs that were asked for, in order.
func (s *Server) Asked() []auditapi.ProofRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *Server) ownership(w http.ResponseWriter, r *http.Request) {
	var request auditapi.ProofRequest
	if r.Header.Get("Authorization") != "Bearer "+Token || json.NewDecoder(r.Body).Decode(&request) != nil {
		refuse(w, http.StatusBadRequest, errs.Body{Message: "not a question for a proof"})
		return
	}
	var proof auditapi.Proof
	s.note(func() { s.asked, proof = append(s.asked, request), s.proof })
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(proof) // a caller who is gone needs no answer
}

func refuse(w http.ResponseWriter, status int, body errs.Body) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a caller who is gone needs no answer
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, request auditapi.Request, fault Fault) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	write := func(event auditapi.Event) {
		_ = json.NewEncoder(w).Encode(event) // a caller who is gone shows in the context
		_ = http.NewResponseController(w).Flush()
	}
	for i := range Steps {
		write(progress(i + 1))
	}
	switch {
	case fault.Event != nil:
		write(*fault.Event)
		return
	case fault.Cut:
		panic(http.ErrAbortHandler)
	case fault.Hang:
		select {
		case <-s.release:
		case <-r.Context().Done():
		}
	case fault.Drip:
		s.drip(r, write)
	}
	if r.Context().Err() != nil {
		s.note(func() { s.left++ })
		return
	}
	report, pdf := s.result(request)
	write(auditapi.Event{Event: auditapi.EventResult, Report: &report, PDF: pdf})
}

func (s *Server) drip(r *http.Request, write func(auditapi.Event)) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			write(progress(1))
		case <-r.Context().Done():
			return
		}
	}
}

func progress(done int) auditapi.Event {
	return auditapi.Event{Event: auditapi.EventProgress, Check: fmt.Sprintf("step-%d", done), Title: fmt.Sprintf("Step %d", done), Done: done, Total: Steps}
}

func (s *Server) result(request auditapi.Request) (auditapi.Report, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	report := s.report
	report.ReportID, report.OrderID, report.Tier = request.ReportID, request.OrderID, request.Tier
	report.Target, report.TargetName = request.TargetURL, request.TargetName
	report.Seller, report.VerifyURL = request.Seller, request.VerifyURL
	return report, s.pdf
}
