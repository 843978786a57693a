package sarif

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"doorstep.example/pkg/auditapi"
)

// compiled is the official schema, formats of addresses and times included.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, body []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

// hostile is what a site could bring into a report.
const hostile = "\xff\x00\u202e </script>{0} {{1}} [click](https://evil.invalid/) \u2028\n\"'\\"

func TestSchema(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	west := time.FixedZone("west", -5*60*60)
	for name, r := range map[string]auditapi.Report{
		"findings":     report(),
		"none":         {ReportID: "r-2", Target: "https://shop.example/", StartedAt: time.Date(2026, 1, 2, 3, 4, 5, 6, west)},
		"nothing":      {},
		"hostile text": {Target: "https://shop.example/", Findings: []auditapi.Finding{{ID: hostile, Check: "a", Title: hostile, Severity: auditapi.High, Area: hostile, Evidence: hostile, Impact: hostile, Remediation: hostile}}},
		"other script": {Target: "https://bücher.example:8443/über uns?q=ä", Findings: []auditapi.Finding{{Check: "a", Title: "A", Severity: auditapi.Low}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(t, schema, body); err != nil {
				t.Errorf("%v\n%s", err, body)
			}
		})
	}
}

// TestSchemaRefuses shows that the schema is one that can be broken.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	body, err := Marshal(report())
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"version": "2.1.0"`, `"version": "2.0.0"`},
		{`"level": "error"`, `"level": "critical"`},
		{`"startTimeUtc": "2026-01-02T03:04:05.000Z"`, `"startTimeUtc": "yesterday"`},
		{`"uri": "https://shop.example/"`, `"uri": "https://bad host/"`},
		{`"ruleIndex": 0`, `"ruleIndex": "0"`},
		{`"ruleId"`, `"rule"`},
	} {
		broken := strings.Replace(string(body), change[0], change[1], 1)
		if broken == string(body) {
			t.Fatalf("there is no %s to break", change[0])
		}
		if validate(t, schema, []byte(broken)) == nil {
			t.Errorf("with %s the log is still valid", change[1])
		}
	}
}
