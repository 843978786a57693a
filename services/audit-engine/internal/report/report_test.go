package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/database/databasetest"
)

func sample(t testing.TB) auditapi.Report {
	t.Helper()
	data, err := os.ReadFile("testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var r auditapi.Report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// clean is a report without findings.
func clean(t testing.TB) auditapi.Report {
	r := sample(t)
	r.Tier, r.Grade, r.Score, r.Findings, r.Summary = auditapi.TierAutomated, "A+", 100, nil, nil
	return r
}

// many is a report with n findings.
func many(t testing.TB, n int) auditapi.Report {
	r := sample(t)
	base := r.Findings
	r.Findings = nil
	for i := range n {
		f := base[i*len(base)/n]
		f.ID = fmt.Sprintf("F-%02d", i+1)
		f.Title = fmt.Sprintf("%s (%d)", f.Title, i+1)
		r.Findings = append(r.Findings, f)
	}
	return r
}

// hostile is a report whose every text tries to break the page.
func hostile(t testing.TB) auditapi.Report {
	r := sample(t)
	word := strings.Repeat("Ww", 2500)
	r.Target = "https://" + strings.Repeat("very-long-label-of-a-host.", 9) + "example/" + strings.Repeat("p/", 300)
	r.TargetName = "Ωμέγα \u202egnp.exe\u202c <b>Юг</b> 東京 " + word
	r.ReportID = "AR-(\\)-" + strings.Repeat("9", 90)
	r.Seller = auditapi.Seller{Name: strings.Repeat("Großer Name ", 20), Color: "#ffd400", URL: "javascript:alert(1)", Email: "a\x00b@example"}
	r.VerifyURL = "http://127.0.0.1:8080/verify/" + strings.Repeat("a", 300)
	r.Findings[0].Evidence = strings.Repeat("0123456789 abcdef\x1b[31m\x00\x07 \u200b\u202e ", 4000)
	r.Findings[0].Title = strings.Repeat("A title that is far too long for a line ", 4)
	r.Findings[1].Evidence = "emoji 😀👨\u200d👩 🏴\U000E0067\U000E007F, 中文 日本語 한국어, Ελληνικά, Кириллица, עברית العربية, ꙮ𒀀, \xff\xfe\xc3( bad\ttab\ttab"
	r.Findings[1].Title = "Ελληνικά и кириллица 中文 😀"
	r.Findings[2].Impact, r.Findings[2].Title, r.Findings[2].Area = word, word, word
	r.Findings[3].References = []string{"javascript:alert(1)", "https://user:pw@evil.example/", "http://plain.example/",
		"https://ok.example/a(b)", "https://bad.example/\nx", "file:///etc/passwd", "https://" + word}
	r.Findings[4].Remediation = "Not closed:\n```\n" + strings.Repeat("server { listen 443 ssl; }\n", 400)
	r.Findings[5].Evidence = strings.Repeat(" ", 20000) + "x" + strings.Repeat("\n", 20000)
	r.Findings[6] = auditapi.Finding{}
	r.Findings[7].Severity = "apocalyptic\u202e"
	r.Findings[7].Controls = []auditapi.Control{{Framework: word, Clause: word}, {}}
	r.Passed[0] = auditapi.Passed{Title: word, Area: word}
	r.Grades[0] = auditapi.SideGrade{Name: word, Grade: word, Score: -1 << 60, Check: "javascript:alert(1)", Caps: []string{word, "x: " + word}}
	r.Grades[1].Tests = slices.Repeat([]auditapi.GradeTest{{Name: word, Verdict: "\u202e" + word, Modifier: 1 << 60}}, 200)
	r.Grades = append(r.Grades, r.Grades...)
	r.Skipped[0] = auditapi.Skipped{Title: word, Reason: word}
	return r
}

// cases are the reports that every property of a file is tested with.
func cases(t testing.TB) map[string]auditapi.Report {
	return map[string]auditapi.Report{
		"sample": sample(t), "clean": clean(t), "one": many(t, 1), "ninety": many(t, 90), "hostile": hostile(t), "empty": {},
	}
}

func mustPDF(t testing.TB, r auditapi.Report) []byte {
	t.Helper()
	out, err := PDF(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFilesAreValid(t *testing.T) {
	api.DisableConfigDir()
	qpdf, missing := exec.LookPath("qpdf")
	for name, r := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := mustPDF(t, r)
			conf := model.NewDefaultConfiguration()
			conf.ValidationMode = model.ValidationStrict
			if err := api.Validate(bytes.NewReader(out), conf); err != nil {
				t.Errorf("pdfcpu, strict: %v", err)
			}
			if missing != nil {
				databasetest.Missing(t, "qpdf (apt-get install qpdf)")
			}
			file := write(t, out)
			if said, err := exec.CommandContext(t.Context(), qpdf, "--check", file).CombinedOutput(); err != nil {
				t.Errorf("qpdf --check: %v\n%s", err, said)
			}
		})
	}
}

func write(t testing.TB, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// textOf is the text of a file as a reader outside gets it.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		databasetest.Missing(t, "pdftotext (apt-get install poppler-utils)")
	}
	out, err := exec.CommandContext(t.Context(), tool, "-enc", "UTF-8", write(t, pdf), "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return string(out)
}

func TestTextOfTheSample(t *testing.T) {
	r := sample(t)
	r.Findings[0].Title = "The login form sends passwords over plain HTTP connections" // 58 characters
	got := textOf(t, mustPDF(t, r))
	want := []string{
		"Security Audit Report", "shop.northwind.example", "Northwind Atelier GmbH", "AR-2026-00417", "Compliance Audit",
		"Grade F, 7 of 100", "7 / 100", r.Target, r.FinalURL, "20 November 2026, 02:15:22 UTC",
		"22 run, 13 passed, 3 not assessed", "location ~ /\\.git {", "server_tokens off;",
		"mta-sts.northwind.example did not", "within 5 seconds.", "Only TLS 1.2 and 1.3 are offered",
		"PCI DSS 4.0.1", "Adverse evidence", "None seen", "Not assessable remotely", "PCI ASV", "Page 2 of 14", "Page 14 of 14",
		"MDN HTTP Observatory", "50 points", "check at developer.mozilla.org", "Details on page 14", "MDN HTTP Observatory: C, 50 points",
		r.Grades[0].Check, "allows inline scripts or nearly every host", "−20", "+10", "SSL Labs guide: B, 94 points", "Held at B", "TLS 1.0 is offered",
	}
	for _, f := range r.Findings {
		want = append(want, f.ID+" "+f.Title)
	}
	for _, s := range want {
		if !strings.Contains(got, s) {
			t.Errorf("the text lacks %q", s)
		}
	}
}

// claims that a scan from outside cannot make.
var claim = regexp.MustCompile(`(?i)\b(is|are|fully) compliant\b|certified`)

func TestTextOfTheOthers(t *testing.T) {
	for name, want := range map[string][]string{
		"clean":   {"A+", "100 / 100", "Grade A+, 100 of 100", "No weaknesses found", "Nothing has to be repaired"},
		"ninety":  {"F-90 There is no security.txt (90)", "10 findings are critical: act on them today."},
		"hostile": {"… cut, ", "‹U+001B›[31m‹U+0000›", "‹U+202E›", "‹FF›‹FE›", "Ελληνικά и кириллица 中文 😀", "日本語 한국어", "lack are shown as □"},
		"empty":   {"unnamed target", "not recorded", "No weaknesses found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := textOf(t, mustPDF(t, cases(t)[name]))
			for _, s := range want {
				if !strings.Contains(got, s) {
					t.Errorf("the text lacks %q", s)
				}
			}
			if found := claim.FindString(got); found != "" {
				t.Errorf("the text claims %q", found)
			}
		})
	}
}

