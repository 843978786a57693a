package check_test

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/check"
)

// TestEveryCheckHasFixtures runs each check over its fixtures: pass* must give
// nothing, fail* the findings under "want", skip* a reason. A check without a pass
// and a fail fails here.
func TestEveryCheckHasFixtures(t *testing.T) {
	t.Parallel()
	owner := map[string]string{} // whose a title of a finding is
	known := []string{}
	for _, c := range check.All() {
		known = append(known, c.ID)
		seen := map[string]int{}
		paths, err := filepath.Glob(filepath.Join("testdata", c.ID, "*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			name := strings.TrimSuffix(filepath.Base(path), ".txt")
			kind, _, _ := strings.Cut(name, "-")
			seen[kind]++
			t.Run(c.ID+"/"+name, func(t *testing.T) {
				f := readFixture(t, path)
				result := c.Run(t.Context(), f.site(t))
				verify(t, c, kind, f.want, result)
				for _, finding := range result.Findings {
					if other := owner[finding.Title]; other != "" && other != c.ID {
						t.Errorf("the title %q is also one of %s", finding.Title, other)
					}
					owner[finding.Title] = c.ID
				}
			})
		}
		if seen["pass"] == 0 || seen["fail"] == 0 {
			t.Errorf("%s: %d pass and %d fail fixtures in testdata/%s, at least one of each is needed", c.ID, seen["pass"], seen["fail"], c.ID)
		}
	}
	folders, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if !slices.Contains(known, filepath.Base(folder)) {
			t.Errorf("%s belongs to no check", folder)
		}
	}
}

func verify(t *testing.T, c check.Check, kind string, want []string, result check.Result) {
	t.Helper()
	var got []string
	for _, f := range result.Findings {
		got = append(got, string(f.Severity)+" "+f.Title)
		if utf8.RuneCountInString(f.Title) > check.MaxTitle || f.Title == c.Title {
			t.Errorf("title %q: %d characters, at most %d; the check's own is %q", f.Title, utf8.RuneCountInString(f.Title), check.MaxTitle, c.Title)
		}
		if f.Evidence == "" {
			t.Errorf("%q has no evidence", f.Title)
		}
		if rank(f.Severity) < rank(c.Severity) {
			t.Errorf("%q is %s, worse than the %s that the check announces", f.Title, f.Severity, c.Severity)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if skipped := result.Skipped != ""; skipped != (kind == "skip") {
		t.Errorf("skipped = %q in a %s fixture", result.Skipped, kind)
	}
	if kind == "fail" && len(want) == 0 {
		t.Error("a fail fixture must say what it wants")
	}
}

func rank(s auditapi.Severity) int { return slices.Index(auditapi.Severities(), s) }

func TestEveryCheckIsComplete(t *testing.T) {
	t.Parallel()
	titles := map[string]bool{}
	for _, c := range check.All() {
		if utf8.RuneCountInString(c.Title) > check.MaxTitle || titles[c.Title] || strings.ContainsAny(c.Title, "\n.") {
			t.Errorf("%s: the title %q must be one line of at most %d characters, without a full stop, and unique", c.ID, c.Title, check.MaxTitle)
		}
		titles[c.Title] = true
		if c.Impact == "" || c.Remediation == "" || rank(c.Severity) < 0 || len(c.Controls) == 0 {
			t.Errorf("%s: impact, remediation, severity and controls are needed", c.ID)
		}
		if len(c.References) == 0 {
			t.Errorf("%s: no reference", c.ID)
		}
		for _, reference := range c.References {
			if u, err := url.Parse(reference); err != nil || u.Scheme != "https" || u.Host == "" {
				t.Errorf("%s: reference %q", c.ID, reference)
			}
		}
		if c.Area == check.AreaProcess || c.Area == check.AreaDNS {
			continue // not a web server's to configure
		}
		for _, server := range []string{"nginx", "Apache", "Caddy"} {
			if !strings.Contains(c.Remediation, server) {
				t.Errorf("%s: the remediation has no lines for %s", c.ID, server)
			}
		}
	}
}

func TestForTier(t *testing.T) {
	t.Parallel()
	automated, redteam := check.ForTier(auditapi.TierAutomated), check.ForTier(auditapi.TierRedTeam)
	if len(automated) == 0 || len(redteam) < len(automated) {
		t.Errorf("automated %d checks, red team %d: a higher tier must hold the lower one's", len(automated), len(redteam))
	}
	if got := check.ForTier("none"); len(got) != 0 {
		t.Errorf("an unknown tier has %d checks", len(got))
	}
}
