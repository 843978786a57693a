package template

import (
	"fmt"
	"net/url"
	"regexp"
	"time"
	"unicode/utf8"

	"doorstep.example/pkg/mailapi"
)

// Limits of texts that people read, in characters. Product names and targets are
// bounded where they are entered; this only keeps a mistake out of a mail.
const (
	maxName = 300
	maxText = 2000
	maxURL  = 4000 // a link with a signed token is long
)

var currency = regexp.MustCompile(`^[A-Za-z]{3}$`) // ISO 4217

// checker collects what is wrong, by field.
type checker struct{ fields map[string]string }

func (c *checker) need(field, value string, limit int) {
	if value == "" {
		c.fields["data."+field] = "is missing"
		return
	}
	c.limit(field, value, limit)
}

func (c *checker) limit(field, value string, limit int) {
	if utf8.RuneCountInString(value) > limit {
		c.fields["data."+field] = fmt.Sprintf("is longer than %d characters", limit)
	}
}

// url demands an http or https address: nothing else belongs behind a button.
func (c *checker) url(field, value string) {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		c.fields["data."+field] = "must be an http:// or https:// address"
		return
	}
	c.limit(field, value, maxURL)
}

func (c *checker) seller(s *mailapi.Seller) {
	c.need("seller.name", s.Name, maxName)
	c.limit("seller.support", s.Support, maxName)
	c.limit("seller.address", s.Address, maxText)
	if s.URL != "" {
		c.url("seller.url", s.URL)
	}
}

func (c *checker) time(field string, at time.Time) {
	if at.IsZero() {
		c.fields["data."+field] = "is missing"
	}
}

func (c *checker) order(o *mailapi.Order) {
	c.need("order.id", o.ID, maxName)
	c.url("order.url", o.URL)
	c.need("order.product", o.Product, maxName)
	if o.AmountMinor < 0 {
		c.fields["data.order.amount_minor"] = "must not be negative"
	}
	if !currency.MatchString(o.Currency) {
		c.fields["data.order.currency"] = "must be three letters such as usd"
	}
	c.limit("order.customer", o.Customer, maxName)
	c.time("order.paid_at", o.PaidAt)
}
