package mailapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/mailapi/mailapitest"
)

func receipt(t *testing.T, to string) mailapi.Send {
	t.Helper()
	data, err := json.Marshal(mailapi.Receipt{PromiseSeconds: 600, Order: mailapi.Order{ID: "o1"}})
	if err != nil {
		t.Fatal(err)
	}
	return mailapi.Send{To: to, Template: mailapi.TemplateReceipt, OrderID: "o1", Data: data,
		Attachments: []mailapi.Attachment{{Filename: "a.pdf", ContentType: "application/pdf", Content: []byte{0, 1, 2, 255}}}}
}

func TestSendOnceForOneKey(t *testing.T) {
	t.Parallel()
	s := mailapitest.New(t)
	want := receipt(t, "ada@example.com")
	ids := make([]string, 5)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			m, err := s.Client().Send(t.Context(), "key-1", want)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = m.ID
		})
	}
	group.Wait()
	sent := s.Wait(t, 1)
	if len(sent) != 1 || sent[0].Tries != 5 {
		t.Fatalf("%d mails, %+v; want 1 after 5 tries", len(sent), sent)
	}
	if diff := cmp.Diff(want, sent[0].Request); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	for _, id := range ids {
		if id != sent[0].Message.ID {
			t.Errorf("ids = %v", ids)
		}
	}
	var data mailapi.Receipt
	sent[0].Decode(t, &data)
	if data.Order.ID != "o1" {
		t.Errorf("data = %+v", data)
	}
	if _, err := s.Client().Send(t.Context(), "key-1", receipt(t, "eve@example.com")); errs.KindOf(err) != errs.Conflict {
		t.Errorf("another mail under the same key: %v, want a conflict", err)
	}
}

func TestSendErrors(t *testing.T) {
	t.Parallel()
	s := mailapitest.New(t)
	s.Fail(1, mailapitest.Fault{Status: 422, Code: "refused", Message: "no such mailbox"})
	s.Fail(1, mailapitest.Fault{Status: 503, Message: "later", RetryAfter: 7 * time.Second})
	s.Fail(1, mailapitest.Fault{Status: 500})
	for _, want := range []struct {
		kind      errs.Kind
		permanent bool
		after     time.Duration
	}{
		{errs.Unprocessable, true, 0},
		{errs.Unavailable, false, 7 * time.Second},
		{errs.Internal, false, 0},
	} {
		_, err := s.Client().Send(t.Context(), "key", receipt(t, "ada@example.com"))
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Kind != want.kind || errs.Permanent(err) != want.permanent || e.RetryAfter != want.after {
			t.Errorf("Send = %v, want kind %v, permanent %v, after %v", err, want.kind, want.permanent, want.after)
		}
	}
	if n := len(s.Sent()); n != 0 {
		t.Errorf("%d mails were taken", n)
	}
	wrong := s.Client()
	wrong.Token = "wrong-token"
	if _, err := wrong.Send(t.Context(), "key", receipt(t, "ada@example.com")); errs.KindOf(err) != errs.Unauthorized {
		t.Errorf("wrong token: %v", err)
	}
	if _, err := s.Client().Send(t.Context(), "", receipt(t, "ada@example.com")); errs.KindOf(err) != errs.Invalid {
		t.Errorf("no key: %v", err)
	}
}

func TestTakenThenCut(t *testing.T) {
	t.Parallel()
	s := mailapitest.New(t)
	s.Fail(1, mailapitest.Fault{Cut: true})
	if _, err := s.Client().Send(t.Context(), "key", receipt(t, "ada@example.com")); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("cut: %v, want unavailable", err)
	}
	if _, err := s.Client().Send(t.Context(), "key", receipt(t, "ada@example.com")); err != nil {
		t.Error(err)
	}
	if n := len(s.Sent()); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

func TestHangEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := mailapitest.New(t)
	s.Fail(1, mailapitest.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Client().Send(ctx, "key", receipt(t, "ada@example.com")); errs.KindOf(err) != errs.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v", err)
	}
}

func TestMessageFollowsItsState(t *testing.T) {
	t.Parallel()
	s := mailapitest.New(t)
	m, err := s.Client().Send(t.Context(), "key", receipt(t, "ada@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	s.SetState(t, m.ID, mailapi.StateBounced, "mailbox full")
	got, err := s.Client().Message(t.Context(), m.ID)
	if err != nil || got.State != mailapi.StateBounced || !got.Confirms || len(got.History) != 2 || got.History[1].Detail != "mailbox full" {
		t.Errorf("message = %+v, %v", got, err)
	}
	if _, err := s.Client().Message(t.Context(), "../none"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("unknown id: %v", err)
	}
}
