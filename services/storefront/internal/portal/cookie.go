package portal

import (
	"net/http"
	"strings"
	"time"
)

// cookieName has a prefix with which browsers take the cookie only from this very
// host, over https (RFC 6265bis, 4.1.3.2).
const cookieName = "__Host-doorstep-portal"

// Cookies makes and reads the portal's cookie.
type Cookies struct {
	Name   string
	Secure bool
}

// NewCookies returns the cookies of a shop at shopURL. Over http, where browsers take
// neither the prefix nor Secure, the cookie does without them.
func NewCookies(shopURL string) Cookies {
	if strings.HasPrefix(shopURL, "https://") {
		return Cookies{Name: cookieName, Secure: true}
	}
	return Cookies{Name: strings.TrimPrefix(cookieName, "__Host-")}
}

// Of returns the cookie of a session. It lasts as long as a session can; whether that
// still stands is decided by its row. Lax, so that it is there when the buyer comes
// from a link, and not when another site posts a form.
func (c Cookies) Of(s Session) *http.Cookie {
	return c.cookie(s.Cookie.Reveal(), int(life/time.Second))
}

// Clear returns the cookie that makes the browser forget it.
func (c Cookies) Clear() *http.Cookie { return c.cookie("", -1) }

// Read returns the cookie's value; "" if the request has none.
func (c Cookies) Read(r *http.Request) string {
	cookie, err := r.Cookie(c.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (c Cookies) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: c.Name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode}
}
