package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
)

// A day in the shop, with everything logged that the programs can log. No log holds a
// secret, a link that would open something, or who the customer is.
func TestLogsTellNoSecrets(t *testing.T) {
	t.Parallel()
	s := open(t, with("LOG_FORMAT", "json"), with("LOG_LEVEL", "debug"))
	audit := s.buy("security-audit", auditForm(s.TargetURL()))
	s.settled(audit, "sent")
	file, link := s.sellFile()
	resp, _ := s.post("/download", url.Values{"token": {link.token}}, http.StatusSeeOther)
	ticket := resp.Header.Get("Location")
	s.page(link.address, http.StatusOK)
	s.page(ticket, http.StatusOK)
	s.page("/download?token="+link.token[:len(link.token)-3], http.StatusNotFound)
	s.post("/download/renew", url.Values{"token": {link.token}}, http.StatusOK)
	s.page("/orders/"+audit, http.StatusOK)
	s.page("/thank-you?session_id="+s.order(audit).SessionID, http.StatusSeeOther)
	s.follow(audit)
	bad := auditForm("ftp://files.example.com/")
	bad.Set("product", "security-audit")
	s.post("/checkout", bad, http.StatusBadRequest)
	s.deliverSigned(`{"id":"evt_x","customer_email":"`+buyer+`"}`, stack.Sign("{}", time.Now(), "whsec_other"), http.StatusBadRequest)
	s.deliver(`{"customer_email":"`+buyer+`"}`, http.StatusOK)
	failed := s.buy("security-audit", auditForm("http://127.0.0.1:8080/"))
	s.settled(failed, "failed")
	s.refund(file)
	s.page(ticket, http.StatusGone)
	if resp, _, err := s.Fetch(t.Context(), http.MethodGet, s.OpsURL()+"/api/orders", nil, http.Header{"Authorization": {"Bearer " + s.Token + "x"}}); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong token was answered %v (%v)", resp.StatusCode, err)
	}
	s.eventually("the alert's mail is sent", func() bool { return len(s.mails(failed, "alert")) == 1 })

	secrets := map[string]string{
		"the internal token": s.Token, "Stripe's key": stack.StripeKey, "the webhook's secret": stack.WebhookSecret, "a token of a link": "eyJ",
		"a ticket of a download": strings.TrimPrefix(ticket, "/download/"), "the customer's address": buyer, "the customer's name": "Lovelace",
		"an order's page": "/orders/" + audit, "another order's page": "/orders/" + file, "a session": s.order(audit).SessionID,
	}
	for _, name := range stack.Programs() {
		raw, err := os.ReadFile(s.Process(name).LogFile)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
		for _, line := range lines {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s logs a line that is no JSON: %s", name, line)
			}
			for what, secret := range secrets {
				if name == stack.Sandbox && what == "a session" {
					continue // Stripe's own business
				}
				if strings.Contains(line, secret) {
					t.Errorf("%s logs %s: %s", name, what, line)
				}
			}
		}
		if len(lines) < 2 {
			t.Errorf("%s logs %d lines: there was nothing to look at", name, len(lines))
		}
	}
}

// follow reads the first of an order's events.
func (s *shop) follow(id string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	_, body, err := s.Get(ctx, "/orders/"+id+"/events")
	if err != nil || !strings.Contains(string(body), "event: update") {
		s.Errorf("the order's events: %v: %.200s", err, body)
	}
}
