package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/scan"
)

const token = "test-token-0123"

var example = auditapi.Report{ReportID: "r-1", Target: "https://shop.example/", Grade: "A", Score: 97, Findings: []auditapi.Finding{}}

// serve starts an engine whose audits are run by f, and whose PDFs by render.
func serve(t *testing.T, f Scan, render func(auditapi.Report) ([]byte, error)) *httptest.Server {
	t.Helper()
	if render == nil {
		render = func(r auditapi.Report) ([]byte, error) { return []byte("%PDF " + r.ReportID), nil }
	}
	log := slog.New(slog.DiscardHandler)
	e := service.NewEcho(service.EchoConfig{Log: log, Metrics: service.NewMetrics()})
	Register(e, Config{Log: log, Token: token, Scan: f, Render: render})
	server := httptest.NewServer(e)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server
}

func succeed(_ context.Context, r auditapi.Request, progress func(scan.Progress)) (auditapi.Report, error) {
	if progress != nil {
		progress(scan.Progress{Check: "page", Title: "Opening the page", Done: 1, Total: 2})
		progress(scan.Progress{Check: "hsts", Title: "HSTS", Done: 2, Total: 2})
	}
	report := example
	report.ReportID = r.ReportID
	return report, nil
}

func failWith(err error) Scan {
	return func(context.Context, auditapi.Request, func(scan.Progress)) (auditapi.Report, error) {
		return auditapi.Report{}, err
	}
}

const goodBody = `{"target_url":"https://shop.example/","target_name":"Shop","tier":"automated","order_id":"o-1","report_id":"r-1"}`

func post(t *testing.T, server *httptest.Server, query, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/audit"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(answer)
}

