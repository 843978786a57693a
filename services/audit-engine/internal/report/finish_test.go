package report

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/api"
)

// bookmarks lists the titles of the outline, nested ones indented.
func bookmarks(t *testing.T, pdf []byte) []string {
	t.Helper()
	api.DisableConfigDir()
	marks, err := api.Bookmarks(bytes.NewReader(pdf), nil)
	if err != nil {
		t.Fatalf("read the outline: %v", err)
	}
	var out []string
	for _, m := range marks {
		out = append(out, m.Title)
		for _, kid := range m.Kids {
			out = append(out, "  "+kid.Title)
		}
	}
	return out
}

func TestOutline(t *testing.T) {
	r := sample(t)
	r.Findings = r.Findings[:2]
	r.Findings[1].Title = "Кириллица 中文 😀 (brackets) \\"
	want := []string{
		"Cover", "Contents", "Summary", "Findings", "  F-01  The Git repository can be downloaded",
		"  F-02  Кириллица 中文 😀 (brackets) \\", "What was right", "Not assessed", "Control matrix", "Method and limits",
	}
	if diff := cmp.Diff(want, bookmarks(t, mustPDF(t, r))); diff != "" {
		t.Errorf("outline (-want +got):\n%s", diff)
	}
	if got := len(bookmarks(t, mustPDF(t, many(t, 90)))); got != 8+90 {
		t.Errorf("90 findings give %d bookmarks, want 98", got)
	}
}

func TestProperties(t *testing.T) {
	api.DisableConfigDir()
	out := mustPDF(t, sample(t))
	info, err := api.PDFInfo(bytes.NewReader(out), "report.pdf", nil, false, nil)
	if err != nil {
		t.Fatalf("read the properties: %v", err)
	}
	want := []string{"Security Audit Report – shop.northwind.example", "Helmspan Security", "Compliance Audit of shop.northwind.example, grade F, score 7 of 100"}
	if diff := cmp.Diff(want, []string{info.Title, info.Author, info.Subject}); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
	for _, s := range []string{"/Lang (en)", "/CreationDate (D:20261120021522+00'00')", "/ID [<", "/DisplayDocTitle true", "+Inter-Regular"} {
		if !bytes.Contains(out, []byte(s)) {
			t.Errorf("the file lacks %s", s)
		}
	}
}

func TestFinishRefusesADamagedFile(t *testing.T) {
	d, err := layout(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	raw, faces, err := d.paint()
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"empty": nil, "cut": raw[:len(raw)/2], "shifted": append([]byte("x"), raw...), "no objects": []byte("xref\n0 1\ntrailer"),
	} {
		if _, err := finish(damaged, faces, nil, properties{}); err == nil {
			t.Errorf("%s: finish accepts the file", name)
		}
	}
	if _, err := finish(raw, faces, []bookmark{{title: "x", page: 999}}, properties{}); err == nil {
		t.Error("finish accepts a bookmark behind the last page")
	}
}