var uri = regexp.MustCompile(`/URI \((.*?)\)>>`)

func linksOf(pdf []byte) []string {
	var out []string
	for _, m := range uri.FindAllSubmatch(pdf, -1) {
		if s := string(m[1]); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func TestOnlyCheckedLinksAreActive(t *testing.T) {
	r := hostile(t)
	r.Findings = r.Findings[3:4]
	r.Findings[0].Evidence = "see https://evidence.example/ and (javascript:alert(2))"
	r.Findings[0].Impact = "https://impact.example/"
	got := linksOf(mustPDF(t, r))
	want := []string{r.VerifyURL, r.Grades[1].Check, `https://ok.example/a\(b\)`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("active links (-want +got):\n%s", diff)
	}
	for _, word := range []string{"/JavaScript", "/JS ", "/Launch", "/OpenAction", "/EmbeddedFile"} {
		if bytes.Contains(mustPDF(t, r), []byte(word)) {
			t.Errorf("the file has %s", word)
		}
	}
}

func TestEqualReportsGiveEqualBytes(t *testing.T) {
	t.Parallel()
	results := make(chan []byte, 4)
	r := sample(t)
	for range cap(results) {
		go func() {
			out, err := PDF(r)
			if err != nil {
				t.Error(err)
			}
			results <- out
		}()
	}
	first := <-results
	for range cap(results) - 1 {
		if !bytes.Equal(first, <-results) {
			t.Error("two files of one report differ")
		}
	}
	r.Score++
	if bytes.Equal(first, mustPDF(t, r)) {
		t.Error("another score gave the same file")
	}
}

func TestLayout(t *testing.T) {
	for name, r := range cases(t) {
		d, err := layout(r)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range d.pages {
			for _, text := range p.texts {
				end := text.x + d.width(text.style, text.s)
				if text.pageOf != "" {
					end = text.x
				}
				if text.x < left-1 || end > right+1 || text.y < headerLine-1 || text.y > footerLine+1 {
					t.Errorf("%s, page %d: %q stands from %.0f to %.0f at %.0f, outside the margins", name, i+1, text.s, text.x, end, text.y)
				}
				if i > 0 && text.y > bottom+1 && text.y < footerLine-1 {
					t.Errorf("%s, page %d: %q runs into the footer", name, i+1, text.s)
				}
			}
			for _, l := range p.links {
				if _, known := d.anchors[l.anchor]; l.url == "" && !known {
					t.Errorf("%s, page %d: a link to %q leads nowhere", name, i+1, l.anchor)
				}
			}
		}
	}
}

func TestPageCounts(t *testing.T) {
	for name, limits := range map[string][2]int{"sample": {11, 14}, "clean": {5, 7}, "ninety": {50, 70}, "hostile": {15, 26}, "empty": {4, 5}} {
		d, err := layout(cases(t)[name])
		if err != nil {
			t.Fatal(err)
		}
		if n := len(d.pages); n < limits[0] || n > limits[1] {
			t.Errorf("%s: %d pages, want %d to %d", name, n, limits[0], limits[1])
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	for _, bench := range []struct {
		name   string
		report auditapi.Report
	}{{"sample", sample(b)}, {"ninety", many(b, 90)}, {"hostile", hostile(b)}} {
		b.Run(bench.name, func(b *testing.B) {
			mustPDF(b, bench.report) // fonts are parsed once in a process's life
			b.ReportAllocs()
			for b.Loop() {
				b.SetBytes(int64(len(mustPDF(b, bench.report))))
			}
		})
	}
}
