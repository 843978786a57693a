package guard

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// lab serves handler, and returns a guard that may dial it and its base URL.
func lab(t *testing.T, handler http.HandlerFunc) (*Guard, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return labGuard(t, server.Listener.Addr().String()), server.URL
}

func labGuard(t *testing.T, address string) *Guard {
	t.Helper()
	c := testConfig()
	c.Lab = []netip.AddrPort{netip.MustParseAddrPort(address)}
	c.Dial = nil
	return newGuard(t, c)
}

func get(t *testing.T, g *Guard, address string) (*Response, error) {
	t.Helper()
	target, err := g.Admit(address)
	if err != nil {
		t.Fatal(err)
	}
	return g.Client("Test/1 (+https://seller.example)").Do(t.Context(), Request{Target: target})
}

func TestDo(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	var got http.Header
	g, base := lab(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		fmt.Fprint(zip, "hello")
		zip.Close()
	})
	resp, err := get(t, g, base+"/a?b#c")
	if err != nil {
		t.Fatal(err)
	}
	if string(resp.Body) != "hello" || resp.BodyErr != nil || resp.Status != 200 || resp.URL.String() != base+"/a?b" || resp.TLS != nil {
		t.Errorf("response = %+v", resp)
	}
	if got.Get("User-Agent") != "Test/1 (+https://seller.example)" || got.Get("Accept-Encoding") != "gzip" || got.Get("Cookie") != "" || got.Get("Authorization") != "" || got.Get("Referer") != "" {
		t.Errorf("request header = %v", got)
	}
}

// A claimed name is only said: the connection leads to the target all the same.
func TestClaimedHost(t *testing.T) {
	t.Parallel()
	g, base := lab(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) })
	target, err := g.Admit(base)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := g.Client("test").Do(t.Context(), Request{Target: target, Header: http.Header{"Host": {"other.invalid"}}})
	if err != nil || string(resp.Body) != "other.invalid" || resp.URL.String() != base+"/" {
		t.Errorf("%+v, %v", resp, err)
	}
}

func TestEnoughIsNotExceeded(t *testing.T) {
	t.Parallel()
	g, base := lab(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < 1000; i++ {
			fmt.Fprint(w, strings.Repeat("x", 10_000))
		}
	})
	target, err := g.Admit(base)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := g.Client("test").Do(t.Context(), Request{Target: target, Enough: 1000})
	if err != nil || resp.BodyErr != nil || len(resp.Body) != 1000 {
		t.Errorf("%d bytes, %v, %v", len(resp.Body), resp.BodyErr, err)
	}
}

func TestMessagesSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	mail := raw(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte("220 mail ESMTP\r\n"))
		_, _ = conn.Read(make([]byte, 1<<10))
	})
	for _, test := range []struct{ address, want string }{
		{"http://" + closed.Addr().String(), "refused the connection"},
		{"http://" + mail, "not as a web server does"},
		{"https://" + mail, "does not speak TLS"},
	} {
		_, host, _ := strings.Cut(test.address, "//")
		if _, err := get(t, labGuard(t, host), test.address); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.address, err, test.want)
		}
	}
}

func TestBadCertificateIsNotAFailure(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "self-signed") }))
	t.Cleanup(server.Close)
	g := labGuard(t, server.Listener.Addr().String())
	resp, err := get(t, g, server.URL)
	if err != nil || string(resp.Body) != "self-signed" || resp.TLS == nil || len(resp.TLS.PeerCertificates) == 0 {
		t.Fatalf("response = %+v, %v", resp, err)
	}
}

func TestCallerWhoLeavesIsNotARefusal(t *testing.T) {
	t.Parallel()
	g, base := lab(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	target, err := g.Admit(base)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := g.Client("test").Do(ctx, Request{Target: target}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v, want the context's deadline", err)
	}
}

// TestASiteThatWantsCertificates: the customer is told what keeps us out, in both
// versions of TLS, which differ in when the server says so.
func TestASiteThatWantsCertificates(t *testing.T) {
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: version, MaxVersion: version}
			server.StartTLS()
			t.Cleanup(server.Close)
			_, err := get(t, labGuard(t, server.Listener.Addr().String()), server.URL)
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Code != auditapi.CodeUnreachable || !strings.Contains(e.Message, "a certificate of their own") {
				t.Errorf("refused with %v", err)
			}
			if _, ok := NoHandshake(err); ok {
				t.Error("it would be taken for a server that speaks no TLS that we know")
			}
		})
	}
}
