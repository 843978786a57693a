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
		{"open_url", "url", text, []string{"AI tools fetch any address"}},
		{"get_web_page", "link", text, []string{"AI tools fetch any address"}},
		{"open_ticket", "url", text, nil},
		{"run_command", "command", `{"description":"what to run"}`, []string{"AI tools run any command"}},
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

func TestPowersByDescription(t *testing.T) {
	t.Parallel()
	const text, open = `{"properties":{"text":{"type":"string"}}}`, `{"type":"object"}`
	for _, test := range []struct{ name, description, input, want string }{
		{"helper", "Passes the text to /bin/sh -c and returns what it prints.", text, "AI tools run any command"},
		{"evaluate", "Evaluates a JavaScript expression in Node.", `{"properties":{"expression":{"type":"string"}}}`, "AI tools run any command"},
		{"evaluate", "Evaluates an arithmetic expression.", `{"properties":{"expression":{"type":"string"}}}`, ""},
		{"container", "Run any command inside a container", `{"properties":{"args":{"type":"array","items":{"type":"string"}}}}`, "AI tools run any command"},
		{"helfer", "Führt einen beliebigen Shell-Befehl aus.", text, "AI tools run any command"},
		{"shell", "Run shell commands", open, "AI tools run any command"},
		{"shell", "Run shell commands", `{"additionalProperties":false}`, ""},
		{"commands", "Runs a shell command that was saved before.", `{"properties":{"command_id":{"type":"string"}}}`, ""},
		{"Terminal", "Access to the host.", `{"properties":{"input":{"type":"string"}}}`, "AI tools run any command"},
		{"terminal_departures", "Departures of a terminal.", text, ""},
		{"lint", "Runs ESLint on JavaScript code.", text, ""},
		{"explain", "Explains an SQL query.", text, ""},
		{"films", "Runs a search query on our database of films.", `{"properties":{"query":{"type":"string"}}}`, ""},
		{"report", "Executes any statement on PostgreSQL", `{"properties":{"statement":{"type":"string"}}}`, "AI tools run any database query"},
		{"mongo_aggregate", "Runs a pipeline.", `{"properties":{"pipeline":{"type":"string"}}}`, "AI tools run any database query"},
		{"maintenance", "Runs a task by passing the argument to the operating system shell.", `{"properties":{"arg":{"type":"string"}}}`, "AI tools run any command"},
		{"exec", "Execute", open, "AI tools run any command"},
		{"kubectl", "Runs kubectl with the arguments given.", `{"properties":{"args":{"type":"array","items":{"type":"string"}}}}`, "AI tools run any command"},
		{"git", "Runs a git subcommand.", `{"properties":{"subcommand":{"type":"string"}}}`, "AI tools run any command"},
		{"command", "Runs a command on the host.", `{"properties":{"command":{"type":"string"}}}`, "AI tools run any command"},
		{"http_request", "Makes an HTTP request.", `{"properties":{"target":{"type":"string","format":"uri"}}}`, "AI tools fetch any address"},
		{"screenshot_url", "Takes a picture of a page.", `{"properties":{"url":{"type":"string"}}}`, "AI tools fetch any address"},
		{"preview", "Opens the given URL in a browser.", `{"properties":{"url":{"type":"string"}}}`, "AI tools fetch any address"},
		{"notes", "Returns the content of any file.", `{"properties":{"path":{"type":"string"}}}`, "AI tools read any file"},
		{"voucher_code_check", "Tells whether a voucher code is valid.", `{"properties":{"code":{"type":"string"}}}`, ""},
		{"country_code_lookup", "Finds the country for a dial code.", `{"properties":{"code":{"type":"string"}}}`, ""},
		{"code", "Finds the code of a country.", text, ""},
		{"command_reference", "Explains what a shell command does; nothing is executed.", `{"properties":{"command":{"type":"string"}}}`, ""},
		{"shell_explainer", "Explains a command line. It is not run.", `{"properties":{"command":{"type":"string"}}}`, ""},
		{"sql_formatter", "Formats an SQL statement without running it.", `{"properties":{"sql":{"type":"string"}}}`, ""},
		{"scrape_page", "Scrapes a page", `{"properties":{"link":{"type":"string"}}}`, "AI tools fetch any address"},
	} {
		var input map[string]any
		if err := json.Unmarshal([]byte(test.input), &input); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, p := range powers {
			if _, ok := p.of(mcpprobe.Tool{Name: test.name, Description: test.description, Input: input}); ok {
				got = p.title
			}
		}
		if got != test.want {
			t.Errorf("%s, %q: %q, want %q", test.name, test.description, got, test.want)
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

func TestSecretIn(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.example/mcp": "", "https://a.example/messages?session_id=0a1b2c3d4e5f": "", "https://a.example/mcp?token=x": "", "::": "",
		"https://a.example/messages?session_id=1&api_key=sk-0a1b2c3d": "api_key",
	} {
		if got := secretIn("", address); got != want {
			t.Errorf("secretIn(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestAddressWithoutValues(t *testing.T) {
	t.Parallel()
	if got, want := mcpAddress("https://a.example/mcp?api_key=secret&x=1&y"), "https://a.example/mcp?api_key=…&x=…&y=…"; got != want {
		t.Errorf("address = %s, want %s", got, want)
	}
}
