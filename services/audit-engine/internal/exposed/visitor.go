package exposed

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/guard"
)

const (
	maxFailures = 5 // requests in a row without a whole answer
	maxRefusals = 2 // times that the site asked for less
)

// visitor asks for one address after the other, and stops when the site has had
// enough. It is used by several workers.
type visitor struct {
	ask Ask

	mu       sync.Mutex
	failures int
	refusals int
	stopped  string // a sentence for the customer; empty: go on
}

// visit returns the answer to a GET, or nil when there is none or no more is asked
// for. A small part of a long file is enough: Range asks for no more.
func (v *visitor) visit(ctx context.Context, path string) *guard.Response {
	header := http.Header{"Range": {"bytes=0-" + strconv.Itoa(Window-1)}, "Accept": {"*/*"}}
	if strings.Contains(path, "?query=") {
		header.Set("Apollo-Require-Preflight", "true") // without it, Apollo takes a GET for a forged one
	}
	for {
		round, ok := v.enter()
		if !ok {
			return nil
		}
		r, err := v.ask(ctx, http.MethodGet, path, header)
		switch {
		case ctx.Err() != nil, late(err):
			v.stop(outOfTime)
			return nil
		case err != nil:
			v.failed()
			return nil
		case r.Status == http.StatusTooManyRequests, r.Status == http.StatusServiceUnavailable:
			v.refused(round, r) // the guard waits as long as the site has asked for
		case r.BodyErr != nil:
			v.failed()
			return r
		default:
			v.answered()
			return r
		}
	}
}

// late tells our own deadline from a site that does not answer in time, of which the
// guard has words of its own.
func late(err error) bool {
	_, refused := errors.AsType[*errs.Error](err)
	return !refused && errors.Is(err, context.DeadlineExceeded)
}

const outOfTime = "The time for this part of the audit ran out."

// enter reports whether the site may be asked. round counts the refusals so far.
func (v *visitor) enter() (round int, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.refusals, v.stopped == ""
}

func (v *visitor) failed() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.failures++; v.failures >= maxFailures {
		v.halt("The site gave no answer, or no whole one, several times in a row.")
	}
}

func (v *visitor) answered() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failures = 0
}

// refused notes that the site asked for less. Requests that were on their way when
// it did are the same refusal.
func (v *visitor) refused(round int, r *guard.Response) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if round != v.refusals {
		return
	}
	if v.refusals++; v.refusals >= maxRefusals {
		v.halt("The site asked to be left alone for a while (" + strconv.Itoa(r.Status) + " " + http.StatusText(r.Status) + ").")
	}
}

func (v *visitor) stop(why string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.halt(why)
}

// halt keeps the first reason. The caller holds mu.
func (v *visitor) halt(why string) {
	if v.stopped == "" {
		v.stopped = why
	}
}

func (v *visitor) why() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.stopped
}
