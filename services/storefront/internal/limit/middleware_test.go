package limit_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/limit"
)

func TestNetwork(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ address, want string }{
		{"203.0.113.7", "203.0.113.7"},
		{"::ffff:203.0.113.7", "203.0.113.7"},
		{"::FFFF:cb00:7107", "203.0.113.7"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"2001:DB8:1:2::", "2001:db8:1:2::/64"},
		{"2001:db8:1:3::1", "2001:db8:1:3::/64"},
		{"fe80::1%eth0", "fe80::/64"},
		{"fe80::2%eth1", "fe80::/64"},
		{"::1", "::/64"},
		{"", "unknown"},
		{"@", "unknown"},
		{"203.0.113.7:80", "unknown"},
	} {
		if got := limit.Network(test.address); got != test.want {
			t.Errorf("Network(%q) = %q, want %q", test.address, got, test.want)
		}
	}
}

// get asks once, from a peer that may forward for others.
func get(e *echo.Echo, peer, forwarded string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	r.RemoteAddr = peer
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
		r.Header.Set("X-Real-Ip", forwarded)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func newEcho(t *testing.T, proxies string) *echo.Echo {
	t.Helper()
	var trusted config.CIDRs
	if err := trusted.Decode(proxies); err != nil {
		t.Fatal(err)
	}
	e := service.NewEcho(service.EchoConfig{Log: slog.New(slog.DiscardHandler), Metrics: service.NewMetrics(), Proxies: trusted})
	l := limit.New(limit.Rate{N: 3, Per: time.Hour}, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	e.GET("/", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) }, l.Middleware("test"))
	return e
}

func TestMiddlewareAnswers429(t *testing.T) {
	t.Parallel()
	e := newEcho(t, "")
	for range 3 {
		if w := get(e, "203.0.113.7:1000", ""); w.Code != http.StatusNoContent {
			t.Fatalf("status %d", w.Code)
		}
	}
	w := get(e, "203.0.113.7:1001", "")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1200" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if want := `{"code":"rate_limited","message":"There were too many requests in a short time. Please try again in 20 minutes."}` + "\n"; w.Body.String() != want {
		t.Errorf("body %q", w.Body.String())
	}
}

// TestSpoofedHeadersDoNotMoveTheKey sends requests of one client, with headers that
// it makes up, and counts how many get through a limit of three.
func TestSpoofedHeadersDoNotMoveTheKey(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		proxies, peer string
		forwarded     func(n string) string
	}{
		"nobody is trusted":             {"", "203.0.113.7:1", func(n string) string { return "198.51.100." + n }},
		"the peer is no proxy":          {"10.0.0.0/8", "203.0.113.7:1", func(n string) string { return "198.51.100." + n }},
		"in front of the proxy's word":  {"10.0.0.0/8", "10.0.0.1:1", func(n string) string { return "198.51.100." + n + ", 203.0.113.7" }},
		"a proxy's address in front":    {"10.0.0.0/8", "10.0.0.1:1", func(n string) string { return "198.51.100." + n + ", 10.0.0." + n + ", 203.0.113.7" }},
		"through two proxies":           {"10.0.0.0/8,192.0.2.1", "10.0.0.1:1", func(n string) string { return n + ".1.1.1, 203.0.113.7, 192.0.2.1" }},
		"garbage in front":              {"10.0.0.0/8", "10.0.0.1:1", func(n string) string { return "x" + n + ", 203.0.113.7" }},
		"loopback is not trusted alone": {"10.0.0.0/8", "127.0.0.1:1", func(n string) string { return "198.51.100." + n }},
		"other addresses of its /64":    {"10.0.0.0/8", "10.0.0.1:1", func(n string) string { return "2001:db8::" + n }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEcho(t, test.proxies)
			passed := 0
			for _, n := range []string{"11", "12", "13", "14", "15", "16", "17", "18"} {
				if get(e, test.peer, test.forwarded(n)).Code == http.StatusNoContent {
					passed++
				}
			}
			if passed != 3 {
				t.Errorf("%d of 8 passed, want 3", passed)
			}
		})
	}
}

// TestClientsBehindAProxyAreToldApart keeps a proxy's clients from sharing a limit.
func TestClientsBehindAProxyAreToldApart(t *testing.T) {
	t.Parallel()
	e := newEcho(t, "10.0.0.0/8")
	for _, client := range []string{"198.51.100.1", "198.51.100.2", "2001:db8:0:1::1", "2001:db8:0:2::1"} {
		for range 3 {
			if w := get(e, "10.0.0.1:1", client); w.Code != http.StatusNoContent {
				t.Errorf("%s: status %d", client, w.Code)
			}
		}
	}
}
