package fulfil

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"doorstep.example/pkg/errs"
)

// verdict is what a step's failure means for its job.
type verdict struct {
	interrupted bool          // we are being stopped; nothing failed
	final       bool          // trying again cannot help, or was tried enough
	after       time.Duration // the other side asked for this wait; 0: our own backoff
	tried       string        // in words, for the seller
}

// judge looks at an error and how often the job was tried.
func judge(ctx context.Context, cause error, attempt, attempts int) verdict {
	if errors.Is(ctx.Err(), context.Canceled) {
		return verdict{interrupted: true}
	}
	tried := fmt.Sprintf("Attempt %d of %d.", attempt, attempts)
	e := errs.From(cause)
	switch {
	case errs.Permanent(cause):
		return verdict{final: true, tried: tried + " The answer is final; trying again would not help."}
	case attempt >= attempts:
		return verdict{final: true, tried: tried + " No further attempt is made."}
	case e.RetryAfter > 0:
		return verdict{after: e.RetryAfter, tried: fmt.Sprintf("The other side asks to wait %s; then it is tried again.", e.RetryAfter)}
	default:
		return verdict{tried: tried + " It is tried again by itself, with growing pauses."}
	}
}

// retry returns the error that makes the job engine try again as the verdict says.
func (v verdict) retry(cause error) error {
	if v.after > 0 {
		return river.JobSnooze(v.after)
	}
	return cause
}

// what says what failed, for the seller.
func what(err error) string {
	e := errs.From(err)
	if e.Kind == errs.Internal {
		return err.Error()
	}
	if e.Code != "" {
		return e.Message + " (" + e.Code + ")"
	}
	return e.Message
}

func code(err error) string { return errs.From(err).Code }
