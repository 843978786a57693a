package e2e_test

import (
	"bytes"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// recovery is how long after its restart a killed program may leave an order undone.
const recovery = 10 * time.Second

// kill ends a program at whatever instruction it is.
func (s *shop) kill(name string) { s.Process(name).Kill() }

// restart starts a killed program again and returns when.
func (s *shop) restart(name string) time.Time {
	s.Helper()
	began := time.Now()
	if err := s.Restart(s.Context(), name); err != nil {
		s.Fatal(err)
	}
	return began
}

// wantRecovered wants the order sent soon after since, with one report in one mail.
func (s *shop) wantRecovered(id string, since time.Time) stack.Order {
	s.Helper()
	o := s.settled(id, "sent")
	if took := time.Since(since); took > recovery {
		s.Errorf("the order was sent %s after the restart, want at most %s", took, recovery)
	}
	s.wantStates(o, "awaiting_payment", "paid", "working", "ready", "sent")
	s.wantPDF(s.wantReceiptAnd(id, "report").Attachments[0].Content)
	files, err := filepath.Glob(filepath.Join(s.Outbox(), "*report*.eml"))
	if err != nil || len(files) != 1 {
		s.Errorf("%d files of the report mail lie in the outbox (%v), want one", len(files), err)
	}
	return o
}

// wantAlertMails wants one mail to the seller for each state, in the outbox.
func (s *shop) wantAlertMails(id string, states ...string) {
	s.Helper()
	words := map[string]string{"retrying": "is being retried", "needs_person": "needs a person", "resolved": "is resolved"}
	for _, state := range states {
		s.eventually("the seller is told that the order "+words[state], func() bool {
			return slices.ContainsFunc(s.mails(id, "alert"), func(m stack.Mail) bool {
				return strings.Contains(m.To, seller) && strings.Contains(m.Subject, words[state])
			})
		})
	}
	if list := s.mails(id, "alert"); len(list) != len(states) {
		s.Errorf("%d alert mails, want %d: one a change of state", len(list), len(states))
	}
}

// The storefront dies while an audit runs. After its restart the audit is made anew.
func TestStorefrontKilledDuringTheAudit(t *testing.T) {
	t.Parallel()
	site := newSlowSite(t)
	s := open(t, lab(site.addr))
	id := s.buy("security-audit", auditForm(site.url()))
	<-site.reached
	s.kill(stack.Storefront)
	site.open()
	since := s.restart(stack.Storefront)
	s.wantRecovered(id, since)
}

// The engine dies in the middle of a scan. The seller is told that it is tried again,
// and after the restart that it works again.
func TestEngineKilledDuringTheScan(t *testing.T) {
	t.Parallel()
	site := newSlowSite(t)
	s := open(t, lab(site.addr))
	id := s.buy("security-audit", auditForm(site.url()))
	<-site.reached
	s.kill(stack.AuditEngine)
	site.open()
	s.eventually("somebody is alerted", func() bool { state, _ := alert(s.order(id), "produce"); return state == "retrying" })
	if html := s.page("/orders/"+id, http.StatusOK); !strings.Contains(html, `data-state="working"`) {
		t.Error("the buyer's page does not say that the work goes on")
	}
	since := s.restart(stack.AuditEngine)
	o := s.wantRecovered(id, since)
	s.wantResolved(o, "produce")
	s.wantAlertMails(id, "retrying", "resolved")
}

// The mailer dies with the report mail in its hands: after it was sent and before the
// answer, so that the storefront cannot know. The same key sends nothing a second time.
func TestMailerKilledBeforeItsAnswer(t *testing.T) {
	t.Parallel()
	alerted := mailerKilled(t, func(d *doorman, kill func() bool) {
		d.after = func(r *http.Request, body []byte, status int) bool {
			return !isReport(r, body) || status != http.StatusOK || !kill()
		}
	})
	if !alerted {
		t.Error("nobody was told that the mailer is dead")
	}
}

// The mailer dies while it works on the report mail, at an instruction that nobody
// chose.
func TestMailerKilledWhileSending(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{0, 2 * time.Millisecond, 6 * time.Millisecond} {
		t.Run(delay.String(), func(t *testing.T) {
			mailerKilled(t, func(d *doorman, kill func() bool) {
				d.before = func(r *http.Request, body []byte) {
					if isReport(r, body) {
						time.AfterFunc(delay, func() { kill() })
					}
				}
			})
		})
	}
}

func isReport(r *http.Request, body []byte) bool {
	return r.Method == http.MethodPost && bytes.Contains(body, []byte(`"template":"report"`))
}

// mailerKilled sells an audit through a mailer that dies when strike first calls
// kill, which reports whether it was the first time.
func mailerKilled(t *testing.T, strike func(d *doorman, kill func() bool)) (alerted bool) {
	t.Helper()
	d := &doorman{}
	var s *shop
	var struck atomic.Bool
	dead := make(chan struct{})
	strike(d, func() bool {
		first := struck.CompareAndSwap(false, true)
		if first {
			s.kill(stack.Mailer)
			close(dead)
		}
		return first
	})
	addr := listen(t, d)
	s = open(t, with("MAILER_URL", "http://"+addr), func(c *stack.Config) { d.to = "http://" + c.Addrs[stack.VarMailer] })
	id := s.buy("security-audit", auditForm(s.TargetURL()))
	<-dead
	alerted = false
	s.eventually("the mail is sent or somebody is alerted", func() bool {
		o := s.order(id)
		_, alerted = alert(o, "mail")
		return alerted || o.State == "sent" // the mailer may have been faster than its death
	})
	since := s.restart(stack.Mailer)
	o := s.wantRecovered(id, since)
	if alerted {
		s.wantResolved(o, "mail")
		s.wantAlertMails(id, "retrying", "resolved")
	}
	return alerted
}

// The storefront answers the webhook with 200 and dies at once: before it could do
// anything with the event. Nobody sends it again, and still the report arrives.
func TestStorefrontKilledRightAfterTheWebhook(t *testing.T) {
	t.Parallel()
	storefrontKilledAtTheWebhook(t, true)
}

// The storefront commits the event and dies before Stripe sees the 200. Stripe sends
// it again: one order, one report.
func TestStorefrontKilledBeforeStripeSeesTheAnswer(t *testing.T) {
	t.Parallel()
	storefrontKilledAtTheWebhook(t, false)
}

func storefrontKilledAtTheWebhook(t *testing.T, answered bool) {
	t.Helper()
	d := &doorman{}
	var s *shop
	var struck atomic.Bool
	dead := make(chan struct{})
	d.after = func(_ *http.Request, _ []byte, status int) bool {
		if status != http.StatusOK || !struck.CompareAndSwap(false, true) {
			return true
		}
		s.kill(stack.Storefront)
		close(dead)
		return answered
	}
	addr := listen(t, d)
	s = open(t, with("SANDBOX_WEBHOOK_URL", "http://"+addr+"/webhooks/stripe"), func(c *stack.Config) { d.to = "http://" + c.Addrs[stack.VarStorefront] })
	hosted := s.begin("security-audit", auditForm(s.TargetURL()))
	s.payAndLeave(hosted)
	<-dead
	since := s.restart(stack.Storefront)
	id := s.session(hosted).Metadata["order_id"]
	s.wantRecovered(id, since)
	event, _ := s.event("checkout.session.completed")
	if answered {
		if got := s.delivered(event, 1); len(got) != 1 {
			t.Errorf("Stripe sent an event %d times that was answered 200", len(got))
		}
		return
	}
	got := s.delivered(event, 2) // newest first; some may have met a storefront that was still down
	if got[0] != http.StatusOK || slices.Contains(got[1:], http.StatusOK) {
		t.Errorf("Stripe's tries were answered %v, newest first; want 200 once, at the end", got)
	}
}

// The storefront dies twice, at moments that nobody chose. (A third time in the same
// step would set the order aside: see TestStepThatKillsTheProcessIsSetAside.)
func TestStorefrontKilledTwice(t *testing.T) {
	t.Parallel()
	s := open(t)
	hosted := s.begin("security-audit", auditForm(s.TargetURL()))
	s.payAndLeave(hosted)
	id := s.session(hosted).Metadata["order_id"]
	var since time.Time
	for _, milliseconds := range []int{60, 250} {
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
		s.kill(stack.Storefront)
		since = s.restart(stack.Storefront)
	}
	s.eventually("the order is known", func() bool { _, known := s.orders()[id]; return known })
	s.wantRecovered(id, since)
}
