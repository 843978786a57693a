package scan

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
)

// newScanner returns a scanner that may dial these lab targets.
func newScanner(t *testing.T, change func(*Config), targets ...string) *Scanner {
	t.Helper()
	var lab []netip.AddrPort
	for _, target := range targets {
		lab = append(lab, netip.MustParseAddrPort(target))
	}
	g, err := guard.New(guard.Config{Ports: []uint16{80, 443}, Lab: lab, Resolver: noNames{}})
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Guard: g, Log: slog.New(slog.DiscardHandler), Timeout: 20 * time.Second, Concurrency: 4, Roots: x509.NewCertPool(),
		Seller: "Default Seller", ContactURL: "https://seller.example/contact", Registerer: prometheus.NewRegistry(),
	}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// noNames is a resolver that knows public.example.com alone.
type noNames struct{}

func (noNames) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if host == "public.example.com" {
		return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func request(target string) auditapi.Request {
	return auditapi.Request{TargetURL: target, TargetName: "Shop", Tier: auditapi.TierAutomated, OrderID: "o-1", ReportID: "r-1", VerifyURL: "https://seller.example/verify/r-1"}
}

// weakSite is what the end-to-end tests look at.
func weakSite(agents chan<- string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case agents <- r.UserAgent():
		default:
		}
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Server", "Apache/2.4.41")
		w.Header().Add("Set-Cookie", "PHPSESSID=secret; path=/")
		w.Header().Add("Set-Cookie", "theme=dark; Secure")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><script src="http://cdn.example.com/a.js"></script>`)
	}
}

func TestAuditOfAWeakSite(t *testing.T) {
	t.Parallel()
	agents := make(chan string, 1)
	server := httptest.NewTLSServer(weakSite(agents))
	t.Cleanup(server.Close)
	s := newScanner(t, nil, server.Listener.Addr().String())
	var progress []Progress
	report, err := s.Run(t.Context(), request(server.URL), func(p Progress) { progress = append(progress, p) })
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, report)
	if want := "Default Seller; +https://seller.example/contact"; !strings.Contains(<-agents, want) {
		t.Errorf("the User-Agent lacks %q", want)
	}
	if got := found(report); !slices.Contains(got, "mixed-content high") || !slices.Contains(got, "cookie-secure high") || !slices.Contains(got, "csp-present medium") || !slices.Contains(got, "version-banner low") {
		t.Errorf("findings = %v", got)
	}
	if slices.Contains(passed(report), "https-redirect") || slices.ContainsFunc(report.Findings, func(f auditapi.Finding) bool { return f.Check == "https-redirect" }) {
		t.Error("port 80 lies outside of a lab target: it must be skipped with the reason")
	}
	for _, f := range report.Findings {
		if strings.Contains(f.Evidence, "secret") {
			t.Errorf("%s repeats the value of a cookie: %s", f.ID, f.Evidence)
		}
	}
	if report.Grade != "F" && report.Score > 60 {
		t.Errorf("grade %s, score %d", report.Grade, report.Score)
	}
	total := len(check.ForTier(auditapi.TierAutomated)) + gatherSteps
	for i, p := range progress {
		if p.Done != i+1 || p.Total != total || p.Check == "" || p.Title == "" {
			t.Errorf("progress %d = %+v", i, p)
		}
	}
	if len(progress) != total {
		t.Errorf("%d steps of progress, want %d", len(progress), total)
	}
	again, err := s.Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(report.Findings, again.Findings); diff != "" {
		t.Errorf("a second audit finds something else:\n%s", diff)
	}
}

// checkShape holds for every report.
func checkShape(t *testing.T, r auditapi.Report) {
	t.Helper()
	n, worst := 0, 0
	order := auditapi.Severities()
	for i, f := range r.Findings {
		if f.ID != fmt.Sprintf("F-%02d", i+1) || slices.Index(order, f.Severity) < worst {
			t.Errorf("finding %d is %s, %s: worst first, numbered", i, f.ID, f.Severity)
		}
		worst = slices.Index(order, f.Severity)
		if f.Check == "" || f.Title == "" || f.Area == "" || f.Evidence == "" || f.Impact == "" || f.Remediation == "" || len(f.References) == 0 || len(f.Controls) == 0 {
			t.Errorf("%s is incomplete: %+v", f.ID, f)
		}
	}
	if len(r.Summary) != len(order) {
		t.Errorf("summary = %v", r.Summary)
	}
	for _, severity := range order {
		n += r.Summary[severity]
	}
	if n != len(r.Findings) || r.ReportID != "r-1" || r.OrderID != "o-1" || r.TargetName != "Shop" || r.FinishedAt.Before(r.StartedAt) || r.Passed == nil || r.Skipped == nil || len(r.Controls) == 0 {
		t.Errorf("report = %+v", r)
	}
	if !slices.IsSortedFunc(r.Controls, byClause) {
		t.Error("controls are not sorted")
	}
}

func found(r auditapi.Report) []string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, f.Check+" "+string(f.Severity))
	}
	return list
}

func passed(r auditapi.Report) []string {
	var list []string
	for _, p := range r.Passed {
		list = append(list, p.Check)
	}
	return list
}

func TestAuditOfAPlainSite(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(weakSite(nil))
	t.Cleanup(server.Close)
	report, err := newScanner(t, nil, server.Listener.Addr().String()).Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, report)
	if report.Findings[0].Check != "https-redirect" || report.Findings[0].Severity != auditapi.High {
		t.Errorf("the first finding is %+v; a site without encryption must lead", report.Findings[0])
	}
	for _, skipped := range report.Skipped {
		if skipped.Check == "tls-old-versions" && !strings.Contains(skipped.Reason, "port 443") {
			t.Errorf("reason = %q", skipped.Reason)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newScanner(t, nil)
	for _, test := range []struct {
		target, tier string
		kind         errs.Kind
		code         string
	}{
		{"http://[fe80::1%25eth0]/", auditapi.TierAutomated, errs.Unprocessable, auditapi.CodeZone},
		{"https://unknown.example.com/", auditapi.TierAutomated, errs.Unprocessable, auditapi.CodeDNSFailed},
		{"https://public.example.com/", auditapi.TierRedTeam, errs.Forbidden, auditapi.CodeOwnershipUnproven},
		{"https://127.0.0.1/", auditapi.TierRedTeam, errs.Unprocessable, auditapi.CodeForbiddenAddress},
		{"https://public.example.com/", "gold", errs.Invalid, ""},
	} {
		r := request(test.target)
		r.Tier = test.tier
		_, err := s.Run(t.Context(), r, nil)
		if e := errs.From(err); e.Kind != test.kind || e.Code != test.code {
			t.Errorf("%s, %s: %v; want kind %d, code %q", test.target, test.tier, err, test.kind, test.code)
		}
	}
}

func TestRedTeamNeedsNoProofInTheLab(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(weakSite(nil))
	t.Cleanup(server.Close)
	r := request(server.URL)
	r.Tier = auditapi.TierRedTeam
	report, err := newScanner(t, nil, server.Listener.Addr().String()).Run(t.Context(), r, nil)
	if err != nil || report.Tier != auditapi.TierRedTeam {
		t.Errorf("report %v, %v", report.Tier, err)
	}
}

func TestACheckThatPanicsIsSkipped(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(weakSite(nil))
	t.Cleanup(server.Close)
	bad := check.Check{ID: "bad", Title: "Bad", Run: func(context.Context, *check.Site) check.Result { panic("a bug") }}
	s := newScanner(t, func(c *Config) {
		c.Checks = func(tier string) []check.Check { return append([]check.Check{bad}, check.ForTier(tier)...) }
	}, server.Listener.Addr().String())
	report, err := s.Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Skipped[0].Check != "bad" || strings.Contains(report.Skipped[0].Reason, "a bug") || len(report.Findings) == 0 {
		t.Errorf("skipped = %+v, %d findings", report.Skipped, len(report.Findings))
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	got := userAgent("Müller & Söhne (GmbH)\r\nX-Evil: 1\"", "https://seller.example/\r\nHost: x")
	if want := "DoorstepAudit/dev (security audit by Mller & Shne GmbHX-Evil: 1; +https://seller.example/Host: x)"; got != want {
		t.Errorf("userAgent = %q, want %q", got, want)
	}
	if n := len(userAgent(strings.Repeat("s", 10_000), strings.Repeat("u", 10_000))); n > 400 {
		t.Errorf("%d characters", n)
	}
}

func TestNewRefusesIncompleteConfig(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("no error")
	}
}

// TestACutConnectionIsTriedAgain: once, and no more.
func TestACutConnectionIsTriedAgain(t *testing.T) {
	t.Parallel()
	inner := httptest.NewServer(weakSite(nil))
	t.Cleanup(inner.Close)
	for name, test := range map[string]struct{ cuts, kind int }{"once": {1, 0}, "again and again": {100, int(errs.Unprocessable)}} {
		t.Run(name, func(t *testing.T) {
			left := make(chan struct{}, test.cuts)
			for range test.cuts {
				left <- struct{}{}
			}
			address := listen(t, func(conn net.Conn) {
				select {
				case <-left: // it ends without a word
				default:
					relay(conn, inner.Listener.Addr().String())
				}
			})
			report, err := newScanner(t, nil, address).Run(t.Context(), request("http://"+address+"/"), nil)
			if test.kind == 0 && (err != nil || len(report.Findings) == 0) {
				t.Errorf("%v, %d findings", err, len(report.Findings))
			}
			if test.kind != 0 && (int(errs.KindOf(err)) != test.kind || len(left) != test.cuts-2) {
				t.Errorf("%v after %d connections", err, test.cuts-len(left))
			}
		})
	}
}
