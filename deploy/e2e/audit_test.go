package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/database/databasetest"
)

// The main story: a buyer orders an audit, pays and closes the tab. The webhook
// alone brings the report to the inbox and to the order page.
func TestPaidAuditArrives(t *testing.T) {
	t.Parallel()
	onEach(t, paidAuditArrives)
}

func paidAuditArrives(s *shop) {
	hosted := s.begin("security-audit", auditForm(s.TargetURL()))
	s.payAndLeave(hosted)
	id := s.session(hosted).Metadata["order_id"]
	event, _ := s.event("checkout.session.completed")
	for _, status := range s.delivered(event, 1) {
		if status != http.StatusOK {
			s.Errorf("the webhook answered %d", status)
		}
	}
	o := s.settled(id, "sent")
	s.wantStates(o, "awaiting_payment", "paid", "working", "ready", "sent")
	for i := 1; i < len(o.Timeline); i++ {
		if o.Timeline[i].At.Before(o.Timeline[i-1].At) {
			s.Errorf("the timeline goes back in time:\n%s", story(o))
		}
	}
	if len(o.Alerts) > 0 {
		s.Errorf("somebody was alerted: %+v", o.Alerts)
	}
	mail := s.wantReceiptAnd(id, "report")
	if len(mail.Attachments) != 1 || mail.Attachments[0].Type != "application/pdf" {
		s.Fatalf("the mail has %d attachments, want the PDF", len(mail.Attachments))
	}
	pdf := mail.Attachments[0].Content
	s.wantPDF(pdf)
	s.wantPDFHolds(pdf, s.storedReport(o), s.freshReport(s.TargetURL()))
	s.wantOrderPage(o, pdf)
}

// storedReport is the report that lies beside the order's PDF.
func (s *shop) storedReport(o stack.Order) auditapi.Report {
	s.Helper()
	for _, a := range o.Artefacts {
		if a.Role != "data" {
			continue
		}
		var report auditapi.Report
		if err := json.Unmarshal(s.stored(a.SHA256), &report); err != nil {
			s.Fatal(err)
		}
		return report
	}
	s.Fatal("the order has no report.json")
	return auditapi.Report{}
}

// stored finds the artefact with a hash among the stored files.
func (s *shop) stored(hash string) (content []byte) {
	s.Helper()
	err := filepath.WalkDir(filepath.Join(s.Dir, "blobs"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) == hash {
			content = raw
		}
		return err
	})
	if err != nil || content == nil {
		s.Fatalf("no stored file has the hash %s (%v)", hash, err)
	}
	return content
}

// freshReport audits a target once more, past the shop.
func (s *shop) freshReport(target string) auditapi.Report {
	s.Helper()
	resp, body, err := s.PostJSON(s.Context(), s.EngineURL()+"/api/audit?format=json",
		auditapi.Request{TargetURL: target, TargetName: "Northwind Atelier", Tier: auditapi.TierAutomated, ReportID: "again"},
		http.Header{"Authorization": {"Bearer " + s.Token}})
	if err != nil || resp.StatusCode != http.StatusOK {
		s.Fatalf("the engine answered %v (%v): %.300s", resp, err, body)
	}
	var report auditapi.Report
	if err := json.Unmarshal(body, &report); err != nil {
		s.Fatal(err)
	}
	return report
}

