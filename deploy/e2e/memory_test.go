package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/config"
)

const (
	maxGrowth = 64 << 10 // kB, of the engine during one audit
	fullPage  = 5<<20 - 1000
)

// A site may send as much as it likes: an audit of it takes a bounded part of memory.
func TestAnAuditTakesABoundedPartOfMemory(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		// Relative, so that each page leads to new ones.
		"links":   "<a href=%d/>x</a>\n",
		"scripts": "<script src=%d.js></script><a href=%[1]d/>",
		"forms":   "<form action=q%d><input name=a%[1]d value=b><input type=password></form><a href=%[1]d/>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var body bytes.Buffer
			for i := 0; body.Len() < fullPage; i++ {
				fmt.Fprintf(&body, line, i)
			}
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				if strings.HasSuffix(r.URL.Path, ".js") {
					w.Header().Set("Content-Type", "text/javascript")
				}
				_, _ = w.Write(body.Bytes())
			}))
			t.Cleanup(site.Close)
			s := open(t, lab(site.Listener.Addr().String()), func(c *stack.Config) {
				c.Without = []string{stack.Storefront, stack.Mailer, stack.Sandbox, stack.DemoTarget}
			})
			before := memory(t, s, "VmRSS")
			engine := auditapi.Client{BaseURL: s.EngineURL(), Token: config.Secret(s.Token)}
			report, _, err := engine.Audit(t.Context(), auditapi.Request{TargetURL: site.URL + "/", Tier: auditapi.TierRedTeam, OrderID: "big", ReportID: "AR-BIG"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			grown := memory(t, s, "VmHWM") - before
			t.Logf("%d kB", grown)
			if grown > maxGrowth || grown <= 0 {
				t.Errorf("the engine grew by %d kB, want at most %d", grown, maxGrowth)
			}
			if len(report.Findings) == 0 {
				t.Error("nothing was found")
			}
		})
	}
}

// memory is a figure of the engine in kB: VmRSS now, VmHWM at most so far.
func memory(t *testing.T, s *shop, name string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Process(stack.AuditEngine).PID()))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("no %s in:\n%s", name, status)
	}
	kb, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb
}
