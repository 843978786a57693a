package scan

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/check"
)

func TestSideGrades(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(weakSite(nil))
	t.Cleanup(server.Close)
	report, err := newScanner(t, nil, server.Listener.Addr().String()).Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Grades) != 2 {
		t.Fatalf("grades = %+v", report.Grades)
	}
	observatory, labs := report.Grades[0], report.Grades[1]
	if observatory.Grade != "F" || observatory.Score != 0 || len(observatory.Tests) != 10 || observatory.Caps != nil {
		t.Errorf("%+v", observatory)
	}
	for _, want := range []auditapi.GradeTest{
		{Name: "Cookies", Verdict: "a session without Secure", Modifier: -40},
		{Name: "Cross Origin Resource Sharing", Verdict: "not shared"},
		{Name: "Redirection", Verdict: "not assessed: http lies outside of this audit"},
	} {
		if !slices.Contains(observatory.Tests, want) {
			t.Errorf("%+v is not among %+v", want, observatory.Tests)
		}
	}
	if labs.Grade != "T" || labs.Score != 0 || !slices.Contains(labs.Caps, "T: the certificate is not trusted") || labs.Tests != nil {
		t.Errorf("%+v", labs)
	}
	for _, g := range report.Grades {
		if !strings.Contains(g.Name, "our reckoning") || !strings.HasPrefix(g.Check, "https://") || !strings.Contains(g.Check, "127.0.0.1") {
			t.Errorf("%q, to be checked at %q", g.Name, g.Check)
		}
	}
}

func TestSideGradesWithoutTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(weakSite(nil))
	t.Cleanup(server.Close)
	report, err := newScanner(t, nil, server.Listener.Addr().String()).Run(t.Context(), request(server.URL), nil)
	if err != nil || len(report.Grades) != 1 {
		t.Errorf("grades = %+v, %v; want that of the Observatory alone", report.Grades, err)
	}
}

func TestSideGradesThatPanicCostNoAudit(t *testing.T) {
	t.Parallel()
	if got := newScanner(t, nil).sideGrades(&check.Site{}, nil); got != nil { // a site without a page
		t.Errorf("grades = %+v", got)
	}
}

func TestFaultsThatProbesProveCapTheGrade(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(weakSite(nil))
	t.Cleanup(server.Close)
	var proven []check.Check
	for id := range vulnerabilities {
		if _, known := check.ByID(id); !known {
			t.Errorf("there is no check %s", id)
		}
		proven = append(proven, check.Check{ID: id, Title: id, Run: func(context.Context, *check.Site) check.Result {
			return check.Result{Findings: []check.Finding{{Title: id, Severity: auditapi.Critical}}}
		}})
	}
	s := newScanner(t, func(c *Config) { c.Checks = func(string) []check.Check { return proven } }, server.Listener.Addr().String())
	report, err := s.Run(t.Context(), request(server.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	caps := report.Grades[1].Caps
	for _, name := range vulnerabilities {
		if !slices.Contains(caps, "F: vulnerable to "+name) {
			t.Errorf("%s does not cap the grade: %q", name, caps)
		}
	}
}
