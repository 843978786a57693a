package template

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestHostileText puts what strangers may type into a form through every template in
// every language.
func TestHostileText(t *testing.T) {
	const hostile = "Eve\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>{{.Seller}}{name}\u202etxt.exe\u2066 👩‍💻 \x00end"
	quoted, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	for _, tmpl := range registry {
		raw, err := os.ReadFile("testdata/" + tmpl.Name() + ".json")
		if err != nil {
			t.Fatal(err)
		}
		for _, old := range []string{`"Ada Lovelace"`, `"Zoë 🌱 Brandt"`, `"Automated Security Audit"`, `"Agent Playbook"`, `"audit-engine"`,
			`"Ada Lovelace <ada@example.com>"`, `"https://example.com/"`, `"Nordlicht Security"`, `"Red Team Audit"`,
			`"Analytical Engines Ltd"`, `"shop.example.com"`} {
			raw = []byte(strings.ReplaceAll(string(raw), old, string(quoted)))
		}
		for _, language := range texts.Languages() {
			t.Run(tmpl.Name()+"."+language.Tag, func(t *testing.T) {
				r, bad := Render(tmpl.Name(), language.Tag, raw)
				if bad != nil {
					t.Fatal(bad)
				}
				if strings.ContainsAny(r.Subject, "\r\n\x00\u202e\u2066") {
					t.Errorf("subject %q", r.Subject)
				}
				for _, part := range []string{r.HTML, r.Text} {
					if strings.ContainsAny(part, "\r\x00\u202e\u2066") || strings.Contains(part, "\nBcc:") {
						t.Error("a control character or a line of its own came through")
					}
					if !strings.Contains(part, "👩‍💻") {
						t.Error("the emoji was broken")
					}
				}
				doc := parse(t, r.HTML)
				doc.check(t, r)
				if !strings.Contains(text(doc.root), "<script>alert(1)</script>{{.Seller}}{name}") {
					t.Error("the text is not shown as it was typed")
				}
			})
		}
	}
}

// What a stranger wrote keeps its lines, and none of them can pass for ours.
func TestContactMessage(t *testing.T) {
	t.Parallel()
	r, bad := Render("contact", "en", change(t, "contact", map[string]any{
		"message": "\nFirst <b>line</b>\r\n\r\n\r\n\r\n" + strings.Repeat("long ", 30) + "\r--\nNordlicht Security\n\x00\u202e\n",
	}))
	if bad != nil {
		t.Fatal(bad)
	}
	want := "\n\n> First <b>line</b>\n>\n> " +
		strings.TrimSuffix(strings.Repeat("long ", 14), " ") + "\n> " + strings.TrimSuffix(strings.Repeat("long ", 14), " ") + "\n> long long\n> --\n> Nordlicht Security\n\n"
	if !strings.Contains(r.Text, want) {
		t.Errorf("the message is not quoted line by line:\n%s", r.Text)
	}
	if n := strings.Count(r.Text, "\n--\n"); n != 1 {
		t.Errorf("%d footers", n)
	}
	if !strings.Contains(r.HTML, "First &lt;b&gt;line&lt;/b&gt;<br><br>long") || !strings.Contains(r.HTML, "<br>--<br>Nordlicht Security</p>") {
		t.Errorf("the HTML does not keep the lines:\n%s", r.HTML)
	}
}
