package check

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limits of RFC 6265bis §5.6 in bytes.
const (
	maxCookie    = 4096 // name and value; a browser drops a longer one
	maxAttribute = 1024 // a longer attribute is ignored
)

// parsedCookie is what a browser reads in one Set-Cookie.
type parsedCookie struct {
	name, value string
	size        int // bytes of name and value
	secure      bool
	httpOnly    bool
	sameSite    string // strict, lax or none; anything else as it was sent
	stated      bool   // SameSite is there
	domain      string // in lower case, without a leading dot; empty: the host alone
	path        string // as it was sent; empty: that of the request
	expires     time.Time
	maxAge      int  // seconds
	aged        bool // maxAge is there
}

// parseCookie reads a Set-Cookie by RFC 6265bis §5.6, which takes much that is not
// well-formed. ok is false for what a browser does not read as a cookie.
func parseCookie(text string) (c parsedCookie, ok bool) {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return parsedCookie{}, false
	}
	pair, attributes, _ := strings.Cut(text, ";")
	name, value, named := strings.Cut(pair, "=")
	if !named {
		name, value = "", pair
	}
	c.name, c.value = trimSpace(name), trimSpace(value)
	c.size = len(c.name) + len(c.value)
	if c.size == 0 {
		return parsedCookie{}, false
	}
	for attribute := range strings.SplitSeq(attributes, ";") {
		key, value, _ := strings.Cut(attribute, "=")
		if value = trimSpace(value); len(value) <= maxAttribute {
			c.attribute(strings.ToLower(trimSpace(key)), value)
		}
	}
	return c, true
}

func trimSpace(s string) string { return strings.Trim(s, " \t") }

// attribute takes over one attribute. Of those that are there twice the last counts.
func (c *parsedCookie) attribute(key, value string) {
	switch key {
	case "secure":
		c.secure = true
	case "httponly":
		c.httpOnly = true
	case "samesite":
		c.stated, c.sameSite = true, value
		if lower := strings.ToLower(value); lower == "strict" || lower == "lax" || lower == "none" {
			c.sameSite = lower
		}
	case "domain":
		c.domain = strings.ToLower(strings.TrimPrefix(value, "."))
	case "path":
		if c.path = ""; strings.HasPrefix(value, "/") {
			c.path = value
		}
	case "expires":
		if t, err := http.ParseTime(value); err == nil {
			c.expires = t
		}
	case "max-age":
		if n, ok := age(value); ok {
			c.maxAge, c.aged = n, true
		}
	}
}

// age reads a Max-Age, capped to what an int holds.
func age(value string) (int, bool) {
	digits := strings.TrimPrefix(value, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, _ := strconv.Atoi(value) // out of range gives the nearest
	return n, true
}

// deletes reports whether the cookie is set to be gone. Max-Age goes before Expires.
func (c parsedCookie) deletes(now time.Time) bool {
	if c.aged {
		return c.maxAge <= 0
	}
	return !c.expires.IsZero() && c.expires.Before(now.Add(-time.Minute))
}
