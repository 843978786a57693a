package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe is Deque's accessibility engine, which may lie beside the checkout. Without it the
// pages are looked at all the same; only this is left out, and said.
func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(root, "..", "shared", "tools", "axe.min.js"))
	if err != nil {
		t.Log("accessibility is not checked: there is no axe-core at ../shared/tools/axe.min.js")
	}
	return string(script)
}

// violation is what axe says of a page.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// wantAccessible wants nothing that axe can object to, in the page's present look.
func (b *tab) wantAccessible(name, script string) {
	b.Helper()
	if script == "" {
		return
	}
	ask(b, chromedp.Evaluate[bool](script+";true"))
	raw := ask(b, chromedp.Evaluate[string](`axe.run(document).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	var found []violation
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.Fatal(err)
	}
	for _, v := range found {
		var nodes []string
		for _, n := range v.Nodes {
			nodes = append(nodes, n.HTML)
		}
		b.Errorf("%s: axe: %s (%s):\n%.1500s", name, v.ID, v.Help, strings.Join(nodes, "\n"))
	}
}
