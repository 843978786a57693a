package control

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/stripe-sandbox/internal/api"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
	"doorstep.example/services/stripe-sandbox/internal/webhook"
)

// Switches is everything that can go wrong on demand, as it is set now.
type Switches struct {
	webhook.Switches
	APIVersion  string `json:"api_version"`   // that new events name
	APIFailNext int64  `json:"api_fail_next"` // API requests that are answered 500, unserved
	Endpoint    string `json:"endpoint"`      // what is wrong with the webhook endpoint
}

// Change is what POST /sandbox/switches takes; what is left out stays as it is.
type Change struct {
	webhook.Change
	APIVersion  *string `json:"api_version"`
	APIFailNext *int64  `json:"api_fail_next"`
	Endpoint    *string `json:"endpoint"`
}

func (s *Control) getSwitches(c echo.Context) error { return c.JSON(http.StatusOK, s.Switches()) }

func (s *Control) setSwitches(c echo.Context) error {
	var in Change
	if err := read(c, &in); err != nil {
		return fail(c, err)
	}
	if err := s.Change(in); err != nil {
		return fail(c, err)
	}
	return c.JSON(http.StatusOK, s.Switches())
}

// Change sets switches, all of them or, when one is out of range, none.
func (s *Control) Change(in Change) *refusal.Error {
	if err := in.check(); err != nil {
		return err
	}
	if in.APIVersion != nil {
		s.Account.SetAPIVersion(*in.APIVersion)
	}
	if in.APIFailNext != nil {
		s.FailNext.Store(*in.APIFailNext)
	}
	if in.Endpoint != nil {
		s.Endpoints.Set(*in.Endpoint)
	}
	s.Engine.Set(in.Change)
	return nil
}

// Switches returns what is set now.
func (s *Control) Switches() Switches {
	return Switches{
		Switches: s.Engine.Switches(), APIVersion: s.Account.EventVersion(), APIFailNext: s.FailNext.Load(),
		Endpoint: s.Endpoints.Fault(),
	}
}

func (in Change) check() *refusal.Error {
	for name, n := range map[string]*int{
		"drop_next": in.DropNext, "fail_next": in.FailNext,
		"wrong_signature_next": in.WrongSignatureNext, "old_timestamp_next": in.OldTimestampNext,
	} {
		if n != nil && (*n < 0 || *n > maxListed) {
			return refusal.Invalid(name, "", "%s must be a number from 0 to %d.", name, maxListed)
		}
	}
	if in.Duplicate != nil && (*in.Duplicate < 0 || *in.Duplicate > maxDuplicate) {
		return refusal.Invalid("duplicate", "", "duplicate must be a number from 0 to %d.", maxDuplicate)
	}
	if in.APIFailNext != nil && (*in.APIFailNext < 0 || *in.APIFailNext > maxListed) {
		return refusal.Invalid("api_fail_next", "", "api_fail_next must be a number from 0 to %d.", maxListed)
	}
	if in.Endpoint != nil && !slices.Contains(api.EndpointFaults(), *in.Endpoint) {
		return refusal.Invalid("endpoint", "", "endpoint must be one of %s.", strings.Join(api.EndpointFaults(), ", "))
	}
	return nil
}
