package stack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// SessionID is the Checkout session that a hosted page is for.
func SessionID(hosted string) string {
	u, err := url.Parse(hosted)
	if err != nil {
		return ""
	}
	return path.Base(u.Path)
}

// Stripe calls the sandbox's API as a seller does; a nil form is a GET.
func (s *Stack) Stripe(ctx context.Context, address string, form url.Values, into any) error {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	resp, body, err := s.do(ctx, method, s.SandboxURL()+address, form, http.Header{"Authorization": {"Bearer " + StripeKey}})
	return decoded(address, resp, body, err, into)
}

// Control calls the sandbox's own interface under /sandbox/; a nil body is a GET.
func (s *Stack) Control(ctx context.Context, address string, body, into any) error {
	if body == nil {
		resp, raw, err := s.do(ctx, http.MethodGet, s.SandboxURL()+address, nil, nil)
		return decoded(address, resp, raw, err, into)
	}
	resp, raw, err := s.PostJSON(ctx, s.SandboxURL()+address, body, nil)
	return decoded(address, resp, raw, err, into)
}

func decoded(address string, resp *Answer, body []byte, err error, into any) error {
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the sandbox answered %s with %d: %.300s", address, resp.StatusCode, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}

// Sign returns the value of Stripe's signature header for a body.
func Sign(body string, at time.Time, secret string) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "." + body))
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Deliver posts an event to the shop, as Stripe would, and returns the status. An
// empty signature sends no header.
func (s *Stack) Deliver(ctx context.Context, body, signature string) (int, error) {
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	if signature != "" {
		header.Set("Stripe-Signature", signature)
	}
	resp, _, err := send(ctx, http.MethodPost, s.ShopURL()+"/webhooks/stripe", strings.NewReader(body), header)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}
