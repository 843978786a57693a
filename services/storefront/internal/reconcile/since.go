package reconcile

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// maxSince is how far Stripe lets events be listed back; sessions go further, but
// nobody should wait for all of them.
const maxSince = 365 * 24 * time.Hour

var errSince = errors.New("must be a time such as 72h or 30d, at most 365d")

// ParseSince reads a span of time, which may be in days. Empty means Window.
func ParseSince(text string) (time.Duration, error) {
	if text == "" {
		return Window, nil
	}
	since, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		since = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || since <= 0 || since > maxSince {
		return 0, errSince
	}
	return since, nil
}
