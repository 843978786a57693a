package guard

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestWithABody(t *testing.T) {
	t.Parallel()
	var seen []string
	g, base := lab(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, fmt.Sprintf("%s %s %d %s %s", r.Method, r.URL.Path, r.ContentLength, r.Header.Get("Content-Type"), body))
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}
	})
	client := g.Client("test")
	for _, path := range []string{"/here", "/moved"} {
		target, err := g.Admit(base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(t.Context(), Request{
			Target: target, Method: http.MethodPost, Body: []byte(`{"a":1}`),
			Header: http.Header{"Content-Type": {"application/json"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if moved := path == "/moved"; moved != (resp.Status == http.StatusTemporaryRedirect) {
			t.Errorf("%s: status %d; a redirect must be the answer to a body", path, resp.Status)
		}
	}
	if diff := cmp.Diff([]string{`POST /here 7 application/json {"a":1}`, `POST /moved 7 application/json {"a":1}`}, seen); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// An event stream that nobody waits for is not read: it may never end.
func TestAStreamOfEventsIsNoPage(t *testing.T) {
	t.Parallel()
	g, base := lab(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "Text/Event-Stream; charset=utf-8")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	target, err := g.Admit(base)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := g.Client("test").Do(t.Context(), Request{Target: target})
	if err != nil || !errors.Is(resp.BodyErr, ErrBodyStream) {
		t.Errorf("%+v, %v", resp, err)
	}
}

func TestDoneEndsAnEndlessBody(t *testing.T) {
	t.Parallel()
	g, base := lab(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	target, err := g.Admit(base)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	resp, err := g.Client("test").Do(t.Context(), Request{Target: target, Done: func(part []byte) bool {
		got.Write(part)
		return bytes.Contains(got.Bytes(), []byte("\n\n"))
	}})
	if err != nil || resp.BodyErr != nil || string(resp.Body) != "data: 1\n\n" {
		t.Errorf("response = %+v, %v", resp, err)
	}
}
