package api

import (
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
)

// Limits of what is sent at once. A mail is in memory several times on its way, a
// large one with some 200 MB, and the program shares a small machine.
const (
	maxAtOnce      = 32
	maxLargeAtOnce = 2
	largeBody      = 2 << 20
	slotWait       = 3 * time.Second // shorter than the server waits for a body
	slotRetry      = 5 * time.Second
)

// bounded lets only so many requests through at once; the others wait a moment,
// and are then told to come back.
func bounded() echo.MiddlewareFunc {
	all, large := make(chan struct{}, maxAtOnce), make(chan struct{}, maxLargeAtOnce)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			slots := []chan struct{}{all}
			if n := c.Request().ContentLength; n < 0 || n > largeBody {
				slots = []chan struct{}{large, all}
			}
			limit := time.NewTimer(slotWait)
			defer limit.Stop()
			for _, slot := range slots {
				select {
				case slot <- struct{}{}:
					defer func() { <-slot }()
				case <-c.Request().Context().Done():
					return c.Request().Context().Err()
				case <-limit.C:
					return &errs.Error{Kind: errs.Unavailable, Code: "busy", RetryAfter: slotRetry,
						Message: "The mailer is busy with other mails; send this one again in a moment."}
				}
			}
			return next(c)
		}
	}
}
