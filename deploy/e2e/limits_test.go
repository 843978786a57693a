package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// tries are more requests than any limit lets pass at once.
const tries = 80

// One client cannot keep the shop busy, whatever address it claims to have; others are
// not held up.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := open(t, filesOnly)
	proxied := open(t, filesOnly, with("TRUSTED_PROXIES", "127.0.0.1/32"))
	order := fileForm()
	order.Set("product", "agent-playbook")
	order.Set("customer_email", "not an address") // no session is opened for it
	began := time.Now()
	for _, c := range []struct {
		name    string
		shop    *shop
		path    string
		form    url.Values
		allowed int                // at once
		every   time.Duration      // after which there is one more
		from    func(i int) string // X-Forwarded-For
	}{
		{"checkout", s, "/checkout", order, 10, 6 * time.Second, nil},
		{"checkout in JSON counts too", s, "/api/checkout", order, 0, 6 * time.Second, nil},
		{"login", s, "/portal/login", url.Values{"email": {"a"}}, 5, 12 * time.Minute, nil},
		{"download", s, "/download", url.Values{"token": {"a"}}, 60, time.Second, nil},
		{"a claimed address means nothing", s, "/contact", url.Values{}, 5, 2 * time.Minute, func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }},
		{"behind a proxy, one client", proxied, "/checkout", order, 10, 6 * time.Second, func(int) string { return "203.0.113.7" }},
		{"behind a proxy, the nearest address counts", proxied, "/checkout", order, 10, 6 * time.Second, func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.8", i) }},
		{"behind a proxy, a network of IPv6", proxied, "/checkout", order, 10, 6 * time.Second, func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i+1) }},
		{"behind a proxy, others are free", proxied, "/checkout", order, tries, time.Hour, func(i int) string { return fmt.Sprintf("2001:db8:2:%x::1", i+1) }},
	} {
		v := newVisitor(t)
		passed := 0
		for i := range tries {
			if c.from != nil {
				v.header.Set("X-Forwarded-For", c.from(i))
			}
			resp, text := v.send(http.MethodPost, c.shop.ShopURL()+c.path, "application/x-www-form-urlencoded", strings.NewReader(c.form.Encode()))
			if resp.StatusCode != http.StatusTooManyRequests {
				passed++
				continue
			}
			if resp.Header.Get("Retry-After") == "" || strings.Contains(text, "⟦") {
				t.Errorf("%s: 429 with Retry-After %q: %.300s", c.name, resp.Header.Get("Retry-After"), text)
			}
		}
		more := int(time.Since(began) / c.every) // were let in meanwhile
		if passed < c.allowed || passed > min(tries, c.allowed+more) {
			t.Errorf("%s: %d of %d passed, want %d", c.name, passed, tries, c.allowed)
		}
	}
}
