package app

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stripe/stripe-go/v76"

	"doorstep.example/services/stripe-sandbox/internal/account"
)

// endpoints lists the webhook endpoints as a shop sees them.
func (s *sandbox) endpoints() []*stripe.WebhookEndpoint {
	s.t.Helper()
	var list []*stripe.WebhookEndpoint
	it := s.WebhookEndpoints.List(&stripe.WebhookEndpointListParams{})
	for it.Next() {
		list = append(list, it.WebhookEndpoint())
	}
	if err := it.Err(); err != nil {
		s.t.Fatal(err)
	}
	return list
}

// TestSpoiltEndpoint wants the list to tell each fault, a sale to be sent to nobody
// meanwhile, and the next one to arrive when it is mended.
func TestSpoiltEndpoint(t *testing.T) {
	t.Parallel()
	for fault, right := range map[string]func(s *sandbox, list []*stripe.WebhookEndpoint) bool{
		"missing": func(_ *sandbox, list []*stripe.WebhookEndpoint) bool { return len(list) == 0 },
		"disabled": func(s *sandbox, list []*stripe.WebhookEndpoint) bool {
			return len(list) == 1 && list[0].Status == "disabled" && list[0].URL == s.shop.server.URL
		},
		"other_url": func(s *sandbox, list []*stripe.WebhookEndpoint) bool {
			return len(list) == 1 && list[0].Status == "enabled" && list[0].URL != s.shop.server.URL
		},
		"few_events": func(_ *sandbox, list []*stripe.WebhookEndpoint) bool {
			return len(list) == 1 && list[0].Status == "enabled" && !slices.Contains(list[0].EnabledEvents, account.SessionCompleted) &&
				slices.Contains(list[0].EnabledEvents, account.ChargeRefunded)
		},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			s.set(`{"endpoint":"` + fault + `"}`)
			if list := s.endpoints(); !right(s, list) {
				t.Errorf("endpoints: %+v", list)
			}
			s.paid()
			s.quiet()
			s.set(`{"endpoint":"ok"}`)
			if list := s.endpoints(); len(list) != 1 || list[0].Status != "enabled" || list[0].URL != s.shop.server.URL || len(list[0].EnabledEvents) != len(subscribed) {
				t.Errorf("mended: %+v", list)
			}
			second := s.paid()
			if in := s.shop.next(); in.session.ID != second.ID {
				t.Errorf("the first event is of %s, want %s", in.session.ID, second.ID)
			}
			s.quiet()
		})
	}
}

func TestUnknownFaultOfTheEndpoint(t *testing.T) {
	t.Parallel()
	s := start(t)
	if code := s.control("/sandbox/switches", `{"endpoint":"gone"}`, nil); code != http.StatusBadRequest {
		t.Errorf("status %d", code)
	}
	if list := s.endpoints(); len(list) != 1 {
		t.Errorf("endpoints: %+v", list)
	}
}

// TestEndpointIsListedUnderAnotherAddress is the case of containers, whose names the
// buyers do not use.
func TestEndpointIsListedUnderAnotherAddress(t *testing.T) {
	t.Parallel()
	const url = "https://shop.example.com/webhooks/stripe"
	s := start(t, func(c *Config) {
		if err := c.EndpointURL.Decode(url); err != nil {
			t.Fatal(err)
		}
	})
	if list := s.endpoints(); len(list) != 1 || list[0].URL != url {
		t.Errorf("endpoints: %+v", list)
	}
	session := s.paid()
	if in := s.shop.next(); in.session.ID != session.ID {
		t.Errorf("the event did not reach SANDBOX_WEBHOOK_URL")
	}
}
