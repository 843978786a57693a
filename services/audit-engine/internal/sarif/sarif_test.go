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
