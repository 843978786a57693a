package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

// sale is a paid Checkout session of a product.
type sale struct {
	product string
	tier    string
	amount  int // cents
	extra   map[string]string
}

// playbook is a file, audit an audit of target.
var playbook = sale{product: "agent-playbook", amount: 2900}

func audit(target string) sale {
	return sale{
		product: "security-audit", tier: "automated", amount: 19900,
		extra: map[string]string{"target_url": target, "target_name": "Northwind Atelier"},
	}
}

// event returns a new order's id and the event that says it is paid. Nobody has seen
// the order before: the shop rebuilds it from the metadata.
func (s sale) event(now time.Time) (orderID, body string) {
	orderID = newOrderID()
	email := "buyer-" + orderID[:12] + "@customer.example.com"
	metadata := map[string]string{
		"order_id": orderID, "product": s.product, "tier": s.tier, "customer_email": email, "contact_name": "Ada Lovelace",
		"amount": strconv.Itoa(s.amount), "currency": "usd",
	}
	maps.Copy(metadata, s.extra)
	encoded, err := json.Marshal(metadata)
	if err != nil {
		panic("bench: a map of strings cannot be encoded: " + err.Error())
	}
	return orderID, strings.NewReplacer(
		"$ID", rand.Text()+rand.Text(), "$CREATED", strconv.FormatInt(now.Unix(), 10), "$EXPIRES", strconv.FormatInt(now.Add(24*time.Hour).Unix(), 10),
		"$AMOUNT", strconv.Itoa(s.amount), "$EMAIL", email, "$METADATA", string(encoded),
	).Replace(completed)
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

// request is an HTTP request to the shop's webhook, as it goes over the wire.
func request(host, body, signature string) []byte {
	return fmt.Appendf(nil, "POST /webhooks/stripe HTTP/1.1\r\nHost: %s\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"+
		"Accept: */*; q=0.5, application/xml\r\nCache-Control: no-cache\r\nContent-Type: application/json; charset=utf-8\r\n"+
		"Stripe-Signature: %s\r\nContent-Length: %d\r\n\r\n%s", host, signature, len(body), body)
}

// completed is an event of Stripe's with all that a session says, indented as
// Stripe sends it.
const completed = `{
  "id": "evt_1$ID",
  "object": "event",
  "api_version": "2023-10-16",
  "created": $CREATED,
  "data": {
    "object": {
      "id": "cs_test_a1$ID",
      "object": "checkout.session",
      "adaptive_pricing": {
        "enabled": false
      },
      "after_expiration": null,
      "allow_promotion_codes": null,
      "amount_subtotal": $AMOUNT,
      "amount_total": $AMOUNT,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "billing_address_collection": null,
      "cancel_url": "https://shop.example.com/products/agent-playbook",
      "client_reference_id": null,
      "client_secret": null,
      "consent": null,
      "consent_collection": null,
      "created": $CREATED,
      "currency": "usd",
      "currency_conversion": null,
      "custom_fields": [],
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer": null,
      "customer_creation": "if_required",
      "customer_details": {
        "address": {
          "city": null,
          "country": "GB",
          "line1": null,
          "line2": null,
          "postal_code": "BS1 4DJ",
          "state": null
        },
        "email": "$EMAIL",
        "name": "Ada Lovelace",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "customer_email": "$EMAIL",
      "expires_at": $EXPIRES,
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "livemode": false,
      "locale": null,
      "metadata": $METADATA,
      "mode": "payment",
      "payment_intent": "pi_3$ID",
      "payment_link": null,
      "payment_method_collection": "if_required",
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": ["card"],
      "payment_status": "paid",
      "phone_number_collection": {
        "enabled": false
      },
      "recovered_from": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "status": "complete",
      "submit_type": null,
      "subscription": null,
      "success_url": "https://shop.example.com/thank-you?session_id={CHECKOUT_SESSION_ID}",
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "ui_mode": "hosted",
      "url": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}`
