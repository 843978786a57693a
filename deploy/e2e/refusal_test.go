package e2e_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"doorstep.example/deploy/e2e/stack"
)

// A target that may never be audited was paid for: trying again would not help, so a
// person is told at once, with everything that is needed to act. The buyer got the
// receipt, and a page that says that a person is on it.
func TestForbiddenTargetNeedsAPerson(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, c := range map[string]struct{ target, code string }{
		"a private address":     {"http://127.0.0.1:8080/", "forbidden_address"},
		"a cloud's metadata":    {"http://169.254.169.254:8080/latest/meta-data/", "forbidden_address"},
		"a name inside a house": {"https://intranet.local/", "not_public_name"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			id := s.buy("security-audit", auditForm(c.target))
			o := s.settled(id, "failed")
			s.wantStates(o, "awaiting_payment", "paid", "working", "failed")
			if state, _ := alert(o, "produce"); state != "needs_person" {
				t.Errorf("the alert is %q; all: %+v", state, o.Alerts)
			}
			s.wantAlertMails(id, "needs_person")
			s.wantAlertTells(o, c.target, "("+c.code+")")
			s.eventually("the receipt is there", func() bool { return len(s.mails(id, "receipt")) == 1 })
			if got := len(s.mails(id, "report")); got > 0 {
				t.Errorf("%d reports were sent", got)
			}
			if html := s.page("/orders/"+id, http.StatusOK); !strings.Contains(html, `data-state="failed"`) || strings.Contains(html, "("+c.code+")") {
				t.Error("the buyer's page does not say that it failed, or says it in the seller's words")
			}
		})
	}
}

// What can be seen to be wrong is refused before anybody pays.
func TestFormRefusesWhatIsNoPublicSite(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, target := range []string{
		"http://169.254.169.254/latest/meta-data/", "http://localhost/", "http://[::1]/", "https://shop.example.com:5432/",
		"ftp://shop.example.com/", "https://user:secret@shop.example.com/", "http://2130706433/", "https://shop.example.com%00.evil.example/",
	} {
		form := auditForm(target)
		form.Set("product", "security-audit")
		s.post("/checkout", form, http.StatusBadRequest)
	}
}

// wantAlertTells wants everything in the seller's mail that a person needs to act.
func (s *shop) wantAlertTells(o stack.Order, more ...string) {
	s.Helper()
	m := s.oneMail(o.ID, "alert", seller)
	wanted := append(more, o.ID, o.SessionID, buyer, "Ada Lovelace", s.ShopURL()+"/orders/"+o.ID, s.OpsURL()+"/orders/"+o.ID)
	html := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(m.HTML)
	for _, want := range wanted {
		if !strings.Contains(m.Text, want) {
			s.Errorf("the alert's text does not say %q:\n%s", want, m.Text)
		}
		if !strings.Contains(html, want) {
			s.Errorf("the alert's HTML does not say %q", want)
		}
	}
	if len(m.Attachments) > 0 {
		s.Errorf("the alert has %d attachments", len(m.Attachments))
	}
}

// A red-team audit of a target that is ours for tests needs no proof, and its report
// is of that tier.
func TestRedTeamAuditOfALabTarget(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := s.buy("redteam-audit", auditForm(s.TargetURL()))
	o := s.settled(id, "sent")
	pdf := s.wantReceiptAnd(id, "report").Attachments[0].Content
	s.wantPDF(pdf)
	report := s.storedReport(o)
	if report.Tier != "redteam" {
		t.Errorf("the report is of the tier %s", report.Tier)
	}
	text := strings.ToLower(s.pdfText(pdf))
	for _, want := range []string{"red-team", "pci dss", strings.ToLower(report.ReportID)} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF does not say %q", want)
		}
	}
}

// A red-team audit of somebody else's server is an attack. Nothing is sent to it; the
// order waits for a proof, and its buyer is told how to give one. Where the name cannot
// be looked up the order comes to its end before its owner is asked for, or is tried
// again.
func TestRedTeamAuditOfAStrangerWaitsForProof(t *testing.T) {
	t.Parallel()
	s := open(t)
	const target = "https://example.com/"
	id := s.buy("redteam-audit", auditForm(target))
	s.eventually("somebody is told", func() bool { return len(s.mails(id, "alert"))+len(s.mails(id, "proof")) > 0 })
	switch o := s.order(id); o.State {
	case "awaiting_proof":
		html, mail := s.page("/orders/"+id, http.StatusOK), s.oneMail(id, "proof", buyer)
		token := regexp.MustCompile(`[a-z2-7]{32}`).FindString(mail.Text)
		for _, want := range []string{token, "_doorstep-challenge.example.com", "/.well-known/doorstep-verification.txt"} {
			if token == "" || !strings.Contains(mail.Text, want) || !strings.Contains(html, want) {
				t.Errorf("%q is not in the mail and on the page:\n%s", want, mail.Text)
			}
		}
		if n := len(s.mails(id, "alert")); n > 0 {
			t.Errorf("%d alerts before anybody had time to prove anything", n)
		}
	case "failed":
		s.wantAlertTells(o, target, "(dns_failed)")
	case "working":
		s.wantAlertTells(o, target, "example.com")
	default:
		t.Fatalf("the order is %s:\n%s", o.State, story(o))
	}
	if o := s.order(id); len(o.Artefacts)+len(s.mails(id, "report")) > 0 {
		t.Error("a report was made")
	}
}
