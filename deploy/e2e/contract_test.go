package e2e_test

import (
	"bytes"
	"debug/buildinfo"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/database/databasetest"
)

// call is one request of the shop to Stripe, and what each side answered.
type call struct {
	method, path string
	header       http.Header
	form         url.Values
	sandbox      int
	mock         int
	mockSaid     string
}

// recorder stands where Stripe's API would: the sandbox answers, and Stripe's own
// stripe-mock, which knows the official schema, gets a copy of every request.
type recorder struct {
	sandbox, mock string // base URLs
	mu            sync.Mutex
	calls         []call
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	c := call{method: req.Method, path: req.URL.Path, header: req.Header.Clone()}
	if c.form, err = url.ParseQuery(string(body)); err != nil {
		c.mockSaid = "the body is no form: " + err.Error()
	}
	status, _, said, err := (&doorman{to: r.mock}).pass(req, body)
	if c.mock, c.mockSaid = status, c.mockSaid+string(said); err != nil {
		c.mockSaid = err.Error()
	}
	status, header, answer, err := (&doorman{to: r.sandbox}).pass(req, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	c.sandbox = status
	r.mu.Lock()
	r.calls = append(r.calls, c)
	r.mu.Unlock()
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	_, _ = io.Copy(w, bytes.NewReader(answer)) // a reader that is gone has its own error
}

// Every request that the shop makes to Stripe is one that Stripe's own schema takes,
// and carries what the contract promises.
func TestStripeTakesEveryRequest(t *testing.T) {
	t.Parallel()
	r := &recorder{mock: startStripeMock(t)}
	addr := listen(t, r)
	s := open(t, with("STRIPE_API_BASE", "http://"+addr), func(c *stack.Config) { r.sandbox = "http://" + c.Addrs[stack.VarSandbox] })
	for product, form := range map[string]url.Values{
		"security-audit": auditForm(s.TargetURL()), "compliance-audit": auditForm(s.TargetURL()),
		"redteam-audit": auditForm(s.TargetURL()), "agent-playbook": fileForm(),
	} {
		thankYou := s.payAndLeave(s.hostedAtSandbox(s.begin(product, form)))
		id, err := s.Return(t.Context(), thankYou)
		if err != nil {
			t.Fatal(err)
		}
		s.settled(id, "sent")
	}
	s.reconcile()
	r.mu.Lock()
	defer r.mu.Unlock()
	created, read, listed := 0, 0, map[string]int{}
	for _, c := range r.calls {
		if c.sandbox/100 != 2 || c.mock/100 != 2 {
			t.Errorf("%s %s: the sandbox answered %d, stripe-mock %d: %.500s", c.method, c.path, c.sandbox, c.mock, c.mockSaid)
		}
		if got := c.header.Get("Authorization"); got != "Bearer "+stack.StripeKey {
			t.Errorf("%s %s came with the authorization %q", c.method, c.path, got)
		}
		switch {
		case c.method == http.MethodPost && c.path == "/v1/checkout/sessions":
			created++
			wantPromises(t, c)
		case c.method == http.MethodGet && strings.HasPrefix(c.path, "/v1/checkout/sessions/cs_"):
			read++
		case c.method == http.MethodGet && c.form.Encode() == "":
			listed[c.path]++
		default:
			t.Errorf("a request that this test does not know: %s %s", c.method, c.path)
		}
	}
	if created != 4 || read < 4 {
		t.Errorf("%d sessions were created and %d read, want 4 and at least 4", created, read)
	}
	for _, path := range []string{"/v1/checkout/sessions", "/v1/refunds", "/v1/disputes", "/v1/webhook_endpoints", "/v1/events"} {
		if listed[path] == 0 {
			t.Errorf("%s was not listed", path)
		}
		delete(listed, path)
	}
	if len(listed) > 0 {
		t.Errorf("lists that this test does not know: %v", listed)
	}
}

// wantPromises wants the idempotency key and the whole context of the order in the
// metadata of the session, and of the payment that charges and refunds refer to.
func wantPromises(t *testing.T, c call) {
	t.Helper()
	id := c.form.Get("metadata[order_id]")
	if !strings.Contains(c.header.Get("Idempotency-Key"), id) || len(id) != 26 {
		t.Errorf("a session of order %q was created with the idempotency key %q", id, c.header.Get("Idempotency-Key"))
	}
	keys := []string{"order_id", "product", "customer_email", "contact_name"}
	if c.form.Get("metadata[product]") != "agent-playbook" {
		keys = append(keys, "tier", "target_url", "target_name")
	}
	for _, key := range keys {
		of := c.form.Get("metadata[" + key + "]")
		if of == "" {
			t.Errorf("the metadata of %s lacks %s", c.form.Get("metadata[product]"), key)
		}
		if got := c.form.Get("payment_intent_data[metadata][" + key + "]"); got != of {
			t.Errorf("the payment's metadata has %s=%q, the session's %q", key, got, of)
		}
	}
	if !strings.Contains(c.form.Get("success_url"), "/thank-you?session_id={CHECKOUT_SESSION_ID}") {
		t.Errorf("the success URL is %q", c.form.Get("success_url"))
	}
}

// hostedAtSandbox is the address of a hosted page: the sandbox names the one at which
// it was asked, and that is the recorder here.
func (s *shop) hostedAtSandbox(hosted string) string {
	s.Helper()
	u, err := url.Parse(hosted)
	if err != nil {
		s.Fatal(err)
	}
	return s.SandboxURL() + u.RequestURI()
}

// startStripeMock starts Stripe's mock of the API version that our library speaks.
func startStripeMock(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("stripe-mock")
	if err != nil {
		out, _ := exec.CommandContext(t.Context(), "go", "env", "GOPATH").Output() // without Go there is no such folder either
		path = filepath.Join(strings.TrimSpace(string(out)), "bin", "stripe-mock")
	}
	const version = "v0.183.0" // speaks 2023-10-16, as stripe-go v76 does
	const install = "stripe-mock " + version + " (go install github.com/stripe/stripe-mock@" + version + ")"
	if built, err := buildinfo.ReadFile(path); err != nil || built.Main.Version != version {
		databasetest.Missing(t, install)
	}
	addr := freeAddr(t)
	cmd := exec.Command(path, "-http-addr", addr, "-https-addr", "127.0.0.1:")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // gone already is as good
		_ = cmd.Wait()         // ended by our signal
	})
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		resp, err := http.Get("http://" + addr + "/v1/charges")
		if err != nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		_ = resp.Body.Close() // only the header is read
		return "http://" + addr
	}
	t.Fatal("stripe-mock did not start")
	return ""
}