// pdfText is what a reader sees in a PDF, with all space made one blank.
func (s *shop) pdfText(pdf []byte) string {
	s.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		databasetest.Missing(s, "pdftotext (apt-get install poppler-utils)")
	}
	cmd := exec.CommandContext(s.Context(), tool, "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("pdftotext: %v", err)
	}
	return flat(string(out))
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// wantPDFHolds wants everything that was found in the printed report, and the same
// findings as an audit made now.
func (s *shop) wantPDFHolds(pdf []byte, report, again auditapi.Report) {
	s.Helper()
	text := s.pdfText(pdf)
	wanted := []string{report.Target, report.ReportID, "Northwind Atelier", strconv.Itoa(report.Score)}
	for _, f := range report.Findings {
		wanted = append(wanted, f.ID, f.Title)
	}
	for _, want := range wanted {
		if !strings.Contains(text, flat(want)) {
			s.Errorf("the PDF does not say %q", want)
		}
	}
	if !regexp.MustCompile(`(^|\s)` + regexp.QuoteMeta(report.Grade) + `(\s|$)`).MatchString(text) {
		s.Errorf("the PDF does not show the grade %s", report.Grade)
	}
	if len(report.Findings) < 10 {
		s.Errorf("%d findings at a site that is weak on purpose", len(report.Findings))
	}
	if report.Grade != again.Grade || report.Score != again.Score {
		s.Errorf("sold grade %s (%d), audited again %s (%d)", report.Grade, report.Score, again.Grade, again.Score)
	}
	if sold, now := findings(report), findings(again); sold != now {
		s.Errorf("the report sold has other findings than one made now\nsold:\n%s\nnow:\n%s", sold, now)
	}
}

func findings(r auditapi.Report) string {
	var lines []string
	for _, f := range r.Findings {
		lines = append(lines, strings.Join([]string{f.ID, f.Check, string(f.Severity), f.Title}, " "))
	}
	return strings.Join(lines, "\n")
}

var goodsForm = regexp.MustCompile(`<form method="post" action="(/orders/[0-9a-z]+/goods/[^"]+)">\s*<button[^>]*>Open the PDF</button>`)

// wantOrderPage wants the order's page to say "sent" and its button to open the PDF.
func (s *shop) wantOrderPage(o stack.Order, pdf []byte) {
	s.Helper()
	html := s.page("/orders/"+o.ID, http.StatusOK)
	if !strings.Contains(html, `data-state="sent"`) {
		s.Error(`the order page has no data-state="sent"`)
	}
	form := goodsForm.FindStringSubmatch(html)
	if form == nil {
		s.Fatalf("the order page has no button to open the PDF:\n%s", html)
	}
	resp, _ := s.post(form[1], url.Values{}, http.StatusSeeOther)
	s.wantServed(resp.Header.Get("Location"), pdf, "application/pdf")
}

// wantServed wants a ticket to serve content: whole, in ranges, by HEAD, with an ETag
// that answers 304.
func (s *shop) wantServed(address string, content []byte, contentType string) {
	s.Helper()
	fetch := func(method string, header http.Header, status int) (*stack.Answer, []byte) {
		s.Helper()
		resp, body, err := s.Fetch(s.Context(), method, address, nil, header)
		if err != nil {
			s.Fatal(err)
		}
		if resp.StatusCode != status {
			s.Errorf("%s with %v was answered %d, want %d", method, header, resp.StatusCode, status)
		}
		return resp, body
	}
	resp, body := fetch(http.MethodGet, nil, http.StatusOK)
	if !bytes.Equal(body, content) {
		s.Errorf("%d bytes came, want the %d bytes that were sold", len(body), len(content))
	}
	if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, contentType) {
		s.Errorf("content type %s, want %s", got, contentType)
	}
	etag := resp.Header.Get("ETag")
	if etag == "" {
		s.Error("the download has no ETag")
	}
	resp, body = fetch(http.MethodHead, nil, http.StatusOK)
	if len(body) > 0 || resp.ContentLength != int64(len(content)) {
		s.Errorf("HEAD: %d bytes and length %d, want none and %d", len(body), resp.ContentLength, len(content))
	}
	resp, body = fetch(http.MethodGet, http.Header{"Range": {"bytes=10-19"}}, http.StatusPartialContent)
	if !bytes.Equal(body, content[10:20]) || resp.Header.Get("Content-Range") == "" {
		s.Errorf("the range bytes=10-19 brought %q", body)
	}
	fetch(http.MethodGet, http.Header{"If-None-Match": {etag}}, http.StatusNotModified)
	fetch(http.MethodGet, http.Header{"Range": {"bytes=999999999-"}}, http.StatusRequestedRangeNotSatisfiable)
}
