package auditapi_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/auditapi/auditapitest"
	"doorstep.example/pkg/errs"
)

var request = auditapi.Request{
	TargetURL: "https://shop.example/", TargetName: "Shop", Tier: auditapi.TierAutomated,
	OrderID: "order-1", ReportID: "report-1", Seller: auditapi.Seller{Name: "Seller"}, VerifyURL: "https://seller.example/verify/report-1",
}

func TestAudit(t *testing.T) {
	t.Parallel()
	engine := auditapitest.New(t)
	var steps []int
	report, pdf, err := engine.Client().Audit(t.Context(), request, func(e auditapi.Event) {
		if e.Event != auditapi.EventProgress || e.Check == "" || e.Title == "" || e.Total != auditapitest.Steps {
			t.Errorf("progress = %+v", e)
		}
		steps = append(steps, e.Done)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := auditapitest.Report()
	want.ReportID, want.OrderID, want.Tier, want.Target, want.TargetName = "report-1", "order-1", "automated", request.TargetURL, "Shop"
	want.Seller, want.VerifyURL = request.Seller, request.VerifyURL
	if diff := cmp.Diff(want, *report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if !bytes.Equal(pdf, auditapitest.PDF()) {
		t.Errorf("pdf = %d bytes", len(pdf))
	}
	if diff := cmp.Diff([]int{1, 2, 3}, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]auditapi.Request{request}, engine.Requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAuditErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		fault     auditapitest.Fault
		kind      errs.Kind
		code      string
		permanent bool
		after     time.Duration
	}{
		{"refused", auditapitest.Fault{Status: 422, Code: auditapi.CodeForbiddenAddress}, errs.Unprocessable, auditapi.CodeForbiddenAddress, true, 0},
		{"not proven", auditapitest.Fault{Status: 403, Code: auditapi.CodeOwnershipUnproven}, errs.Forbidden, auditapi.CodeOwnershipUnproven, true, 0},
		{"busy", auditapitest.Fault{Status: 503, Code: auditapi.CodeBusy, RetryAfter: 15 * time.Second}, errs.Unavailable, auditapi.CodeBusy, false, 15 * time.Second},
		{"fault of the engine", auditapitest.Fault{Status: 500}, errs.Internal, "", false, 0},
		{"refused in the stream", auditapitest.Fault{Event: &auditapi.Event{Event: auditapi.EventError, Code: auditapi.CodeUnreachable, Message: "no answer", Permanent: true}}, errs.Unprocessable, auditapi.CodeUnreachable, true, 0},
		{"not proven in the stream", auditapitest.Fault{Event: &auditapi.Event{Event: auditapi.EventError, Code: auditapi.CodeOwnershipUnproven, Permanent: true}}, errs.Forbidden, auditapi.CodeOwnershipUnproven, true, 0},
		{"busy in the stream", auditapitest.Fault{Event: &auditapi.Event{Event: auditapi.EventError, Code: auditapi.CodeBusy}}, errs.Unavailable, auditapi.CodeBusy, false, 0},
		{"a result without report", auditapitest.Fault{Event: &auditapi.Event{Event: auditapi.EventResult}}, errs.Unavailable, "", false, 0},
		{"connection cut", auditapitest.Fault{Cut: true}, errs.Unavailable, "", false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			engine := auditapitest.New(t)
			engine.Fail(1, test.fault)
			report, pdf, err := engine.Client().Audit(t.Context(), request, nil)
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || report != nil || pdf != nil {
				t.Fatalf("Audit = %v, %d bytes, %v; want an *errs.Error alone", report, len(pdf), err)
			}
			if e.Kind != test.kind || e.Code != test.code || errs.Permanent(e) != test.permanent || e.RetryAfter != test.after {
				t.Errorf("kind %d, code %q, permanent %v, after %s; want %d, %q, %v, %s", e.Kind, e.Code, errs.Permanent(e), e.RetryAfter, test.kind, test.code, test.permanent, test.after)
			}
			if _, _, err := engine.Client().Audit(t.Context(), request, nil); err != nil {
				t.Errorf("the next audit: %v", err)
			}
		})
	}
}

// TestAuditEndsInTime: the limit holds whatever the engine does.
func TestAuditEndsInTime(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	endlessLine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1024)); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	}))
	t.Cleanup(func() { endlessLine.CloseClientConnections(); endlessLine.Close() })
	for name, url := range map[string]string{
		"hangs":         hanging(t, auditapitest.Fault{Hang: true}),
		"drips":         hanging(t, auditapitest.Fault{Drip: true}),
		"never answers": "http://" + silent.Addr().String(),
		"endless line":  endlessLine.URL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := auditapi.Client{BaseURL: url, Token: auditapitest.Token, Timeout: 300 * time.Millisecond}
			started := time.Now()
			_, _, err := client.Audit(t.Context(), request, nil)
			if took := time.Since(started); took > 5*time.Second {
				t.Errorf("took %s, the limit is %s", took, client.Timeout)
			}
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Kind != errs.Unavailable || e.Code != auditapi.CodeTimeout {
				t.Errorf("error = %v, want Unavailable with code timeout", err)
			}
		})
	}
}

func hanging(t *testing.T, f auditapitest.Fault) string {
	engine := auditapitest.New(t)
	engine.Fail(1, f)
	return engine.URL
}

func TestAuditHangsUpWithItsCaller(t *testing.T) {
	t.Parallel()
	engine := auditapitest.New(t)
	engine.Fail(1, auditapitest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, _, err := engine.Client().Audit(ctx, request, nil)
		ended <- err
	}()
	engine.Await(t, "the request", func(s *auditapitest.Server) bool { return len(s.Requests()) == 1 })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want the cancellation", err)
	}
	engine.Await(t, "the hang-up", func(s *auditapitest.Server) bool { return s.Left() == 1 })
}

func TestReleaseLetsTheAuditSucceed(t *testing.T) {
	t.Parallel()
	engine := auditapitest.New(t)
	engine.Fail(1, auditapitest.Fault{Status: 503})
	engine.Heal()
	engine.Fail(1, auditapitest.Fault{Hang: true})
	engine.Succeed(auditapi.Report{Grade: "F"}, []byte("%PDF-own"))
	ended := make(chan string, 1)
	go func() {
		report, pdf, err := engine.Client().Audit(t.Context(), request, nil)
		if err != nil {
			ended <- err.Error()
			return
		}
		ended <- report.Grade + string(pdf)
	}()
	engine.Await(t, "the request", func(s *auditapitest.Server) bool { return len(s.Requests()) == 1 })
	engine.Release()
	if got := <-ended; got != "F%PDF-own" {
		t.Errorf("audit = %s", got)
	}
}

func TestWrongToken(t *testing.T) {
	t.Parallel()
	client := auditapitest.New(t).Client()
	client.Token = "something else"
	_, _, err := client.Audit(t.Context(), request, nil)
	if errs.KindOf(err) != errs.Unauthorized {
		t.Errorf("error = %v", err)
	}
	client.BaseURL = "http://127.0.0.1:1"
	if _, _, err := client.Audit(t.Context(), request, nil); errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("error of a dead engine = %v", err)
	}
}
