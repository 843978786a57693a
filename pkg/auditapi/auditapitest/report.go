package auditapitest

import (
	"bytes"
	"fmt"
	"time"

	"doorstep.example/pkg/auditapi"
)

// Report returns a small report: one finding, one check passed, one skipped.
func Report() auditapi.Report {
	control := auditapi.Control{Framework: "PCI DSS 4.0.1", Clause: "4.2.1"}
	return auditapi.Report{
		FinalURL:  "https://shop.example/",
		StartedAt: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), FinishedAt: time.Date(2026, 6, 1, 12, 0, 9, 0, time.UTC),
		Grade: "B", Score: 89,
		Summary: map[auditapi.Severity]int{auditapi.Critical: 0, auditapi.High: 0, auditapi.Medium: 1, auditapi.Low: 0, auditapi.Info: 0},
		Findings: []auditapi.Finding{{
			ID: "F-01", Check: "hsts", Title: "Browsers are not told to insist on https (no HSTS)", Severity: auditapi.Medium,
			Area: "Encryption in transit", Evidence: "without the header Strict-Transport-Security",
			Impact: "A visitor may be kept on an unencrypted copy of the site.", Remediation: "Send Strict-Transport-Security.",
			References: []string{"https://www.rfc-editor.org/rfc/rfc6797"}, Controls: []auditapi.Control{control},
		}},
		Passed:   []auditapi.Passed{{Check: "nosniff", Title: "Browsers keep to the declared type of content", Area: "Browser protection"}},
		Skipped:  []auditapi.Skipped{{Check: "https-redirect", Title: "Unencrypted requests are sent on to https", Reason: "The host's port 80 is outside of this audit."}},
		Controls: []auditapi.Control{control},
	}
}

// PDF returns a valid PDF of one empty page.
func PDF() []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, object := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}
