package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// deliver posts a rightly signed event and wants status.
func (s *shop) deliver(body string, status int) {
	s.Helper()
	s.deliverSigned(body, stack.Sign(body, time.Now(), stack.WebhookSecret), status)
}

// deliverSigned posts an event with any signature and wants status.
func (s *shop) deliverSigned(body, signature string, status int) {
	s.Helper()
	got, err := s.Deliver(s.Context(), body, signature)
	if err != nil || got != status {
		s.Errorf("the webhook answered %d (%v), want %d", got, err, status)
	}
}

// settled follows the order until it rests, and wants it to rest in state.
func (s *shop) settled(id, state string) stack.Order {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	o, err := s.Follow(ctx, id, nil, resting...)
	if err != nil {
		s.Fatal(err)
	}
	if o.State != state {
		s.Fatalf("the order ended as %s, want %s; its timeline:\n%s", o.State, state, story(o))
	}
	return o
}

// story is the timeline for people.
func story(o stack.Order) string {
	var b strings.Builder
	for _, e := range o.Timeline {
		fmt.Fprintf(&b, "  %s %-8s %s → %s  %s\n", e.At.Format(time.RFC3339Nano), e.Kind, e.From, e.To, e.Detail)
	}
	return b.String()
}

// states are the states of an order in the order in which it came to them.
func states(o stack.Order) []string {
	var list []string
	for _, e := range o.Timeline {
		if e.Kind == "state" {
			list = append(list, e.To)
		}
	}
	return list
}

// wantStates wants the whole way of an order.
func (s *shop) wantStates(o stack.Order, want ...string) {
	s.Helper()
	if got := states(o); !slices.Equal(got, want) {
		s.Errorf("the order went %s, want %s", strings.Join(got, " → "), strings.Join(want, " → "))
	}
}

// oneMail wants exactly one mail of a template, to the address.
func (s *shop) oneMail(id, template, to string) stack.Mail {
	s.Helper()
	list := s.mails(id, template)
	if len(list) != 1 {
		s.Fatalf("%d mails %q for the order, want one", len(list), template)
	}
	if !strings.Contains(list[0].To, to) {
		s.Errorf("the mail %q went to %s, want %s", template, list[0].To, to)
	}
	return list[0]
}

// the buyer.
func (s *shop) wantReceiptAnd(id, template string) stack.Mail {
	s.Helper()
	s.eventually("the receipt is in the outbox", func() bool { return len(s.mails(id, "receipt")) > 0 })
	s.oneMail(id, "receipt", buyer)
	goods := s.oneMail(id, template, buyer)
	for _, m := range s.mails(id, "") {
		if m.Template != "receipt" && m.Template != template && m.Template != "alert" {
			s.Errorf("a mail %q was sent, too: %s", m.Template, m.Subject)
		}
	}
	return goods
}

// alert returns the order's alert of a reason, or of one that begins with "reason:".
func alert(o stack.Order, reason string) (state string, found bool) {
	for _, a := range o.Alerts {
		if a.Reason == reason || strings.HasPrefix(a.Reason, reason+":") {
			return a.State, true
		}
	}
	return "", false
}

// wantResolved wants that an alert was raised for reason and is over.
func (s *shop) wantResolved(o stack.Order, reason string) {
	s.Helper()
	state, found := alert(o, reason)
	if !found {
		s.Fatalf("nobody was alerted of %q; alerts: %+v", reason, o.Alerts)
	}
	if state != "resolved" {
		s.Errorf("the alert %q is %s although the order is %s", reason, state, o.State)
	}
}

// page fetches a page of the shop and wants status.
func (s *shop) page(address string, status int) string {
	s.Helper()
	resp, body, err := s.Get(s.Context(), address)
	if err != nil {
		s.Fatal(err)
	}
	if resp.StatusCode != status {
		s.Errorf("GET %s was answered %d, want %d: %.300s", address, resp.StatusCode, status, body)
	}
	return string(body)
}

// post posts a form to the shop and wants status.
func (s *shop) post(address string, form url.Values, status int) (*stack.Answer, string) {
	s.Helper()
	resp, body, err := s.Post(s.Context(), address, form)
	if err != nil {
		s.Fatal(err)
	}
	if resp.StatusCode != status {
		s.Errorf("POST %s was answered %d, want %d: %.300s", address, resp.StatusCode, status, body)
	}
	return resp, string(body)
}

// wantPDF wants a whole PDF.
func (s *shop) wantPDF(content []byte) {
	s.Helper()
	if !bytes.HasPrefix(content, []byte("%PDF-")) || !bytes.Contains(content[max(0, len(content)-1024):], []byte("%%EOF")) {
		s.Errorf("%d bytes that are not a whole PDF", len(content))
	}
}
