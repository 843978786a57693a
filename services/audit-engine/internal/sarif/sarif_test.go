package sarif

import (
	"encoding/json"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
)

func report() auditapi.Report {
	return auditapi.Report{
		ReportID: "r-1", Target: "https://shop.example/", StartedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), FinishedAt: time.Date(2026, 1, 2, 3, 4, 9, 0, time.UTC),
		Findings: []auditapi.Finding{
			{ID: "F-01", Check: "b", Title: "Worst", Severity: auditapi.Critical, Area: "Area", Evidence: "seen", Impact: "bad", Remediation: "do", References: []string{"https://example.com/why"}},
			{ID: "F-02", Check: "a", Title: "Middle", Severity: auditapi.Medium},
			{ID: "F-03", Check: "b", Title: "Small", Severity: auditapi.Info},
		},
	}
}

// TestMarshal checks what the schema demands of the parts that we write.
func TestMarshal(t *testing.T) {
	t.Parallel()
	body, err := Marshal(report())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID               string
						HelpURI          string `json:"helpUri"`
						ShortDescription struct{ Text string }
					}
				}
			}
			Invocations []struct {
				ExecutionSuccessful      bool
				StartTimeUtc, EndTimeUtc time.Time
			}
			Results []struct {
				RuleID    string `json:"ruleId"`
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Version != "2.1.0" || doc.Schema == "" || len(doc.Runs) != 1 {
		t.Fatalf("version %q, schema %q, %d runs", doc.Version, doc.Schema, len(doc.Runs))
	}
	run := doc.Runs[0]
	rules := run.Tool.Driver.Rules
	if run.Tool.Driver.Name == "" || len(rules) != 2 || rules[0].HelpURI != "https://example.com/why" || rules[0].ShortDescription.Text == "" {
		t.Errorf("driver = %+v", run.Tool.Driver)
	}
	if !run.Invocations[0].ExecutionSuccessful || run.Invocations[0].EndTimeUtc.Sub(run.Invocations[0].StartTimeUtc) != 4*time.Second {
		t.Errorf("invocation = %+v", run.Invocations[0])
	}
	if len(run.Results) != 3 {
		t.Fatalf("%d results", len(run.Results))
	}
	for i, want := range []string{"error", "warning", "note"} {
		r := run.Results[i]
		if r.Level != want || rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" || r.Locations[0].PhysicalLocation.ArtifactLocation.URI != "https://shop.example/" {
			t.Errorf("result %d = %+v, want level %s", i, r, want)
		}
	}
}

func TestMarshalWithoutFindings(t *testing.T) {
	t.Parallel()
	body, err := Marshal(auditapi.Report{})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Runs []struct{ Results []any } }
	if err := json.Unmarshal(body, &doc); err != nil || doc.Runs[0].Results == nil {
		t.Errorf("results must be an empty list, which means that the tool ran: %s", body)
	}
}

// TestMarshalForCodeScanners checks what the schema leaves open and GitHub demands:
// all texts of a rule, a line, and a fingerprint under its name that stays the same.
func TestMarshalForCodeScanners(t *testing.T) {
	t.Parallel()
	body, err := Marshal(report())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Runs []run }
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	for _, r := range doc.Runs[0].Tool.Driver.Rules {
		if r.ShortDescription.Text == "" || r.FullDescription.Text == "" || r.Help.Text == "" || r.Properties["security-severity"] == "" {
			t.Errorf("rule %+v lacks a text or its severity", r)
		}
	}
	seen := map[string]bool{}
	for _, r := range doc.Runs[0].Results {
		hash := r.Fingerprints["primaryLocationLineHash"]
		if r.Locations[0].Physical.Region.StartLine != 1 || seen[hash] || hash == "" {
			t.Errorf("result %+v: a line and a fingerprint of its own are needed", r)
		}
		seen[hash] = true
	}
	if got, want := fingerprints(report().Findings[0])["primaryLocationLineHash"], "c159f2712463ed70:1"; got != want {
		t.Errorf("fingerprint = %s, want %s: with another one all known findings are new", got, want)
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a [0] {b}":                         "a [0] {{b}}",
		"{0} [click](https://evil.invalid)": `{{0}} [click\](https://evil.invalid)`,
	} {
		if got := message(in); got != want {
			t.Errorf("message(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://shop.example/a?b=c":           "https://shop.example/a?b=c",
		"https://bücher.example:8443/über uns": "https://xn--bcher-kva.example:8443/%C3%BCber%20uns",
		"http://[2001:db8::1]:8080/":           "http://[2001:db8::1]:8080/",
		"https://bad host/":                    "https:%2F%2Fbad%20host%2F",
	} {
		if got := uri(in); got != want {
			t.Errorf("uri(%q) = %q, want %q", in, got, want)
		}
	}
}
