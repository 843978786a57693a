package check_test

import (
	"path/filepath"
	"strings"
	"testing"

	"doorstep.example/services/audit-engine/internal/check"
)

// The report goes by mail. What opens a door must not be in it.
func TestTheReportShowsNoSecretOfAFile(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, id := range []string{"exposed-vcs", "exposed-secrets", "exposed-backups", "exposed-agent-files"} {
		c, ok := check.ByID(id)
		if !ok {
			t.Fatalf("no check %s", id)
		}
		paths, err := filepath.Glob(filepath.Join("testdata", id, "fail*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			for _, f := range c.Run(t.Context(), readFixture(t, path).site(t)).Findings {
				seen++
				for _, secret := range []string{"hunter2", "q7Zx81", "deploy:"} {
					if strings.Contains(f.Title+f.Evidence+f.Impact, secret) {
						t.Errorf("%s shows %s: %s", path, secret, f.Evidence)
					}
				}
				if !strings.Contains(f.Evidence, "https://shop.example/") || !strings.Contains(f.Evidence, "made up for comparison, was answered 404 Not Found.") {
					t.Errorf("%s lacks the address or the control: %s", path, f.Evidence)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d findings looked at", seen)
	}
}
