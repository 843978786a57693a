package scan

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// TestHostileTargetsEndInTime: whatever a target does, an audit ends before its
// deadline, with a refusal or with a report.
func TestHostileTargetsEndInTime(t *testing.T) {
	t.Parallel()
	const limit = 3 * time.Second
	for name, serve := range map[string]func(net.Conn){
		"tarpit":             func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); drip(c, "") },
		"one byte at a time": func(c net.Conn) { drip(c, "H") },
		"hangs up":           func(net.Conn) {},
		"resets":             func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) },
		"endless header":     func(c net.Conn) { flood(c, "HTTP/1.1 200 OK\r\n", "X-A: "+strings.Repeat("a", 900)+"\r\n") },
		"endless body": func(c net.Conn) {
			flood(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", strings.Repeat("<div>", 1000))
		},
		"endless drip": func(c net.Conn) {
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"))
			drip(c, "<p>")
		},
		"TLS alert":           func(c net.Conn) { _, _ = c.Write([]byte{21, 3, 3, 0, 2, 2, 40}) },
		"endless TLS records": func(c net.Conn) { flood(c, "", "\x16\x03\x03\x40\x00"+strings.Repeat("\x00", 0x4000)) },
	} {
		for _, scheme := range []string{"http", "https"} {
			t.Run(name+" over "+scheme, func(t *testing.T) {
				t.Parallel()
				address := listen(t, serve)
				s := newScanner(t, func(c *Config) { c.Timeout = limit }, address)
				started := time.Now()
				_, err := s.Run(t.Context(), request(scheme+"://"+address), nil)
				if took := time.Since(started); took > limit+2*time.Second {
					t.Errorf("took %s, the limit is %s", took, limit)
				}
				if e := errs.From(err); err != nil && e.Code != auditapi.CodeUnreachable {
					t.Errorf("error = %v, want unreachable or a report", err)
				}
			})
		}
	}
}

func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { defer conn.Close(); serve(conn) })
		}
	})
	t.Cleanup(func() { listener.Close(); group.Wait() })
	return listener.Addr().String()
}

func flood(conn net.Conn, first, then string) {
	_, err := conn.Write([]byte(first))
	for err == nil {
		_, err = conn.Write([]byte(then))
	}
}

// drip writes text every 20 ms until the other side is gone; an empty text waits.
func drip(conn net.Conn, text string) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		buffer := make([]byte, 4096)
		for {
			if _, err := conn.Read(buffer); err != nil {
				return
			}
		}
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-gone:
			return
		case <-tick.C:
			if _, err := conn.Write([]byte(text)); err != nil {
				conn.Close()
				<-gone
				return
			}
		}
	}
}

func TestABombBecomesAReport(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	for range 64 {
		if _, err := zip.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(bomb.Bytes())
	}))
	t.Cleanup(server.Close)
	report, err := newScanner(t, nil, server.Listener.Addr().String()).Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, report)
	skipped := map[string]string{}
	for _, s := range report.Skipped {
		skipped[s.Check] = s.Reason
	}
	if !strings.Contains(skipped["csp-present"], "longer than 5 MiB") {
		t.Errorf("skipped = %v", skipped)
	}
}

// TestHostileMarkup: names and texts of the site cannot blow a report up.
func TestHostileMarkup(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("X-Powered-By", "PHP/8.1 "+strings.Repeat("\u202e\u00a0\xff", 2000))
		for i := range 500 {
			w.Header().Add("Set-Cookie", fmt.Sprintf("sid%d=%s", i, strings.Repeat("v", 20)))
		}
		fmt.Fprint(w, strings.Repeat("<div>", 200_000), strings.Repeat(`<img src="http://a.example/x.png">`, 50_000), strings.Repeat(`<meta name=generator content="A 1.0">`, 10_000))
	}))
	t.Cleanup(server.Close)
	report, err := newScanner(t, nil, server.Listener.Addr().String()).Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, report)
	for _, f := range report.Findings {
		if len(f.Evidence) > 8<<10 || strings.ContainsAny(f.Evidence, "\u202e\r\x00") || !utf8.ValidString(f.Evidence) {
			t.Errorf("%s: %d bytes of evidence", f.Check, len(f.Evidence))
		}
	}
}
