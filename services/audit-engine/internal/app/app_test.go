package app

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
	"doorstep.example/services/audit-engine/internal/report"
)

func load(t *testing.T, pairs ...string) (*Config, error) {
	t.Helper()
	t.Setenv("INTERNAL_TOKEN", "token-for-tests")
	for i := 0; i < len(pairs); i += 2 {
		t.Setenv(pairs[i], pairs[i+1])
	}
	var c Config
	return &c, config.Load(&c)
}

func TestConfigDefaults(t *testing.T) {
	c, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:5000" || c.Timeout != 110*time.Second || c.Concurrency != 4 || len(c.Ports) != 4 || len(c.LabTargets) != 0 {
		t.Errorf("config = %+v", c)
	}
}

func TestConfigLabTargets(t *testing.T) {
	c, err := load(t, "AUDIT_LAB_TARGETS", " 127.0.0.1:8443, [::1]:8088 ,", "AUDIT_PORTS", "443")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.LabTargets.String(); got != "127.0.0.1:8443,[::1]:8088" || len(c.Ports) != 1 {
		t.Errorf("lab targets = %s, ports %v", got, c.Ports)
	}
}

func TestConfigReportsWhatIsWrong(t *testing.T) {
	for variable, values := range map[string][]string{
		"AUDIT_ENGINE_ADDR":  {"5000", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999"},
		"AUDIT_TIMEOUT":      {"0s", "2m", "soon", "-5s"},
		"AUDIT_CONCURRENCY":  {"0", "-1", "1000", "many"},
		"AUDIT_PORTS":        {"0", "443,70000", "http"},
		"AUDIT_LAB_TARGETS":  {"localhost:80", "127.0.0.1", "10.0.0.0/8", "127.0.0.1:0", "[fe80::1%eth0]:80", "0.0.0.0:80", "127.0.0.1:5000"},
		"AUDIT_DNS_RESOLVER": {"127.0.0.1", ":53", "127.0.0.1:dns", "127.0.0.1:99999"},
		"AUDIT_SELLER_NAME":  {"  "},
		"AUDIT_CONTACT_URL":  {"seller.example", "mailto:a@b.example"},
	} {
		for _, value := range values {
			t.Run(variable+"="+value, func(t *testing.T) {
				_, err := load(t, variable, value)
				if err == nil || !strings.HasPrefix(err.Error(), variable+": ") || strings.Contains(err.Error(), "\n") {
					t.Errorf("error = %v, want one line that begins with the variable", err)
				}
			})
		}
	}
}

// TestEngine walks the real wiring with a lab target, over the client that the
// storefront uses, down to the PDF.
func TestEngine(t *testing.T) {
	target := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><p>hello")
	}))
	t.Cleanup(target.Close)
	c, err := load(t, "AUDIT_LAB_TARGETS", target.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	handler, err := New(c, slog.New(slog.NewTextHandler(&log, nil)), report.PDF)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), target.Listener.Addr().String()) {
		t.Errorf("the lab targets are not warned of:\n%s", log.String())
	}
	engine := httptest.NewServer(handler)
	t.Cleanup(engine.Close)
	client := auditapi.Client{BaseURL: engine.URL, Token: c.InternalToken}
	for _, tier := range []string{auditapi.TierAutomated, auditapi.TierCompliance, auditapi.TierRedTeam} {
		got, pdf, err := client.Audit(t.Context(), auditapi.Request{TargetURL: target.URL, TargetName: "Lab", Tier: tier, OrderID: "o", ReportID: "r"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) || got.Tier != tier || len(got.Findings) == 0 {
			t.Errorf("%s: %d findings, PDF of %d bytes", tier, len(got.Findings), len(pdf))
		}
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": `"ready":true`, "/metrics": `audit_duration_seconds_count{outcome="report",tier="automated"} 1`, "/api/checks": `"id":"hsts"`} {
		resp, err := http.Get(engine.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, %v; want %s", path, resp.StatusCode, err, want)
		}
	}
	if strings.Contains(log.String(), c.InternalToken.Reveal()) {
		t.Error("the token is in the log")
	}
}

func TestNotReadyWithoutAuthorities(t *testing.T) {
	for name, pool := range map[string]*x509.CertPool{"error": nil, "empty": x509.NewCertPool()} {
		var err error
		if pool == nil {
			err = errors.New("cannot be read")
		}
		if roots, missing := usable(pool, err); roots != nil || len(missing) != 1 || !strings.Contains(missing[0], "SSL_CERT_FILE") {
			t.Errorf("%s: %v, missing %q", name, roots, missing)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(&x509.Certificate{Raw: []byte("one")})
	if roots, missing := usable(pool, nil); roots != pool || missing != nil {
		t.Errorf("a pool with an authority: %v, missing %q", roots, missing)
	}
}

// TestRunDrains: a stop lets a running audit end.
func TestRunDrains(t *testing.T) {
	asked := make(chan struct{}, 1)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case asked <- struct{}{}:
			time.Sleep(200 * time.Millisecond) // the stop comes meanwhile
		default:
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(target.Close)
	c, err := load(t, "AUDIT_ENGINE_ADDR", freeAddr(t), "AUDIT_LAB_TARGETS", target.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, c, slog.New(slog.DiscardHandler), report.PDF) }()
	awaitListening(t, c.Addr)
	audit := make(chan error, 1)
	go func() {
		_, _, err := auditapi.Client{BaseURL: "http://" + c.Addr, Token: c.InternalToken}.Audit(t.Context(), auditapi.Request{TargetURL: target.URL, Tier: auditapi.TierAutomated}, nil)
		audit <- err
	}()
	<-asked
	stop()
	if err := <-audit; err != nil {
		t.Errorf("the audit under way: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return netip.MustParseAddrPort(listener.Addr().String()).String()
}

func awaitListening(t *testing.T, addr string) {
	t.Helper()
	for range 200 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("never listened")
}
