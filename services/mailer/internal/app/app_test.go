package app

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/mailer/internal/transport/transporttest"
)

const token = "app-test-token"

var webhookKey = []byte("a webhook key of many bytes")

// running is a wired mailer behind HTTP.
type running struct {
	mailapi.Client
	outbox string
	log    *bytes.Buffer
}

// start runs a mailer with the variables in env.
func start(t *testing.T, env map[string]string) *running {
	t.Helper()
	dir := t.TempDir()
	set := map[string]string{
		"INTERNAL_TOKEN": token, "OUTBOX_DIR": filepath.Join(dir, "outbox"), "MAILER_DATABASE_URL": databasetest.SQLiteURL(t),
		"RESEND_API_KEY": transporttest.APIKey, "RESEND_WEBHOOK_SECRET": "whsec_" + base64.StdEncoding.EncodeToString(webhookKey),
	}
	for name, value := range env {
		set[name] = value
	}
	for name, value := range set {
		t.Setenv(name, value)
	}
	var c Config
	if err := config.Load(&c); err != nil {
		t.Fatal(err)
	}
	log := &safeBuffer{}
	a, err := New(t.Context(), &c, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler)
	t.Cleanup(func() { server.Close(); a.Close() })
	return &running{Client: mailapi.Client{BaseURL: server.URL, Token: token}, outbox: set["OUTBOX_DIR"], log: &log.Buffer}
}

type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func report(t *testing.T) mailapi.Send {
	t.Helper()
	data, err := os.ReadFile("../template/testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	return mailapi.Send{To: "ada@example.com", Template: mailapi.TemplateReport, OrderID: "01jd4w8zq5r7t9v2x4y6a8c0e2", Data: data,
		Attachments: []mailapi.Attachment{{Filename: "audit.pdf", ContentType: "application/pdf", Content: bytes.Repeat([]byte("%PDF"), 100)}}}
}

