package limit

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
)

// Middleware limits the routes it is put on, together, by client address. name
// tells in the log which limit it was. The answer is errs.RateLimited: 429 with
// Retry-After.
func Middleware(name string, per Rate) echo.MiddlewareFunc {
	return New(per, time.Now).Middleware(name)
}

// Middleware is the function Middleware with this limiter.
func (l *Limiter) Middleware(name string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if ok, wait := l.Allow(Network(c.RealIP())); !ok {
				return Refused(name, wait)
			}
			return next(c)
		}
	}
}

// Refused is the answer to one request too many.
func Refused(name string, wait time.Duration) *errs.Error {
	return &errs.Error{
		Kind: errs.RateLimited, Code: "rate_limited", RetryAfter: wait, Err: fmt.Errorf("limit %s", name),
		Message: "There were too many requests in a short time. Please try again " + words(wait) + ".",
	}
}

// words rounds a wait up, so that whoever keeps to it is let in.
func words(wait time.Duration) string {
	switch minutes := int(math.Ceil(wait.Minutes())); {
	case minutes <= 1:
		return "in a minute"
	case minutes <= 90:
		return fmt.Sprintf("in %d minutes", minutes)
	default:
		return fmt.Sprintf("in %d hours", int(math.Ceil(wait.Hours())))
	}
}

// Network is what one client cannot change about its address: an IPv4 address, or
// the /64 that an IPv6 host picks its addresses from (RFC 4291, 2.5.4). Whatever is
// not an address (a peer on a Unix socket) shares one key.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}
