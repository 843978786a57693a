package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/grade"
)

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"plain\nlines\n":        "plain\nlines",
		"a\r\nb":                "a\nb",
		"a\rb":                  "a‹U+000D›b",
		"a\tb\n\tc":             "a   b\n    c",
		"\x1b[0m\x00\x7f":       "‹U+001B›[0m‹U+0000›‹U+007F›",
		"\u202eabc\u2066":       "‹U+202E›abc‹U+2066›",
		"zero\u200bwidth\ufeff": "zero‹U+200B›width‹U+FEFF›",
		"tag \U000E0041":        "tag ‹U+E0041›",
		"bad \xff\xc3":          "bad ‹FF›‹C3›",
		"ok ❤\ufe0f":            "ok ❤",
		"nb\u00a0sp":            "nb sp",
		"\u2028":                "‹U+2028›",
		"中 Ж ё":                 "中 Ж ё",
	} {
		if got := cleanText(in); got != want {
			t.Errorf("cleanText(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := cleanLine("  a \n\t b\u202e "), "a b‹U+202E›"; got != want {
		t.Errorf("cleanLine = %q, want %q", got, want)
	}
}

func TestCapRunes(t *testing.T) {
	for _, c := range []struct {
		in           string
		limit, lines int
		kept         string
		cut          int
	}{
		{"abc", 3, 9, "abc", 0}, {"abcd", 3, 9, "abc", 1}, {"äöü", 2, 9, "äö", 1}, {"a\nb\nc", 99, 2, "a\nb", 2}, {"", 0, 0, "", 0},
	} {
		if kept, cut := capRunes(c.in, c.limit, c.lines); kept != c.kept || cut != c.cut {
			t.Errorf("capRunes(%q, %d, %d) = %q, %d, want %q, %d", c.in, c.limit, c.lines, kept, cut, c.kept, c.cut)
		}
	}
}

func TestPassages(t *testing.T) {
	in := "Do this:\n\n    first {\n      deep\n    }\n\n- a dash\n  goes on\n2) a number\nplain\n```nginx\n\nserver {\n\n- not a list\n}\n```\nend"
	want := []passage{
		{text: "Do this:"},
		{code: true, text: "first {\n  deep\n}"},
		{marker: "•", text: "a dash\ngoes on"},
		{marker: "2.", text: "a number\nplain"},
		{code: true, text: "server {\n\n- not a list\n}"},
		{text: "end"},
	}
	if diff := cmp.Diff(want, passages(in), cmp.AllowUnexported(passage{})); diff != "" {
		t.Errorf("passages (-want +got):\n%s", diff)
	}
}

func TestFirstSentence(t *testing.T) {
	for in, want := range map[string]string{
		"    code\nTurn it off with `server_tokens off`. Then more.": "Turn it off with server_tokens off.",
		"Set the header:\n    X: y":                                  "Set the header",
		"Use TLS 1.3 everywhere on this host. More.":                 "Use TLS 1.3 everywhere on this host.",
		"": "",
	} {
		if got := firstSentence(in); got != want {
			t.Errorf("firstSentence(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSafeURL(t *testing.T) {
	for in, want := range map[string]bool{
		"https://owasp.org/Top10/?a=b#c": true, "http://plain.example/": false, "https:///nohost": false, "https://u:p@host.example/": false,
		"javascript:alert(1)": false, "https://host.example/ x": false, "https://hóst.example/": false, "//host.example/": false, "": false,
		"https://host.example/" + strings.Repeat("a", maxURL): false,
	} {
		if _, got := safeURL(in, "https"); got != want {
			t.Errorf("safeURL(%.60q) = %t, want %t", in, got, want)
		}
	}
}

func TestHostOf(t *testing.T) {
	for in, want := range map[string]string{
		"https://shop.example/a": "shop.example", "https://shop.example:8443/": "shop.example:8443", "not a url": "not a url", "": "unnamed target",
	} {
		if got := hostOf(in); got != want {
			t.Errorf("hostOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestGradeMeaning(t *testing.T) {
	for _, c := range []struct {
		grade        string
		worst        auditapi.Severity
		ofWorst, all int
		want         string
	}{
		{"A+", auditapi.Info, 0, 0, "well protected. No check found a weakness"},
		{"A", auditapi.Low, 1, 1, "well protected. The one finding of low severity can wait"},
		{"B", auditapi.Medium, 3, 5, "gaps that deserve attention. The worst of it is 3 findings"},
		{"C", auditapi.High, 1, 4, "a patient attacker can use. One finding is rated high"},
		{"F", auditapi.Critical, 2, 9, "little effort as it stands. 2 findings are critical"},
		{"A+", auditapi.Info, 2, 2, "nothing is urgent"},
		{"", auditapi.Low, 4, 4, "Nothing is rated worse than low"},
	} {
		got := gradeMeaning(c.grade, c.worst, c.ofWorst, c.all)
		if !strings.Contains(got, c.want) || strings.Count(got, ". ") != 1 {
			t.Errorf("gradeMeaning(%q, %q, %d, %d) = %q, want two sentences with %q", c.grade, c.worst, c.ofWorst, c.all, got, c.want)
		}
	}
}

// What the last section says of the grade is what the engine computes.
func TestGradeIsExplainedAsItIsComputed(t *testing.T) {
	for _, c := range []struct {
		summary map[auditapi.Severity]int
		score   int
		letter  string
	}{
		{map[auditapi.Severity]int{auditapi.Critical: 1}, 39, "F"},
		{map[auditapi.Severity]int{auditapi.High: 1}, 74, "C"},
		{map[auditapi.Severity]int{auditapi.High: 2}, 60, "C"},
		{map[auditapi.Severity]int{auditapi.Medium: 1}, 89, "B"},
		{map[auditapi.Severity]int{auditapi.Medium: 2}, 84, "B"},
		{map[auditapi.Severity]int{auditapi.Medium: 50}, 60, "C"},
		{map[auditapi.Severity]int{auditapi.Low: 1}, 97, "A"},
		{map[auditapi.Severity]int{auditapi.Low: 50}, 85, "B"},
		{map[auditapi.Severity]int{auditapi.Info: 50}, 100, "A+"},
		{map[auditapi.Severity]int{auditapi.High: 3}, 40, "D"},
	} {
		if score, letter := grade.Of(c.summary); score != c.score || letter != c.letter {
			t.Errorf("grade.Of(%v) = %d, %s; the report explains it as %d, %s", c.summary, score, letter, c.score, c.letter)
		}
	}
	r := sample(t)
	if score, letter := grade.Of(r.Summary); score != r.Score || letter != r.Grade {
		t.Errorf("the sample's grade is %s, %d; its findings give %s, %d", r.Grade, r.Score, letter, score)
	}
}

func TestPaletteIsReadable(t *testing.T) {
	brands := []string{"", "#000", "#fff", "#ffff00", "#ff0000", "#00ff00", "#0000ff", "#0f766e", "#7c3aed", "#ffd400", "#808080", "nonsense"}
	for h := range 36 {
		brands = append(brands, fmt.Sprintf("#%02x%02x%02x", h*7, 255-h*5, (h*53)%256))
	}
	for _, color := range brands {
		p := newPalette(color)
		for name, pair := range map[string][2]rgb{
			"brand on white": {p.brand, white}, "white on brand": {white, p.brand}, "text on panel": {p.text, p.panel},
			"muted on panel": {p.muted, p.panel}, "ink on panel": {p.ink, p.panel}, "glow on night": {p.glow, p.night},
			"night on glow": {p.night, p.glow}, "dim on night": {p.dim, p.night}, "white on night": {white, p.night},
		} {
			if got := contrast(pair[0], pair[1]); got < readable {
				t.Errorf("%q: %s has contrast %.2f", color, name, got)
			}
		}
	}
	for s, tone := range tones {
		if contrast(tone.strong, white) < readable || contrast(tone.strong, tone.soft) < readable {
			t.Errorf("%s: the colour is too light", s)
		}
	}
}

func TestClauses(t *testing.T) {
	r := auditapi.Report{
		Controls: []auditapi.Control{{Framework: "PCI DSS 4.0.1", Clause: "12.3.3"}, {Framework: "PCI DSS 4.0.1", Clause: "4.2.1"}, {Framework: "X", Clause: "1"}},
		Findings: []auditapi.Finding{
			{Severity: auditapi.High, Controls: []auditapi.Control{{Framework: "PCI DSS 4.0.1", Clause: "4.2.1"}, {Framework: "PCI DSS 4.0.1", Clause: "4.2.1"}}},
			{Severity: auditapi.Low, Controls: []auditapi.Control{{Framework: "PCI DSS 4.0.1", Clause: "4.2.1"}}},
			{Severity: auditapi.Info, Controls: []auditapi.Control{{Framework: "X", Clause: "1"}}},
		},
	}
	got := clauses(r)
	want := frameworkClauses{framework: "PCI DSS 4.0.1", clauses: []clause{
		{name: "4.2.1", standing: adverse, findings: []int{0, 1}},
		{name: "12.3.3", standing: noneSeen},
	}}
	got[0].clauses = got[0].clauses[:2]
	opts := cmp.AllowUnexported(frameworkClauses{}, clause{})
	if diff := cmp.Diff(want, got[0], opts); diff != "" {
		t.Errorf("clauses (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(frameworkClauses{framework: "X", clauses: []clause{{name: "1", standing: noneSeen}}}, got[1], opts); diff != "" {
		t.Errorf("an informational finding counts as evidence (-want +got):\n%s", diff)
	}
	if last := clauses(r)[0].clauses; last[len(last)-1].standing != notAssessable {
		t.Error("the matrix does not say what is out of reach")
	}
}

func TestCompareNatural(t *testing.T) {
	for _, pair := range [][2]string{{"4.2.1", "12.3.3"}, {"A.5.14", "A.8.3"}, {"2.2", "2.2.1"}, {"CC6.1", "CC10.1"}, {"A01", "A02"}, {"", "1"}} {
		if compareNatural(pair[0], pair[1]) >= 0 || compareNatural(pair[1], pair[0]) <= 0 || compareNatural(pair[0], pair[0]) != 0 {
			t.Errorf("%q should come before %q", pair[0], pair[1])
		}
	}
}
