package service

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
)

type testConfig struct {
	config.Common
	config.Internal
}

func TestMainExitCodes(t *testing.T) {
	p := Program[testConfig]{
		Name: "thing", About: "a thing",
		Run: func(context.Context, *testConfig, *slog.Logger) error { return nil },
		Commands: map[string]Command[testConfig]{"bad": {Run: func(context.Context, *testConfig, *slog.Logger, []string, io.Writer) error {
			return UsageError("bad: a file is needed")
		}}},
	}
	for _, test := range []struct {
		name, token string
		args        []string
		want        int
		text        string
	}{
		{"help", "", []string{"-h"}, 0, "INTERNAL_TOKEN"},
		{"version", "", []string{"-version"}, 0, "thing "},
		{"runs", "long-enough-token", nil, 0, ""},
		{"missing variable", "", nil, 78, "INTERNAL_TOKEN: is required"},
		{"unknown flag", "long-enough-token", []string{"-x"}, 78, `"-x"`},
		{"usage", "long-enough-token", []string{"bad"}, 78, "a file is needed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("INTERNAL_TOKEN", test.token)
			var out bytes.Buffer
			if got := p.main(test.args, &out, &out); got != test.want || !strings.Contains(out.String(), test.text) {
				t.Errorf("exit %d, want %d; output:\n%s", got, test.want, out.String())
			}
		})
	}
}

func TestServeNamesATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = Serve(t.Context(), slog.New(slog.DiscardHandler), Listener{Addr: taken.Addr().String(), Variable: "THING_ADDR"})
	if err == nil || !strings.Contains(err.Error(), "THING_ADDR") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error = %v, want one line with the variable", err)
	}
}

func TestServeDrains(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	started, ended := make(chan struct{}), make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-Draining(r.Context()) // an endless answer, told to end
		_, _ = io.WriteString(w, "drained")
	})
	addr := freeAddr(t)
	go func() {
		ended <- Serve(ctx, slog.New(slog.DiscardHandler), Listener{Addr: addr, Variable: "A", Handler: handler})
	}()
	answer := make(chan string, 1)
	go func() {
		for range 100 {
			resp, err := http.Get("http://" + addr)
			if err != nil {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			answer <- string(body)
			return
		}
		answer <- "no connection"
	}()
	select {
	case <-started:
	case <-time.After(5 * time.Second):
		t.Fatal("never served")
	}
	stop()
	if got := <-answer; got != "drained" {
		t.Errorf("answer = %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func TestEcho(t *testing.T) {
	var log bytes.Buffer
	e := NewEcho(EchoConfig{Log: slog.New(slog.NewTextHandler(&log, nil)), Metrics: NewMetrics()})
	e.GET("/gone/:token", func(echo.Context) error {
		return &errs.Error{Kind: errs.Unavailable, Code: "busy", Message: "Try later.", RetryAfter: 1500 * time.Millisecond}
	})
	e.GET("/panic", func(echo.Context) error { panic("internal detail") })
	e.GET("/guarded", func(c echo.Context) error { return c.NoContent(204) }, Bearer("token-token"))
	e.GET("/ip", func(c echo.Context) error { return c.String(200, c.RealIP()) })
	get := func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w
	}
	if w := get("/gone/sesame?key=sesame"); w.Code != 503 || w.Header().Get("Retry-After") != "2" || !strings.Contains(w.Body.String(), `"code":"busy"`) {
		t.Errorf("unavailable: %d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := get("/panic"); w.Code != 500 || strings.Contains(w.Body.String(), "internal detail") {
		t.Errorf("panic: %d %s", w.Code, w.Body)
	}
	if w := get("/nowhere"); w.Code != 404 {
		t.Errorf("no route: %d", w.Code)
	}
	for auth, want := range map[string]int{"": 401, "Bearer wrong": 401, "token-token": 401, "Bearer token-token": 204} {
		if w := get("/guarded", "Authorization", auth); w.Code != want {
			t.Errorf("auth %q: %d, want %d", auth, w.Code, want)
		}
	}
	if w := get("/ip", "X-Forwarded-For", "203.0.113.9"); w.Body.String() == "203.0.113.9" {
		t.Error("a stranger's X-Forwarded-For was believed")
	}
	if strings.Contains(log.String(), "sesame") {
		t.Error("a path or query reached the log")
	}
}

func TestTrustedProxyIsBelieved(t *testing.T) {
	e := NewEcho(EchoConfig{Log: slog.New(slog.DiscardHandler), Metrics: NewMetrics(), Proxies: config.CIDRs{netip.MustParsePrefix("192.0.2.0/24")}})
	e.GET("/ip", func(c echo.Context) error { return c.String(200, c.RealIP()) })
	r := httptest.NewRequest("GET", "/ip", nil) // httptest's peer is 192.0.2.1
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	if w.Body.String() != "203.0.113.9" {
		t.Errorf("ip = %s", w.Body)
	}
}
