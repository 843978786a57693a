package transporttest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// APIKey is the key that the fake Resend knows.
const APIKey = "re_test_0123456789"

// ResendMail is a mail that the fake took.
type ResendMail struct {
	ID, Key string
	Body    json.RawMessage
	Count   int // how often it came
}

// Fault is how a request to the fake ends. The zero Fault is none.
type Fault struct {
	Status     int
	Name       string // Resend's name of the error
	Message    string
	RetryAfter string
	Taken      bool // the mail is taken first, whatever the answer
	Cut        bool // the connection breaks instead of an answer
	Hang       bool // no answer until the caller leaves
}

// Resend is a fake of Resend's API: one mail for one key, 409 for the same key
// with another body.
type Resend struct {
	URL string

	mu     sync.Mutex
	faults []Fault
	mails  []*ResendMail
}

// NewResend starts a fake that ends with the test.
func NewResend(t testing.TB) *Resend {
	t.Helper()
	r := &Resend{}
	server := httptest.NewServer(r)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	r.URL = server.URL
	return r
}

// Fail makes the next requests end with faults, in order.
func (r *Resend) Fail(faults ...Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, faults...)
}

// Mails returns what was taken.
func (r *Resend) Mails() []ResendMail {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]ResendMail, len(r.mails))
	for i, m := range r.mails {
		list[i] = *m
	}
	return list
}

// ServeHTTP implements http.Handler.
func (r *Resend) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost || req.URL.Path != "/emails" {
		answer(w, http.StatusNotFound, Fault{Name: "not_found", Message: "no route " + req.URL.Path})
		return
	}
	if req.Header.Get("Authorization") != "Bearer "+APIKey {
		answer(w, http.StatusUnauthorized, Fault{Name: "invalid_api_key", Message: "API key is invalid"})
		return
	}
	body, err := io.ReadAll(req.Body)
	if err != nil || !json.Valid(body) {
		answer(w, http.StatusUnprocessableEntity, Fault{Name: "validation_error", Message: "not JSON"})
		return
	}
	fault := r.next()
	if fault.Hang {
		<-req.Context().Done()
		return
	}
	if fault.Status != 0 && !fault.Taken {
		answer(w, fault.Status, fault)
		return
	}
	id, clash := r.take(req.Header.Get("Idempotency-Key"), body)
	switch {
	case fault.Cut:
		panic(http.ErrAbortHandler) // net/http closes the connection without an answer
	case clash:
		answer(w, http.StatusConflict, Fault{Name: "invalid_idempotent_request", Message: "same key, other body"})
	case fault.Status != 0:
		answer(w, fault.Status, fault)
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%q}`, id)
	}
}

func (r *Resend) next() Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.faults) == 0 {
		return Fault{}
	}
	f := r.faults[0]
	r.faults = r.faults[1:]
	return f
}

func (r *Resend) take(key string, body []byte) (id string, clash bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.mails {
		if key != "" && m.Key == key {
			m.Count++
			return m.ID, string(m.Body) != string(body)
		}
	}
	m := &ResendMail{ID: fmt.Sprintf("resend-%d", len(r.mails)+1), Key: key, Body: body, Count: 1}
	r.mails = append(r.mails, m)
	return m.ID, false
}

func answer(w http.ResponseWriter, status int, f Fault) {
	w.Header().Set("Content-Type", "application/json")
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"statusCode": status, "name": f.Name, "message": f.Message}) // a caller that left needs no answer
}
