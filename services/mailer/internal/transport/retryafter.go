package transport

import (
	"net/http"
	"strconv"
	"time"
)

// maxRetryAfter bounds what another server can make us wait.
const maxRetryAfter = time.Hour

// retryAfter reads how long to wait, in either form of the header.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if value == "" {
		value = h.Get("ratelimit-reset")
	}
	wait := time.Duration(0)
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
		wait = time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
	} else if at, err := http.ParseTime(value); err == nil {
		wait = time.Until(at)
	}
	return max(0, min(wait, maxRetryAfter))
}
