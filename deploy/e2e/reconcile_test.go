package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"doorstep.example/deploy/e2e/stack"
)

// reconcile asks the running shop to compare itself with Stripe, and returns the
// line that it ends with.
func (s *shop) reconcile() string {
	s.Helper()
	answer, body, err := s.PostJSON(s.Context(), s.OpsURL()+"/api/reconcile?since=1h", nil, http.Header{"Authorization": {"Bearer " + s.Token}})
	if err != nil || answer.StatusCode != http.StatusOK {
		s.Fatalf("reconcile: %v %s", err, body)
	}
	var result struct{ Summary string }
	if err := json.Unmarshal(body, &result); err != nil {
		s.Fatal(err)
	}
	return result.Summary
}

// The events of two sales, of a refund and of a dispute are lost on their way, and
// the buyers do not come back. One reconciliation makes all of it good; a second one
// finds nothing more.
func TestLostEventsAreMadeGood(t *testing.T) {
	t.Parallel()
	onEach(t, lostEventsAreMadeGood, filesOnly, with("RECONCILE_INTERVAL", "1h"))
}

// settledIn waits for the comparison that every start begins with, so that what is
// lost afterwards is lost until somebody asks.
func (s *shop) settledIn() {
	s.Helper()
	s.eventually("the first reconciliation", func() bool {
		log, err := os.ReadFile(s.Process(stack.Storefront).LogFile)
		return err == nil && strings.Contains(string(log), "msg=reconciled")
	})
}

func lostEventsAreMadeGood(s *shop) {
	s.settledIn()
	known := s.buy("agent-playbook", fileForm())
	s.settled(known, "sent")
	refunded := s.buy("agent-playbook", fileForm())
	s.settled(refunded, "sent")
	s.switches(map[string]any{"drop_next": 3})
	var lost []string
	for range 2 {
		hosted := s.begin("agent-playbook", fileForm())
		s.payAndLeave(hosted)
		lost = append(lost, s.session(hosted).Metadata["order_id"])
	}
	s.refundAtStripe(refunded)
	for _, id := range lost {
		if o := s.order(id); o.State != "awaiting_payment" {
			s.Fatalf("the order is %s although its event was lost", o.State)
		}
	}
	if got := s.reconcile(); got != "4 paid sessions at Stripe, 4 orders here, gap 0" {
		s.Errorf("reconcile ended with %q", got)
	}
	for _, id := range lost {
		s.settled(id, "sent")
		s.wantReceiptAnd(id, "download")
	}
	s.settled(refunded, "refunded")
	before := len(s.mails("", ""))
	if got := s.reconcile(); got != "4 paid sessions at Stripe, 4 orders here, gap 0" {
		s.Errorf("the second reconcile ended with %q", got)
	}
	s.settled(known, "sent")
	if after := len(s.mails("", "")); after != before {
		s.Errorf("the second reconcile sent %d mails", after-before)
	}
}

// An operator can do the same by hand, beside the running shop and without it.
func TestReconcileByHand(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly, with("RECONCILE_INTERVAL", "1h"))
	s.settledIn()
	s.switches(map[string]any{"drop_next": 1})
	hosted := s.begin("agent-playbook", fileForm())
	s.payAndLeave(hosted)
	id := s.session(hosted).Metadata["order_id"]
	run := func(args ...string) (string, error) {
		out, err := s.Command(s.Context(), stack.Storefront, nil, append([]string{"reconcile"}, args...)...).Output()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return lines[len(lines)-1], err
	}
	const want = "1 paid sessions at Stripe, 1 orders here, gap 0"
	if got, err := run("-since", "30d"); err != nil || got != want {
		t.Errorf("beside the running shop: %q, %v", got, err)
	}
	s.settled(id, "sent")
	if err := s.Process(stack.Storefront).Stop(); err != nil {
		t.Fatal(err)
	}
	if got, err := run(); err != nil || got != want {
		t.Errorf("without it: %q, %v", got, err)
	}
	for _, args := range [][]string{{"-since"}, {"-since", "soon"}, {"now"}} {
		_, err := run(args...)
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 78 { //nolint:errorlint // Output returns it bare
			t.Errorf("reconcile %v: %v, want exit 78", args, err)
		}
	}
}

// Stripe knows another endpoint than ours: within one interval the seller is told,
// once.
func TestMissingEndpointIsTold(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly, with("RECONCILE_INTERVAL", "1s"), with("SANDBOX_WEBHOOK_URL", "http://127.0.0.1:1/somewhere/else"))
	s.eventually("the alert about the endpoint", func() bool { return len(s.mails("", "alert")) > 0 })
	mail := s.mails("", "alert")[0]
	if !strings.Contains(mail.Text, s.ShopURL()+"/webhooks/stripe") {
		t.Errorf("the mail does not name the endpoint:\n%s", mail.Text)
	}
	for range 3 {
		s.reconcile()
	}
	if n := len(s.mails("", "alert")); n != 1 {
		t.Errorf("%d mails about one endpoint", n)
	}
}
