package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/database/databasetest"
)

// The people of the stories.
const (
	buyer  = "ada@customer.example.com"
	seller = "support@doorstep.example" // the catalogue's support address
)

// patience bounds every wait that has no limit of its own in a story.
const patience = 40 * time.Second

// resting are the states in which an order waits for somebody outside.
var resting = []string{"sent", "delivered", "failed", "held", "undeliverable", "awaiting_proof", "refunded", "expired"}

// shop is a running stack and the test that it runs for.
type shop struct {
	*stack.Stack
	*testing.T
}

// open starts the programs on free ports. At the end of the test it stops them and,
// if the test failed, shows what they logged.
func open(t *testing.T, change ...func(*stack.Config)) *shop {
	t.Helper()
	addrs, err := stack.Free()
	if err != nil {
		t.Fatal(err)
	}
	c := stack.Config{
		Bin: bin, Root: root, Dir: t.TempDir(), Addrs: addrs,
		Env: map[string]string{"SANDBOX_RETRY_SCALE": "600"}, // a minute is a tenth of a second
	}
	for _, f := range change {
		f(&c)
	}
	s, err := stack.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	sh := &shop{Stack: s, T: t}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			sh.showLogs()
		}
	})
	return sh
}

// onEach tells a story once on SQLite and once on PostgreSQL.
func onEach(t *testing.T, story func(*shop), change ...func(*stack.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(open(t, change...)) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := databasetest.PostgresURL(t)
		story(open(t, append(change, func(c *stack.Config) { c.Database = url })...))
	})
}

// in is the same shop for a subtest.
func (s *shop) in(t *testing.T) *shop { return &shop{Stack: s.Stack, T: t} }

// filesOnly leaves out what only audits need.
func filesOnly(c *stack.Config) { c.Without = []string{stack.DemoTarget, stack.AuditEngine} }

// with sets a variable.
func with(name, value string) func(*stack.Config) {
	return func(c *stack.Config) { c.Env[name] = value }
}

// lab lets the engine audit more addresses than the demo site.
func lab(addrs ...string) func(*stack.Config) {
	return func(c *stack.Config) {
		all := append([]string{c.Addrs[stack.VarTarget], c.Addrs[stack.VarTargetHTTP]}, addrs...)
		c.Env["AUDIT_LAB_TARGETS"] = strings.Join(all, ",")
	}
}

// showLogs shows the end of every log, without the lines of the test's own looking.
func (s *shop) showLogs() {
	for _, name := range stack.Programs() {
		if p := s.Process(name); p != nil {
			lines := slices.DeleteFunc(strings.Split(p.Tail(5000), "\n"), func(line string) bool {
				return strings.Contains(line, "level=INFO msg=request") && strings.Contains(line, "route=/api/orders")
			})
			s.Logf("last lines of %s:\n%s", name, strings.Join(lines[max(0, len(lines)-25):], "\n"))
		}
	}
}

// auditForm is the order form of an audit.
func auditForm(target string) url.Values {
	return url.Values{"customer_email": {buyer}, "contact_name": {"Ada Lovelace"}, "target_url": {target}, "target_name": {"Northwind Atelier"}}
}

// fileForm is the order form of a file.
func fileForm() url.Values {
	return url.Values{"customer_email": {buyer}, "contact_name": {"Ada Lovelace"}}
}

// begin posts an order form and returns the hosted page.
func (s *shop) begin(product string, form url.Values) string {
	s.Helper()
	hosted, err := s.Begin(s.Context(), product, form)
	if err != nil {
		s.Fatal(err)
	}
	return hosted
}

// payAndLeave pays, closes the tab, and returns the success URL.
func (s *shop) payAndLeave(hosted string) string {
	s.Helper()
	thankYou, err := s.PayAndLeave(s.Context(), hosted, stack.Card)
	if err != nil {
		s.Fatal(err)
	}
	return thankYou
}

// buy posts the form, pays, comes back, and returns the order's id.
func (s *shop) buy(product string, form url.Values) string {
	s.Helper()
	id, err := s.Pay(s.Context(), s.begin(product, form))
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// session is the part of a Checkout session that the stories read.
type session struct {
	ID            string            `json:"id"`
	PaymentIntent string            `json:"payment_intent"`
	PaymentStatus string            `json:"payment_status"`
	Metadata      map[string]string `json:"metadata"`
}

// session reads a hosted page's session as Stripe knows it.
func (s *shop) session(hosted string) session {
	s.Helper()
	var got session
	if err := s.Stripe(s.Context(), "/v1/checkout/sessions/"+stack.SessionID(hosted), nil, &got); err != nil {
		s.Fatal(err)
	}
	return got
}

// event reads the newest event of a type as Stripe has it, to the byte.
func (s *shop) event(kind string) (id, body string) {
	s.Helper()
	var list struct{ Data []json.RawMessage }
	if err := s.Stripe(s.Context(), "/v1/events?type="+kind, nil, &list); err != nil {
		s.Fatal(err)
	}
	if len(list.Data) == 0 {
		s.Fatalf("Stripe has no event %s", kind)
	}
	var head struct{ ID string }
	if err := json.Unmarshal(list.Data[0], &head); err != nil {
		s.Fatal(err)
	}
	return head.ID, string(list.Data[0])
}

// order reads an order as the operators see it.
func (s *shop) order(id string) stack.Order {
	s.Helper()
	o, err := s.Order(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	return o
}

// orders lists all orders' ids by state.
func (s *shop) orders() map[string]string {
	s.Helper()
	var list struct {
		Orders []struct{ ID, State string }
	}
	if err := s.Ops(s.Context(), "/api/orders?limit=1000", &list); err != nil {
		s.Fatal(err)
	}
	all := map[string]string{}
	for _, o := range list.Orders {
		all[o.ID] = o.State
	}
	return all
}

// mails are the mails of a template for an order ("": of any).
func (s *shop) mails(id, template string) []stack.Mail {
	s.Helper()
	list, err := s.Mails(id, template)
	if err != nil {
		s.Fatal(err)
	}
	return list
}

// wantReceiptAnd wants one receipt, one mail with the goods, and no other mail to
// eventually waits until ok, and fails the test when it takes too long.
func (s *shop) eventually(what string, ok func() bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			s.Fatalf("not within %s: %s", patience, what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// switches turns faults of the sandbox on and off.
func (s *shop) switches(change map[string]any) {
	s.Helper()
	if err := s.Control(s.Context(), "/sandbox/switches", change, nil); err != nil {
		s.Fatal(err)
	}
}

// delivered waits until the sandbox has nothing left to deliver and returns the
// answers that it got for an event.
func (s *shop) delivered(event string, atLeast int) (statuses []int) {
	s.Helper()
	s.eventually(fmt.Sprintf("the event %s is delivered %d times", event, atLeast), func() bool {
		var log struct {
			Pending, Held int
			Deliveries    []struct{ Status int }
		}
		if err := s.Control(s.Context(), "/sandbox/deliveries?event="+event, nil, &log); err != nil {
			s.Fatal(err)
		}
		statuses = nil
		for _, d := range log.Deliveries {
			statuses = append(statuses, d.Status)
		}
		return log.Pending+log.Held == 0 && len(statuses) >= atLeast
	})
	return statuses
}

// removeDatabase deletes an SQLite database with its side files.
func (s *shop) removeDatabase(name string) {
	s.Helper()
	files, err := filepath.Glob(filepath.Join(s.Dir, name+"*"))
	if err != nil || len(files) == 0 {
		s.Fatalf("no database %s to delete (%v)", name, err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			s.Fatal(err)
		}
	}
}
