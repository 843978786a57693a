package errs

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Body is the JSON form of an error between the services: code for programs,
// message for people, fields for forms.
type Body struct {
	Code    string            `json:"code,omitempty"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"`
}

// From returns the first *Error in err's chain; an error without a kind becomes
// an Internal one whose message gives nothing away.
func From(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(Internal, err, "Something went wrong on our side. Please try again.")
}

// Body returns the JSON form of e.
func (e *Error) Body() Body {
	return Body{Code: e.Code, Message: e.Message, Fields: e.Fields}
}

// RetryAfterSeconds is the value of a Retry-After header, rounded up; "" if unknown.
func (e *Error) RetryAfterSeconds() string {
	if e.RetryAfter <= 0 {
		return ""
	}
	return strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds())))
}

// FromResponse turns another service's answer with status ≥ 400 into an Error.
// body is what could be read of it; Retry-After is understood in seconds.
func FromResponse(status int, header http.Header, body []byte) *Error {
	var b Body
	if json.Unmarshal(body, &b) != nil || b.Message == "" {
		b.Message = "answered " + strconv.Itoa(status) + " " + http.StatusText(status)
	}
	e := &Error{Kind: FromStatus(status), Code: b.Code, Message: b.Message, Fields: b.Fields}
	if seconds, err := strconv.Atoi(cmp.Or(header.Get("Retry-After"), "0")); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}
