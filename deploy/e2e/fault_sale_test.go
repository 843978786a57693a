package e2e_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep.example/deploy/e2e/stack"
	"doorstep.example/pkg/database/databasetest"
)

// How the sender of the events behaves: like Stripe, only with less patience between
// its tries.
const (
	tryTimeout  = 8 * time.Second // a little more than a commit may take
	tryAgain    = 200 * time.Millisecond
	takenWithin = 45 * time.Second
)

// sale is a paid session of a file. The shop has never seen its order and rebuilds it
// from the metadata.
type sale struct {
	id     string // of the order
	intent string
	body   string // of the event
}

func newSale() sale {
	s := sale{id: newOrderID()}
	s.intent = "pi_" + s.id
	metadata, err := json.Marshal(map[string]string{
		"order_id": s.id, "product": "agent-playbook", "customer_email": buyer, "contact_name": "Ada Lovelace", "amount": "2900", "currency": "usd",
	})
	if err != nil {
		panic("a map of strings cannot be encoded: " + err.Error())
	}
	now := time.Now().Unix()
	s.body = fmt.Sprintf(`{"id":"evt_%[1]s","object":"event","type":"checkout.session.completed","created":%[2]d,"data":{"object":{
		"id":"cs_test_%[1]s","object":"checkout.session","status":"complete","payment_status":"paid","payment_intent":%[3]q,
		"amount_total":2900,"currency":"usd","created":%[2]d,"customer_email":%[4]q,"metadata":%[5]s}}}`, s.id, now, s.intent, buyer, metadata)
	return s
}

// sibling is another event that says the same of the same session.
func (s sale) sibling() string {
	return strings.NewReplacer("evt_", "evt_sibling_", "checkout.session.completed", "checkout.session.async_payment_succeeded").Replace(s.body)
}

// dispute is an event about the sale's payment.
func (s sale) dispute(kind, status string) string {
	return fmt.Sprintf(`{"id":"evt_%s_%s","object":"event","type":"charge.dispute.%s","created":%d,"data":{"object":{
		"id":"du_%s","object":"dispute","status":%q,"payment_intent":%q}}}`, kind, s.id, kind, time.Now().Unix(), s.id, status, s.intent)
}

// newOrderID makes 128 random bits in the form of an order's id.
func newOrderID() string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	raw := make([]byte, 26)
	_, _ = rand.Read(raw) // never fails
	raw[0] &= 7
	for i, b := range raw {
		raw[i] = alphabet[b&31]
	}
	return string(raw)
}

// sendUntilTaken sends an event until it is answered 200, as Stripe does.
func (s *shop) sendUntilTaken(ctx context.Context, body string) error {
	ctx, cancel := context.WithTimeout(ctx, takenWithin)
	defer cancel()
	for {
		status, err := s.try(ctx, body)
		if err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("an event was never answered 200 (last: %d, %w)", status, err)
		case <-time.After(tryAgain):
		}
	}
}

// try sends an event once.
func (s *shop) try(ctx context.Context, body string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	return s.Deliver(ctx, body, stack.Sign(body, time.Now(), stack.WebhookSecret))
}

// eachDatabase tells a story whose programs know each other by addresses of its own.
func eachDatabase(t *testing.T, story func(t *testing.T, database func(*stack.Config))) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, func(*stack.Config) {}) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := databasetest.PostgresURL(t)
		story(t, func(c *stack.Config) { c.Database = url })
	})
}

// shopAndMailer leaves out what a sale of a file with a made-up event does not need.
func shopAndMailer(c *stack.Config) {
	c.Without = []string{stack.DemoTarget, stack.AuditEngine, stack.Sandbox}
	c.Env["RECONCILE_INTERVAL"] = "1h" // there is no Stripe to compare with
}