// post sends a signed report of Resend and returns the status.
func (r *running) post(t *testing.T, id, body string) int {
	t.Helper()
	stamp := fmt.Sprint(time.Now().Unix())
	mac := hmac.New(sha256.New, webhookKey)
	fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.BaseURL+"/webhooks/resend", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("svix-id", id)
	req.Header.Set("svix-timestamp", stamp)
	req.Header.Set("svix-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	status, _ := do(t, req)
	return status
}

func do(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestOutboxEndToEnd(t *testing.T) {
	r := start(t, nil)
	for range 3 {
		m, err := r.Send(t.Context(), "order-1/report", report(t))
		if err != nil || m.State != mailapi.StateAccepted || m.Provider != "outbox" || m.Confirms {
			t.Fatalf("Send = %+v, %v", m, err)
		}
		if got, err := r.Message(t.Context(), m.ID); err != nil || got.State != m.State {
			t.Errorf("Message = %+v, %v", got, err)
		}
	}
	files, err := os.ReadDir(r.outbox)
	if err != nil || len(files) != 1 || !strings.HasSuffix(files[0].Name(), ".eml") {
		t.Fatalf("outbox = %v, %v; want one .eml", files, err)
	}
	if strings.Contains(r.log.String(), "ada@example.com") {
		t.Errorf("the log names the recipient:\n%s", r.log)
	}
}

func TestResendEndToEnd(t *testing.T) {
	fake := transporttest.NewResend(t)
	r := start(t, map[string]string{"MAIL_TRANSPORT": "resend", "RESEND_API_BASE": fake.URL})
	fake.Fail(transporttest.Fault{Taken: true, Cut: true}, transporttest.Fault{Status: 429, RetryAfter: "7"})
	for _, after := range []time.Duration{15 * time.Second, 7 * time.Second} {
		_, err := r.Send(t.Context(), "order-1/report", report(t))
		if e := errs.From(err); e.Kind != errs.Unavailable || e.RetryAfter != after {
			t.Errorf("Send = %v after %v, want unavailable after %v", err, e.RetryAfter, after)
		}
	}
	m, err := r.Send(t.Context(), "order-1/report", report(t))
	if err != nil || m.State != mailapi.StateAccepted || !m.Confirms || m.ProviderID != "resend-1" {
		t.Fatalf("Send = %+v, %v", m, err)
	}
	if mails := fake.Mails(); len(mails) != 1 || mails[0].Key != "order-1/report" || mails[0].Count != 2 {
		t.Errorf("Resend has %d mails: %+v", len(mails), mails)
	}
	delivered := `{"type":"email.delivered","data":{"email_id":"resend-1","to":["ada@example.com"]}}`
	for range 2 {
		if status := r.post(t, "svix-1", delivered); status != http.StatusOK {
			t.Fatalf("report = %d", status)
		}
	}
	bounced := `{"type":"email.bounced","data":{"email_id":"resend-1","to":["ada@example.com"],"bounce":{"type":"Permanent","message":"<ada@example.com> is unknown"}}}`
	for id, body := range map[string]string{"svix-3": `{"type":"email.opened","data":{"email_id":"resend-1"}}`, "svix-4": `{"type":"contact.created","data":{"id":7}}`, "svix-2": bounced} {
		if status := r.post(t, id, body); status != http.StatusOK {
			t.Errorf("report %s = %d", id, status)
		}
	}
	got, err := r.Message(t.Context(), m.ID)
	if err != nil || got.State != mailapi.StateBounced {
		t.Fatalf("Message = %+v, %v", got, err)
	}
	raw, err := json.Marshal(got)
	if err != nil || bytes.Contains(raw, []byte("ada@example.com")) || bytes.Count(raw, []byte(`"state":"delivered"`)) != 1 {
		t.Errorf("history: %s", raw)
	}
}

func TestReportBeforeTheAnswerWasHeard(t *testing.T) {
	fake := transporttest.NewResend(t)
	r := start(t, map[string]string{"MAIL_TRANSPORT": "resend", "RESEND_API_BASE": fake.URL})
	fake.Fail(transporttest.Fault{Taken: true, Cut: true})
	if _, err := r.Send(t.Context(), "key", report(t)); errs.KindOf(err) != errs.Unavailable {
		t.Fatalf("Send = %v", err)
	}
	var sent struct {
		Tags json.RawMessage `json:"tags"`
	}
	if err := json.Unmarshal(fake.Mails()[0].Body, &sent); err != nil {
		t.Fatal(err)
	}
	if status := r.post(t, "svix-1", fmt.Sprintf(`{"type":"email.delivered","data":{"email_id":"resend-1","tags":%s}}`, sent.Tags)); status != http.StatusOK {
		t.Fatalf("report = %d", status)
	}
	m, err := r.Send(t.Context(), "key", report(t))
	if err != nil || m.State != mailapi.StateDelivered || fake.Mails()[0].Count != 1 {
		t.Errorf("Send = %+v, %v after %d requests; the report had settled it", m, err, fake.Mails()[0].Count)
	}
}

func TestFallbackToOutbox(t *testing.T) {
	fake := transporttest.NewResend(t)
	r := start(t, map[string]string{"MAIL_TRANSPORT": "resend", "MAIL_FALLBACK": "outbox", "RESEND_API_BASE": fake.URL})
	fake.Fail(transporttest.Fault{Status: 500})
	m, err := r.Send(t.Context(), "key", report(t))
	if err != nil || m.Provider != "outbox" || m.Confirms {
		t.Errorf("Send = %+v, %v", m, err)
	}
}

func TestSMTPEndToEnd(t *testing.T) {
	sink := transporttest.NewSMTP(t, transporttest.Plain, nil)
	r := start(t, map[string]string{"MAIL_TRANSPORT": "smtp", "SMTP_URL": "smtp://" + sink.Addr})
	sink.CutAfterDot = 2
	if _, err := r.Send(t.Context(), "key", report(t)); errs.KindOf(err) != errs.Unavailable {
		t.Fatalf("first = %v", err)
	}
	for range 2 {
		m, err := r.Send(t.Context(), "key", report(t))
		if err != nil || m.State != mailapi.StateAmbiguous {
			t.Errorf("Send = %+v, %v", m, err)
		}
	}
	mails := sink.Mails()
	if len(mails) != 2 || !bytes.Equal(mails[0].Raw, mails[1].Raw) {
		t.Errorf("%d mails; want 2 of the same bytes", len(mails))
	}
}

func TestHTTP(t *testing.T) {
	r := start(t, nil)
	request := func(method, path, auth, key, body string) *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), method, r.BaseURL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", auth)
		req.Header.Set("Idempotency-Key", key)
		return req
	}
	const bearer = "Bearer " + token
	for name, test := range map[string]struct {
		req  *http.Request
		want int
	}{
		"no token":          {request("POST", "/api/messages", "", "k", "{}"), 401},
		"wrong token":       {request("POST", "/api/messages", "Bearer other-token", "k", "{}"), 401},
		"message, no token": {request("GET", "/api/messages/x", "", "", ""), 401},
		"unknown message":   {request("GET", "/api/messages/x", bearer, "", ""), 404},
		"not JSON":          {request("POST", "/api/messages", bearer, "k", "{"), 400},
		"unknown field":     {request("POST", "/api/messages", bearer, "k", `{"bcc":"x@example.com"}`), 400},
		"two mails":         {request("POST", "/api/messages", bearer, "k", `{}{}`), 400},
		"no key":            {request("POST", "/api/messages", bearer, "", `{}`), 400},
		"nothing asked for": {request("POST", "/api/messages", bearer, "k", `{}`), 422},
		"too large":         {request("POST", "/api/messages", bearer, "k", `{"to":"`+strings.Repeat("x", 23<<20)+`"}`), 413},
		// What 16 MiB of attachments need is read, and found to be no JSON.
		"as large as it gets": {request("POST", "/api/messages", bearer, "k", strings.Repeat("x", 16<<20*4/3+100<<10)), 400},
		"wrong method":        {request("PUT", "/api/messages", bearer, "k", ""), 405},
		"report, unsigned":    {request("POST", "/webhooks/resend", "", "", `{"type":"email.bounced"}`), 400},
		"report, too large":   {request("POST", "/webhooks/resend", "", "", strings.Repeat("x", 600<<10)), 413},
		"report, by reading":  {request("GET", "/webhooks/resend", "", "", ""), 405},
		"healthy":             {request("GET", "/healthz", "", "", ""), 200},
		"ready":               {request("GET", "/readyz", "", "", ""), 200},
		"figures":             {request("GET", "/metrics", "", "", ""), 200},
	} {
		if status, body := do(t, test.req); status != test.want {
			t.Errorf("%s: %d, want %d: %s", name, status, test.want, body)
		}
	}
	if err := os.RemoveAll(r.outbox); err != nil {
		t.Fatal(err)
	}
	if status, body := do(t, request("GET", "/readyz", "", "", "")); status != 503 || !strings.Contains(body, "outbox") {
		t.Errorf("readyz without an outbox: %d %s", status, body)
	}
}
