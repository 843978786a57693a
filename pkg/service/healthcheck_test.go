package service

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHealthcheck(t *testing.T) {
	t.Setenv("INTERNAL_TOKEN", "")                // it must not need the configuration
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9/") // nor go through a proxy
	well := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", well)
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/healthz", http.StatusFound) })
	mux.HandleFunc("/hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, test := range []struct {
		name string
		urls []string
		want int
		text string
	}{
		{"well", []string{server.URL + "/healthz"}, 0, ""},
		{"all well", []string{server.URL + "/healthz", server.URL + "/healthz?other"}, 0, ""},
		{"one is not", []string{server.URL + "/healthz", server.URL + "/readyz"}, 1, "503"},
		{"redirect", []string{server.URL + "/moved"}, 1, "302"},
		{"nobody there", []string{"http://" + freeAddr(t)}, 1, "refused"},
		{"hangs", []string{server.URL + "/hangs"}, 1, "deadline exceeded"},
		{"not an address", []string{"::"}, 1, "::"},
		{"no address", nil, 78, "name the address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			start := time.Now()
			got := Program[testConfig]{Name: "thing"}.main(append([]string{"-healthcheck"}, test.urls...), &out, &out)
			if got != test.want || !strings.Contains(out.String(), test.text) {
				t.Errorf("exit %d, want %d; output: %s", got, test.want, out.String())
			}
			if took := time.Since(start); took > 2*healthTimeout {
				t.Errorf("took %v", took)
			}
		})
	}
}
