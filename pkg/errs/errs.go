// Package errs holds the kinds of errors that cross a package boundary and the
// HTTP status of each. A kind is set where the fact is known and read only at
// the edge: the HTTP error handler, or a job that decides whether to try again.
package errs

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Kind says what sort of failure an error is.
type Kind int

// The kinds. The zero Kind is Internal: an error nobody classified.
const (
	Internal      Kind = iota // a fault of ours; may pass when tried again
	Invalid                   // the caller sent something unusable; never try again unchanged
	Unauthorized              // missing or wrong credentials
	Forbidden                 // known caller, not allowed
	NotFound                  // no such thing
	Conflict                  // the thing is not in the state that the request assumes
	Gone                      // it was there, and will not come back under this name
	TooLarge                  // longer than the documented limit
	RateLimited               // too many requests; see RetryAfter
	Unprocessable             // understood, and refused for good
	Unavailable               // a part we need does not answer; try again, see RetryAfter
)

var statuses = map[Kind]int{
	Internal:      http.StatusInternalServerError,
	Invalid:       http.StatusBadRequest,
	Unauthorized:  http.StatusUnauthorized,
	Forbidden:     http.StatusForbidden,
	NotFound:      http.StatusNotFound,
	Conflict:      http.StatusConflict,
	Gone:          http.StatusGone,
	TooLarge:      http.StatusRequestEntityTooLarge,
	RateLimited:   http.StatusTooManyRequests,
	Unprocessable: http.StatusUnprocessableEntity,
	Unavailable:   http.StatusServiceUnavailable,
}

// Error is an error with a kind. Message is for the person at the other end and
// never holds internal text; Err is for the log.
type Error struct {
	Kind       Kind
	Code       string            // machine-readable reason, for example "forbidden_address"
	Message    string            // what went wrong and what to do about it
	Fields     map[string]string // for Invalid: reason by field name
	RetryAfter time.Duration     // for RateLimited and Unavailable; 0 means unknown
	Err        error             // cause, may be nil
}

func (e *Error) Error() string {
	text := e.Message
	if e.Code != "" {
		text = e.Code + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of kind with a message for people.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an error of kind with a message for people and a cause for the log.
func Wrap(kind Kind, err error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: err}
}

// KindOf returns the kind of the first *Error in err's chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Permanent reports whether trying the same thing again cannot help.
func Permanent(err error) bool {
	switch KindOf(err) {
	case Internal, Unavailable, RateLimited:
		return false
	default:
		return true
	}
}

// Status returns the HTTP status of kind.
func Status(kind Kind) int { return statuses[kind] }

// FromStatus returns the kind that an HTTP status of another service stands
// for; it is the inverse of Status. An unknown 4xx is Invalid, all else Internal.
func FromStatus(status int) Kind {
	for kind, s := range statuses {
		if s == status {
			return kind
		}
	}
	if status >= 400 && status < 500 {
		return Invalid
	}
	return Internal
}
