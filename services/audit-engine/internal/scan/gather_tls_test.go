package scan

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
)

// isTLS tells the checks of the handshake and the certificate.
func isTLS(id string) bool {
	return strings.HasPrefix(id, "tls-") || strings.HasPrefix(id, "certificate-")
}

func onlyTLS(c *Config) {
	c.Checks = func(tier string) []check.Check {
		return slices.DeleteFunc(check.ForTier(tier), func(c check.Check) bool { return !isTLS(c.ID) })
	}
}

// TestAuditOfWeakTLS goes the whole way, with the faults that Go can serve.
func TestAuditOfWeakTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(weakSite(nil))
	server.TLS = &tls.Config{
		MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA},
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	report, err := newScanner(t, onlyTLS, server.Listener.Addr().String()).Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, report)
	got := found(report)
	for _, want := range []string{
		"tls-weak-suites high", "tls-weak-suites medium", "tls-old-versions medium", "tls-modern-versions low",
		"tls-cbc medium", "tls-forward-secrecy medium", "certificate-trust high",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
	if len(report.Skipped) > 0 {
		t.Errorf("skipped: %+v", report.Skipped)
	}
}

// TestAuditOfModernTLS: what Go serves by itself gets no finding but for the
// certificate of the test.
func TestAuditOfModernTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(weakSite(nil))
	t.Cleanup(server.Close)
	report, err := newScanner(t, onlyTLS, server.Listener.Addr().String()).Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Check != "certificate-trust" && f.Severity != auditapi.Info {
			t.Errorf("%s %s: %s\n%s", f.Check, f.Severity, f.Title, f.Evidence)
		}
	}
	if len(report.Skipped) > 0 {
		t.Errorf("skipped: %+v", report.Skipped)
	}
}

// TestTLSThatAnswersOnce: a server that falls silent after the page leaves the checks
// of the handshake open, and the certificate of the page is still judged.
func TestTLSThatAnswersOnce(t *testing.T) {
	t.Parallel()
	inner := httptest.NewTLSServer(weakSite(nil))
	t.Cleanup(inner.Close)
	first := make(chan struct{}, 1)
	first <- struct{}{}
	address := listen(t, func(conn net.Conn) {
		select {
		case <-first:
			relay(conn, inner.Listener.Addr().String())
		default:
			drip(conn, "")
		}
	})
	s := newScanner(t, nil, address)
	client := s.config.Guard.Client("test")
	page := openPage(t, s, client, "https://"+address)
	limited, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	seen, why := observeTLS(limited, client, page)
	if seen == nil {
		t.Fatalf("nothing seen: %s", why)
	}
	site := &check.Site{Now: time.Now(), Host: "127.0.0.1", Page: page, TLS: seen, Roots: s.config.Roots}
	for _, c := range check.ForTier(auditapi.TierAutomated) {
		if !isTLS(c.ID) {
			continue
		}
		result := c.Run(t.Context(), site)
		if handshake := strings.HasPrefix(c.ID, "tls-"); handshake != (result.Skipped != "") {
			t.Errorf("%s: skipped = %q, findings %+v", c.ID, result.Skipped, result.Findings)
		}
		if c.ID == "certificate-trust" && len(result.Findings) != 1 {
			t.Errorf("%s: %+v", c.ID, result)
		}
	}
}

func openPage(t *testing.T, s *Scanner, client *guard.Client, address string) *guard.Response {
	t.Helper()
	target, err := s.config.Guard.Admit(address)
	if err != nil {
		t.Fatal(err)
	}
	page, err := client.Do(t.Context(), guard.Request{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// relay copies between conn and address until one of them ends.
func relay(conn net.Conn, address string) {
	inner, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	var group sync.WaitGroup
	group.Go(func() { defer inner.Close(); _, _ = io.Copy(inner, conn) })
	_, _ = io.Copy(conn, inner)
	_ = conn.Close()
	group.Wait()
}

// TestProbeTime: the probe leaves the checks their part of the audit.
func TestProbeTime(t *testing.T) {
	t.Parallel()
	short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if got := probeTime(short); got > 5*time.Second || got < 4*time.Second {
		t.Errorf("%s of 10 s", got)
	}
	if got := probeTime(t.Context()); got != probeLimit {
		t.Errorf("%s without a deadline", got)
	}
}

func TestObserveTLSOfAPlainSite(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(weakSite(nil))
	t.Cleanup(server.Close)
	s := newScanner(t, nil, server.Listener.Addr().String())
	client := s.config.Guard.Client("test")
	page := openPage(t, s, client, server.URL)
	if seen, why := observeTLS(t.Context(), client, page); seen != nil || !strings.Contains(why, "port 443") {
		t.Errorf("%+v, %q", seen, why)
	}
}