func TestFormats(t *testing.T) {
	t.Parallel()
	server := serve(t, succeed, nil)
	for _, test := range []struct{ query, mediaType, content string }{
		{"", "application/pdf", "%PDF r-1"},
		{"?format=pdf", "application/pdf", "%PDF r-1"},
		{"?format=json", "application/json", `"report_id":"r-1"`},
		{"?format=sarif", "application/sarif+json", `"version": "2.1.0"`},
	} {
		resp, body := post(t, server, test.query, goodBody)
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != test.mediaType || !strings.Contains(body, test.content) {
			t.Errorf("%q: %d %s %s", test.query, resp.StatusCode, resp.Header.Get("Content-Type"), body)
		}
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	server := serve(t, func(context.Context, auditapi.Request, func(scan.Progress)) (auditapi.Report, error) {
		t.Error("a bad request was scanned")
		return auditapi.Report{}, nil
	}, nil)
	for name, test := range map[string]struct {
		query, body string
		status      int
		want        string
	}{
		"format":         {"?format=docx", goodBody, 400, "format"},
		"empty":          {"", "", 400, "JSON"},
		"not json":       {"", "target=1", 400, "JSON"},
		"two objects":    {"", goodBody + goodBody, 400, "nothing after"},
		"no target":      {"", `{"tier":"automated"}`, 400, `"target_url":"is required"`},
		"no tier":        {"", `{"target_url":"https://a.example"}`, 400, `"tier"`},
		"tier":           {"", `{"target_url":"https://a.example","tier":"gold"}`, 400, `"tier"`},
		"ids":            {"", `{"target_url":"https://a.example","tier":"automated","order_id":"a b","report_id":"` + strings.Repeat("x", 65) + `"}`, 400, `"report_id"`},
		"seller":         {"", `{"target_url":"https://a.example","tier":"automated","seller":{"color":"red","url":"javascript:1"}}`, 400, `"seller.color"`},
		"verify address": {"", `{"target_url":"https://a.example","tier":"automated","verify_url":"//x"}`, 400, `"verify_url"`},
		"long name":      {"", `{"target_url":"https://a.example","tier":"automated","target_name":"` + strings.Repeat("x", 201) + `"}`, 400, `"target_name"`},
		"too large":      {"", `{"target_url":"` + strings.Repeat("x", 70<<10) + `"}`, 413, "longer"},
	} {
		resp, body := post(t, server, test.query, test.body)
		if resp.StatusCode != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %s; want %d with %s", name, resp.StatusCode, body, test.status, test.want)
		}
	}
	for _, authorization := range []string{"", "Bearer wrong", token} {
		if resp, _ := post(t, server, "", goodBody, "Authorization", authorization); resp.StatusCode != 401 {
			t.Errorf("authorization %q: %d", authorization, resp.StatusCode)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		err        error
		status     int
		code       string
		permanent  bool
		retryAfter string
	}{
		{"refusal", &errs.Error{Kind: errs.Unprocessable, Code: auditapi.CodeZone, Message: "A zone."}, 422, auditapi.CodeZone, true, ""},
		{"no proof", &errs.Error{Kind: errs.Forbidden, Code: auditapi.CodeOwnershipUnproven, Message: "No proof."}, 403, auditapi.CodeOwnershipUnproven, true, ""},
		{"busy", &errs.Error{Kind: errs.Unavailable, Code: auditapi.CodeBusy, Message: "Busy.", RetryAfter: 15 * time.Second}, 503, auditapi.CodeBusy, false, "15"},
		{"bug", errors.New("internal detail"), 500, "", false, ""},
	} {
		server := serve(t, failWith(test.err), nil)
		for _, accept := range []string{"*/*", "application/x-ndjson"} {
			resp, body := post(t, server, "?format=json", goodBody, "Accept", accept)
			var got struct {
				Event, Code, Message string
				Permanent            *bool
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Errorf("%s: %q", test.name, body)
			}
			if resp.StatusCode != test.status || got.Code != test.code || got.Message == "" || resp.Header.Get("Retry-After") != test.retryAfter || strings.Contains(body, "internal detail") {
				t.Errorf("%s, %s: %d %v %s", test.name, accept, resp.StatusCode, resp.Header, body)
			}
			if accept != "*/*" && (got.Event != auditapi.EventError || got.Permanent == nil || *got.Permanent != test.permanent || resp.Header.Get("Content-Type") != ndjson) {
				t.Errorf("%s: line %s, want an error event with permanent=%v", test.name, body, test.permanent)
			}
		}
	}
}

// TestClientAndServerAgree runs the storefront's client against this server.
func TestClientAndServerAgree(t *testing.T) {
	t.Parallel()
	server := serve(t, succeed, nil)
	client := auditapi.Client{BaseURL: server.URL, Token: token}
	request := auditapi.Request{TargetURL: "https://shop.example/", Tier: auditapi.TierAutomated, ReportID: "r-9"}
	var seen []auditapi.Event
	report, pdf, err := client.Audit(t.Context(), request, func(e auditapi.Event) { seen = append(seen, e) })
	if err != nil || report.ReportID != "r-9" || string(pdf) != "%PDF r-9" {
		t.Fatalf("Audit = %v, %q, %v", report, pdf, err)
	}
	want := []auditapi.Event{
		{Event: "progress", Check: "page", Title: "Opening the page", Done: 1, Total: 2},
		{Event: "progress", Check: "hsts", Title: "HSTS", Done: 2, Total: 2},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	for _, kind := range []errs.Kind{errs.Unprocessable, errs.Forbidden, errs.Unavailable} {
		early := &errs.Error{Kind: kind, Code: auditapi.CodeOwnershipUnproven, Message: "No."}
		late := func(ctx context.Context, r auditapi.Request, progress func(scan.Progress)) (auditapi.Report, error) {
			progress(scan.Progress{Check: "page", Done: 1, Total: 2})
			return auditapi.Report{}, early
		}
		if kind != errs.Forbidden {
			early.Code = auditapi.CodeUnreachable
		}
		for name, f := range map[string]Scan{"before progress": failWith(early), "after progress": late} {
			client.BaseURL = serve(t, f, nil).URL
			if _, _, err := client.Audit(t.Context(), request, nil); errs.KindOf(err) != kind || errs.From(err).Code != early.Code {
				t.Errorf("%s: %v, want kind %d", name, err, kind)
			}
		}
	}
}

func TestProgressComesAtOnce(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := serve(t, func(ctx context.Context, r auditapi.Request, progress func(scan.Progress)) (auditapi.Report, error) {
		progress(scan.Progress{Check: "page", Title: "Opening the page", Done: 1, Total: 1})
		<-release
		return succeed(ctx, r, nil)
	}, nil)
	_, _, err := auditapi.Client{BaseURL: server.URL, Token: token}.Audit(t.Context(),
		auditapi.Request{TargetURL: "https://shop.example/", Tier: auditapi.TierAutomated}, func(auditapi.Event) { close(release) })
	if err != nil {
		t.Error(err)
	}
}

func TestRenderFaults(t *testing.T) {
	t.Parallel()
	for name, render := range map[string]func(auditapi.Report) ([]byte, error){
		"error": func(auditapi.Report) ([]byte, error) { return nil, errors.New("internal detail") },
		"panic": func(auditapi.Report) ([]byte, error) { panic("internal detail") },
	} {
		server := serve(t, succeed, render)
		if resp, body := post(t, server, "", goodBody); resp.StatusCode != 500 || strings.Contains(body, "internal") {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
		resp, body := post(t, server, "", goodBody, "Accept", ndjson)
		lines := strings.Split(strings.TrimSpace(body), "\n")
		if last := lines[len(lines)-1]; resp.StatusCode != 200 || !strings.Contains(last, `"event":"error"`) || strings.Contains(last, `"permanent":true`) || strings.Contains(last, "internal") {
			t.Errorf("%s: %d %s", name, resp.StatusCode, last)
		}
		if resp, _ := post(t, server, "?format=json", goodBody); resp.StatusCode != 200 {
			t.Errorf("%s: the report as JSON needs no PDF, got %d", name, resp.StatusCode)
		}
	}
}

func TestACallerWhoHangsUpStopsTheScan(t *testing.T) {
	t.Parallel()
	started, ended := make(chan struct{}), make(chan struct{})
	server := serve(t, func(ctx context.Context, _ auditapi.Request, _ func(scan.Progress)) (auditapi.Report, error) {
		close(started)
		<-ctx.Done()
		close(ended)
		return auditapi.Report{}, ctx.Err()
	}, nil)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "POST /api/audit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+"\r\nContent-Length: 59\r\n\r\n"+`{"target_url":"https://a.example.com/","tier":"automated"}  `)
	if err != nil {
		t.Fatal(err)
	}
	<-started
	conn.Close()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("the scan goes on")
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	server := serve(t, succeed, nil)
	resp, err := http.Get(server.URL + "/api/checks")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var list []auditapi.Check
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil || len(list) != len(check.All()) {
		t.Fatalf("%d checks, %v", len(list), err)
	}
	for _, c := range list {
		if c.ID == "" || c.Title == "" || c.Area == "" || len(c.Controls) == 0 || !slices.Contains(auditapi.Severities(), c.Severity) || !slices.Contains(c.Tiers, auditapi.TierRedTeam) {
			t.Errorf("check = %+v", c)
		}
	}
}
