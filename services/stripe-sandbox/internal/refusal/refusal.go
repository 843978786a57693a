// Package refusal is Stripe's form of an error: what the API answers instead of
// an object, and what a declined card leaves behind.
package refusal

import (
	"fmt"
	"net/http"
)

// The types of errors that Stripe knows.
const (
	TypeAPI            = "api_error"
	TypeCard           = "card_error"
	TypeIdempotency    = "idempotency_error"
	TypeInvalidRequest = "invalid_request_error"
)

// Error is the value of "error" in an answer.
type Error struct {
	Status      int    `json:"-"`
	Type        string `json:"type"`
	Code        string `json:"code,omitempty"`
	DeclineCode string `json:"decline_code,omitempty"`
	Message     string `json:"message"`
	Param       string `json:"param,omitempty"`
	Charge      string `json:"charge,omitempty"`
	DocURL      string `json:"doc_url,omitempty"`
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Invalid refuses a parameter with status 400. code may be empty, as it is for
// many of Stripe's own answers.
func Invalid(param, code, format string, args ...any) *Error {
	return &Error{
		Status: http.StatusBadRequest, Type: TypeInvalidRequest, Code: code, Param: param,
		Message: fmt.Sprintf(format, args...),
	}
}

// Missing refuses a required parameter that is not there.
func Missing(param string) *Error {
	return Invalid(param, "parameter_missing", "Missing required param: %s.", param)
}

// NotFound refuses the id in an address.
func NotFound(what, id, param string) *Error {
	e := Unknown(what, id, param)
	e.Status = http.StatusNotFound
	return e
}

// Unknown refuses an id that a parameter names.
func Unknown(what, id, param string) *Error {
	return Invalid(param, "resource_missing", "No such %s: '%s'", what, id)
}
