package guard

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
)

// bombs are pages that are too much, or not whole.
func bombs(w http.ResponseWriter, r *http.Request) {
	chunk := make([]byte, 1<<20)
	switch r.URL.Path {
	case "/gzip":
		w.Header().Set("Content-Encoding", "gzip")
		zip, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		for range (512 << 20) / len(chunk) {
			if _, err := zip.Write(chunk); err != nil {
				return
			}
		}
	case "/empty-blocks": // inflates to nothing, for ever
		w.Header().Set("Content-Encoding", "gzip")
		_ = gzip.NewWriter(w).Flush() // the header
		blocks := bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 64<<10)
		for {
			if _, err := w.Write(blocks); err != nil {
				return
			}
		}
	case "/plain":
		for range 64 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	case "/exact":
		_, _ = w.Write(make([]byte, maxBody))
	case "/broken":
		w.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(w, "this is not gzip")
	case "/brotli":
		w.Header().Set("Content-Encoding", "br")
		fmt.Fprint(w, "whatever")
	case "/cut":
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "short")
	}
}

// TestBombs: what is too long is an error, and memory stays within bounds.
func TestBombs(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(bombs))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	c := testConfig()
	c.Dial, c.Lab = nil, []netip.AddrPort{netip.MustParseAddrPort(server.Listener.Addr().String())}
	c.Limits.Fetch = 30 * time.Second
	g, base := newGuard(t, c), server.URL
	started := time.Now()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, path := range []string{"/gzip", "/empty-blocks", "/plain", "/broken", "/brotli", "/cut"} {
		resp, err := get(t, g, base+path)
		if err != nil || resp.BodyErr == nil || resp.Body != nil {
			t.Errorf("%s: %v, %v; want a response without a body, and why", path, resp, err)
			continue
		}
		tooLong := path == "/gzip" || path == "/plain" || path == "/empty-blocks"
		if errors.Is(resp.BodyErr, ErrBodyTooLong) != tooLong {
			t.Errorf("%s: %v", path, resp.BodyErr)
		}
	}
	runtime.ReadMemStats(&after)
	if took := time.Since(started); took >= c.Limits.Fetch {
		t.Errorf("took %s: what is too long must be dropped, not read to its end", took)
	}
	// ReadAll's doubling makes some multiples of the cap; the bomb would be 512 MiB.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 128<<20 {
		t.Errorf("%d MiB were allocated", grown>>20)
	}
	if resp, err := get(t, g, base+"/exact"); err != nil || resp.BodyErr != nil || len(resp.Body) != maxBody {
		t.Errorf("a page of exactly the cap: %v", err)
	}
	if resp, err := get(t, g, base+"/nothing"); err != nil || resp.BodyErr != nil || len(resp.Body) != 0 {
		t.Errorf("an empty page: %v", err)
	}
}

// raw serves each connection with serve until the test ends.
func raw(t *testing.T, serve func(net.Conn)) string {
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

// untilGone writes text again and again.
func untilGone(text string, every time.Duration) func(net.Conn) {
	return func(conn net.Conn) {
		for {
			if _, err := conn.Write([]byte(text)); err != nil {
				return
			}
			time.Sleep(every)
		}
	}
}

func TestHostileServers(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(net.Conn){
		"silent": func(conn net.Conn) { _, _ = conn.Read(make([]byte, 4<<10)); _, _ = conn.Read(make([]byte, 1)) },
		"closes": func(net.Conn) {},
		"resets": func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) },
		"endless header": func(conn net.Conn) {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n"))
			untilGone("X-A: "+strings.Repeat("a", 1000)+"\r\n", 0)(conn)
		},
		"slow header": func(conn net.Conn) {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n"))
			untilGone("X-A: a\r\n", 50*time.Millisecond)(conn)
		},
		"one endless line":      untilGone("HTTP/1.1 200 "+strings.Repeat("a", 1000), 0),
		"endless informational": untilGone("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0),
		"not http":              func(conn net.Conn) { _, _ = conn.Write([]byte("220 mail.example.com ESMTP\r\n")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := raw(t, serve)
			c := testConfig()
			c.Dial, c.Lab = nil, []netip.AddrPort{netip.MustParseAddrPort(address)}
			c.Limits = Limits{Header: 500 * time.Millisecond, Handshake: 500 * time.Millisecond, Fetch: time.Second}
			started := time.Now()
			_, err := get(t, newGuard(t, c), "http://"+address+"/")
			wantCode(t, "http", err, auditapi.CodeUnreachable)
			_, err = get(t, newGuard(t, c), "https://"+address+"/")
			wantCode(t, "https", err, auditapi.CodeUnreachable)
			if took := time.Since(started); took > 8*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestEndlessBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header, body string
		every        time.Duration
		want         error
	}{
		"slow":             {"", "a", 50 * time.Millisecond, ErrBodySlow},
		"slow chunks":      {"Transfer-Encoding: chunked\r\n", "1\r\na\r\n", 50 * time.Millisecond, ErrBodySlow},
		"endless":          {"", strings.Repeat("a", 64<<10), 0, ErrBodyTooLong},
		"endless chunks":   {"Transfer-Encoding: chunked\r\n", "8000\r\n" + strings.Repeat("a", 0x8000) + "\r\n", 0, ErrBodyTooLong},
		"broken chunks":    {"Transfer-Encoding: chunked\r\n", "zz\r\n", 0, ErrBodyBroken},
		"chunk extensions": {"Transfer-Encoding: chunked\r\n", "1;" + strings.Repeat("x", 8<<10) + "\r\na\r\n", 0, ErrBodyBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := raw(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 4<<10))
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n%s\r\n", test.header)
				untilGone(test.body, test.every)(conn)
			})
			c := testConfig()
			c.Dial, c.Lab = nil, []netip.AddrPort{netip.MustParseAddrPort(address)}
			c.Limits.Fetch = time.Second
			resp, err := get(t, newGuard(t, c), "http://"+address+"/")
			if err != nil || !errors.Is(resp.BodyErr, test.want) || resp.Body != nil {
				t.Errorf("response = %v, %v; want the header alone, and %v", resp, err, test.want)
			}
		})
	}
}

func TestInformationalAnswersAreSkipped(t *testing.T) {
	t.Parallel()
	g, base := lab(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		fmt.Fprint(w, "then the page")
	})
	if resp, err := get(t, g, base); err != nil || resp.Status != 200 || string(resp.Body) != "then the page" {
		t.Errorf("response = %v, %v", resp, err)
	}
}
