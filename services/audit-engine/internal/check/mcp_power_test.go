package check

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/mcpprobe"
)

func TestPowers(t *testing.T) {
	t.Parallel()
	const text = `{"type":"string"}`
	for _, test := range []struct {
		name, parameter, schema string
		want                    []string
	}{
		{"execute_command", "command", text, []string{"AI tools run any command"}},
		{"runShell", "cmd", `{"type":["string","null"]}`, []string{"AI tools run any command"}},
		{"run-python", "code", text, []string{"AI tools run any command"}},
		{"terminal.exec", "commands", `{"type":"array","items":{"type":"string"}}`, []string{"AI tools run any command"}},
		{"run_command", "command", `{"type":"string","enum":["build","test"]}`, nil},
		{"run_command", "command", `{"type":"string","pattern":"^(build|test)$"}`, nil},
		{"run_command", "command", `{"type":"string","pattern":"^.*$"}`, []string{"AI tools run any command"}},
		{"run_command", "command", `{"anyOf":[{"const":"build"},{"type":"null"}]}`, nil},
		{"run_command", "command", `{"anyOf":[{"type":"string"},{"type":"null"}]}`, []string{"AI tools run any command"}},
		{"run_report", "report_id", text, nil},
		{"get_discount", "code", text, nil}, // a code of a voucher
		{"command_history", "limit", `{"type":"integer"}`, nil},
		{"write_file", "path", text, []string{"AI tools write or delete any file"}},
		{"deleteFile", "filePath", text, []string{"AI tools write or delete any file"}},
		{"read_file", "path", text, []string{"AI tools read any file"}},
		{"get_file", "file_id", text, nil},
		{"get_order", "path", text, nil},
		{"query_database", "query", text, []string{"AI tools run any database query"}},
		{"search", "query", text, nil},
		{"analyse", "sql", text, []string{"AI tools run any database query"}},
		{"execute_sql", "query", text, []string{"AI tools run any database query"}},
		{"fetch", "url", `{"type":"string","format":"uri"}`, []string{"AI tools fetch any address"}},
		{"fetch", "url", `{"type":"string","pattern":"^https://docs\\.example\\.com/"}`, nil},
		{"fetch", "url", `{"type":"string","pattern":"^https?://.+"}`, []string{"AI tools fetch any address"}},
		{"fetch", "url", `{"type":"string","pattern":"^https://"}`, []string{"AI tools fetch any address"}},
		{"create_bookmark", "url", text, nil},
		{"download_report", "format", text, nil},
	} {
		var schema map[string]any
		if err := json.Unmarshal([]byte(test.schema), &schema); err != nil {
			t.Fatal(err)
		}
		tool := mcpprobe.Tool{Name: test.name, Input: map[string]any{"type": "object", "properties": map[string]any{test.parameter: schema}}}
		var got []string
		for _, p := range powers {
			if _, ok := p.of(tool); ok && !slices.Contains(got, p.title) {
				got = append(got, p.title)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s(%s %s) (-want +got):\n%s", test.name, test.parameter, test.schema, diff)
		}
	}
}

func TestSameResource(t *testing.T) {
	t.Parallel()
	const endpoint = "https://shop.example.com/api/mcp"
	for resource, want := range map[string]bool{
		endpoint: true, endpoint + "/": true, "https://SHOP.example.com:443/api/mcp": true, "https://shop.example.com": true, "https://shop.example.com/api": true,
		"https://shop.example.com/ap": false, "https://shop.example.com/api/mcp2": false, "http://shop.example.com/api/mcp": false, "https://other.example.com/api/mcp": false, "https://shop.example.com:8443/api/mcp": false, "": false, "::": false,
	} {
		if got := sameResource(resource, endpoint); got != want {
			t.Errorf("sameResource(%q) = %v", resource, got)
		}
	}
}

func TestAddressWithoutValues(t *testing.T) {
	t.Parallel()
	if got, want := mcpAddress("https://a.example/mcp?api_key=secret&x=1&y"), "https://a.example/mcp?api_key=…&x=…&y=…"; got != want {
		t.Errorf("address = %s, want %s", got, want)
	}
}
