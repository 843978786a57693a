package e2e_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// The mailer takes the mail with the goods, and the storefront dies before it hears so.
// After its restart it asks again under the same key: no second mail. On SQLite the job
// is taken up at once, on PostgreSQL when its timeout is over.
func TestFaultStorefrontKilledWhileTheMailerAnswers(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database func(*stack.Config)) {
		struck := newStrike(func(r *http.Request, body []byte) bool {
			return r.Method == http.MethodPost && bytes.Contains(body, []byte(`"template":"download"`))
		})
		addr := listen(t, struck.door)
		s := open(t, shopAndMailer, database, with("MAILER_URL", "http://"+addr), struck.before(stack.VarMailer))
		sold := newSale()
		struck.arm(s)
		if err := s.sendUntilTaken(t.Context(), sold.body); err != nil {
			t.Fatal(err)
		}
		struck.wait(s)
		since := s.restart(stack.Storefront)
		s.wantAllSentOnce([]sale{sold})
		if took := time.Since(since); s.Database == "" && took > recovery {
			t.Errorf("the order was sent %s after the restart, want at most %s", took, recovery)
		}
	})
}

// The engine has made the report, and the storefront dies before it hears so. The audit
// is made again and its result published once: one report, one mail.
func TestFaultStorefrontKilledWhileTheEngineAnswers(t *testing.T) {
	t.Parallel()
	// On PostgreSQL the job is taken up when its timeout is over, more than two minutes
	// later; the step is the same.
	struck := newStrike(func(r *http.Request, _ []byte) bool { return r.URL.Path == "/api/audit" })
	addr := listen(t, struck.door)
	s := open(t, with("AUDIT_ENGINE_URL", "http://"+addr), struck.before(stack.VarEngine))
	struck.arm(s)
	hosted := s.begin("security-audit", auditForm(s.TargetURL()))
	s.payAndLeave(hosted)
	struck.wait(s)
	since := s.restart(stack.Storefront)
	id := s.session(hosted).Metadata["order_id"]
	o := s.settled(id, "sent")
	if took := time.Since(since); took > recovery+5*time.Second { // the audit itself takes its time
		t.Errorf("the order was sent %s after the restart", took)
	}
	s.wantReceiptAnd(id, "report")
	s.storedReport(o)
}

// Stripe opens the session, and the storefront dies before it can note which. The
// buyer posts the same form again and is led to the same session; paying it delivers
// once.
func TestFaultStorefrontKilledWhileStripeAnswers(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database func(*stack.Config)) {
		struck := newStrike(func(r *http.Request, _ []byte) bool {
			return r.Method == http.MethodPost && r.URL.Path == "/v1/checkout/sessions"
		})
		addr := listen(t, struck.door)
		s := open(t, filesOnly, database, with("STRIPE_API_BASE", "http://"+addr), struck.before(stack.VarSandbox))
		form := fileForm()
		form.Set("form_token", s.formToken("agent-playbook"))
		struck.arm(s)
		if page, err := s.Begin(t.Context(), "agent-playbook", form); err == nil {
			t.Errorf("a storefront that was killed led the buyer to %s", page)
		}
		struck.wait(s)
		s.restart(stack.Storefront)
		hosted := s.begin("agent-playbook", form)
		if list := s.sessions(); len(list) != 1 || list[0].ID != stack.SessionID(hosted) {
			t.Errorf("the buyer was led to %s, and Stripe has the sessions %+v; want that one", hosted, list)
		}
		if all := s.orders(); len(all) != 1 {
			t.Errorf("%d orders, want one: %v", len(all), all)
		}
		s.payAndLeave(hosted)
		s.settled(s.session(hosted).Metadata["order_id"], "sent")
		s.wantReceiptAnd(s.session(hosted).Metadata["order_id"], "download")
	})
}

// A dispute comes while a mail waits for a mailer that is down. The mail must not go
// out when the mailer is back, but when the dispute is won; then once.
func TestFaultDisputeWhileTheMailerIsDown(t *testing.T) {
	t.Parallel()
	onEach(t, disputeWhileTheMailerIsDown, shopAndMailer)
}

func disputeWhileTheMailerIsDown(s *shop) {
	s.kill(stack.Mailer)
	disputed := newSale()
	others := []sale{newSale(), newSale(), newSale()}
	for _, sold := range append(others, disputed) {
		s.deliver(sold.body, http.StatusOK)
	}
	s.eventually("the goods are made", func() bool { return s.orders()[disputed.id] == "ready" })
	s.deliver(disputed.dispute("created", "needs_response"), http.StatusOK)
	s.eventually("the order is held", func() bool { return s.orders()[disputed.id] == "held" })
	s.restart(stack.Mailer)
	s.eventually("the others are sent, which waited with the same pauses", func() bool {
		all := s.orders()
		return !slices.ContainsFunc(others, func(o sale) bool { return all[o.id] != "sent" })
	})
	time.Sleep(jitter)
	if mails := s.countMails()[disputed.id]; mails["receipt"]+mails["download"] > 0 {
		s.Errorf("mails for an order that is held: %v", mails)
	}
	s.deliver(disputed.dispute("closed", "won"), http.StatusOK)
	s.settled(disputed.id, "sent")
	s.wantReceiptAnd(disputed.id, "download")
}

// jitter is more than the first few pauses between two tries differ from order to order.
const jitter = 3 * time.Second

// sessions are the Checkout sessions that Stripe has.
func (s *shop) sessions() []session {
	s.Helper()
	var list struct{ Data []session }
	if err := s.Stripe(s.Context(), "/v1/checkout/sessions?limit=100", nil, &list); err != nil {
		s.Fatal(err)
	}
	return list.Data
}

// strike kills the storefront once, in the moment in which another program has
// answered a call that is wanted and the answer is on its way.
type strike struct {
	door  *doorman
	armed atomic.Pointer[shop]
	dead  chan struct{}
}

func newStrike(wanted func(*http.Request, []byte) bool) *strike {
	k := &strike{door: &doorman{}, dead: make(chan struct{})}
	k.door.after = func(r *http.Request, body []byte, status int) bool {
		if status != http.StatusOK || !wanted(r, body) {
			return true
		}
		s := k.armed.Swap(nil)
		if s == nil {
			return true
		}
		s.kill(stack.Storefront)
		close(k.dead)
		return false
	}
	return k
}

// before puts the door before a program.
func (k *strike) before(variable string) func(*stack.Config) {
	return func(c *stack.Config) { k.door.to = "http://" + c.Addrs[variable] }
}

func (k *strike) arm(s *shop) { k.armed.Store(s) }

// wait waits until the storefront was killed.
func (k *strike) wait(s *shop) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	select {
	case <-k.dead:
	case <-ctx.Done():
		s.Fatalf("the storefront was not struck within %s", patience)
	}
}
