package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep.example/services/audit-engine/internal/mcpprobe"
)

// corpus reads descriptions that are separated by lines of "%%".
func corpus(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "mcp-tool-poisoning", name))
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Split(strings.TrimSpace(string(raw)), "\n%%\n")
	if len(texts) < 40 {
		t.Fatalf("%s: %d descriptions, at least 40 are needed", name, len(texts))
	}
	return texts
}

func toolWith(description string) *mcpprobe.Result {
	return &mcpprobe.Result{
		URL: "https://shop.example.com/mcp", Transport: mcpprobe.StreamableHTTP,
		Tools: mcpprobe.List[mcpprobe.Tool]{Seen: true, Items: []mcpprobe.Tool{{Name: "example", Description: description}}},
	}
}

func TestPoisonedDescriptionsAreFound(t *testing.T) {
	t.Parallel()
	for _, text := range corpus(t, "poisoned.corpus") {
		if len(runMCPPoisoning(toolWith(text)).Findings) == 0 {
			t.Errorf("not found: %s", text)
		}
	}
}

func TestHonestDescriptionsPass(t *testing.T) {
	t.Parallel()
	for _, text := range corpus(t, "benign.corpus") {
		for _, finding := range runMCPPoisoning(toolWith(text)).Findings {
			t.Errorf("%s: %s", finding.Title, text)
		}
	}
}
