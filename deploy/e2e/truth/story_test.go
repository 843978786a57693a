package truth_test

import (
	"cmp"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
)

// story is a server, and what a person who knows it would say of it.
type story struct {
	name string
	// open starts the server for the test and returns the address to audit.
	open func(t *testing.T) string
	tier string // default: automated
	// truth are lines "check severity" for all that is above info, each with the worst
	// severity that the check gives; and for what is info and has to be told.
	truth []string
	// named are lines "check text": the evidence of the check must hold the text.
	named []string
	// tempts are checks that may be led astray, and so must come to a verdict.
	tempts []string
}

// tell audits each story and holds the report against the truth.
func tell(t *testing.T, stories []story) {
	t.Helper()
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			report := audit(t, s.open(t), cmp.Or(s.tier, auditapi.TierAutomated))
			hold(t, report, s.truth)
			for _, line := range s.named {
				check, text, _ := strings.Cut(line, " ")
				if !slices.ContainsFunc(report.Findings, func(f auditapi.Finding) bool { return f.Check == check && strings.Contains(f.Evidence, text) }) {
					t.Errorf("%s does not name %q", check, text)
				}
			}
			for _, skipped := range report.Skipped {
				if slices.Contains(s.tempts, skipped.Check) {
					t.Errorf("%s was skipped: %s", skipped.Check, skipped.Reason)
				}
			}
		})
	}
}

// audit asks the engine for a report.
func audit(t *testing.T, target, tier string) auditapi.Report {
	t.Helper()
	client := auditapi.Client{BaseURL: engine.EngineURL(), Token: config.Secret(engine.Token)}
	report, _, err := client.Audit(t.Context(), auditapi.Request{TargetURL: target, TargetName: t.Name(), Tier: tier, OrderID: "truth", ReportID: "truth"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return *report
}

// hold wants exactly the findings of truth. What is only information may be there
// besides.
func hold(t *testing.T, report auditapi.Report, truth []string) {
	t.Helper()
	found, worst := map[string]auditapi.Finding{}, map[string]auditapi.Severity{}
	for _, f := range report.Findings { // they come worst first
		if _, again := worst[f.Check]; !again {
			worst[f.Check], found[f.Check] = f.Severity, f
		}
	}
	for _, line := range truth {
		check, severity, _ := strings.Cut(line, " ")
		if got := worst[check]; string(got) != severity {
			t.Errorf("%s: got %q (%s), want %s%s", check, got, found[check].Title, severity, skipReason(report, check))
		}
		delete(found, check)
	}
	for check, f := range found {
		if f.Severity != auditapi.Info {
			t.Errorf("%s is not so, and called %s: %s\n%s", check, f.Severity, f.Title, f.Evidence)
		}
	}
}

// rank is 0 for the worst.
func rank(severity string) int {
	return slices.Index(auditapi.Severities(), auditapi.Severity(severity))
}

// skipReason is why a check was skipped.
func skipReason(report auditapi.Report, check string) string {
	for _, s := range report.Skipped {
		if s.Check == check {
			return "; skipped: " + s.Reason
		}
	}
	return ""
}

// encrypted serves over TLS at a place of the pool and returns the address. Whatever
// config leaves open is done well.
func encrypted(t *testing.T, handler http.Handler, config *tls.Config) string {
	t.Helper()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if len(config.Certificates) == 0 {
		config.Certificates = []tls.Certificate{public.issue(t, certificate{})}
	}
	return encryptedOn(t, free.take(t), handler, config)
}

// encryptedOn is encrypted with a listener of the pool.
func encryptedOn(t *testing.T, ln net.Listener, handler http.Handler, config *tls.Config) string {
	t.Helper()
	noHTTP2 := map[string]func(*http.Server, *tls.Conn, http.Handler){} // it insists on suites
	serve(t, &http.Server{Handler: handler, TLSConfig: config, TLSNextProto: noHTTP2}, func(s *http.Server) error { return s.ServeTLS(ln, "", "") })
	return "https://localhost:" + port(ln.Addr().String()) + "/"
}

// plain serves over http at a place of the pool and returns the address.
func plain(t *testing.T, handler http.Handler) string {
	t.Helper()
	ln := free.take(t)
	serve(t, &http.Server{Handler: handler}, func(s *http.Server) error { return s.Serve(ln) })
	return "http://localhost:" + port(ln.Addr().String()) + "/"
}

func serve(t *testing.T, server *http.Server, run func(*http.Server) error) {
	t.Helper()
	server.ErrorLog, server.ReadHeaderTimeout = log.New(io.Discard, "", 0), time.Minute
	done := make(chan struct{})
	go func() { defer close(done); _ = run(server) }() // ends with ErrServerClosed
	t.Cleanup(func() { _ = server.Close(); <-done })
}

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }
