package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/param"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// maxBody is far above the largest session that fits Stripe's limits.
const maxBody = 1 << 20

// Config is what Register needs.
type Config struct {
	Account   *account.Account
	Endpoints *Endpoints
	// Pages returns the address under which the payer's browser finds this program.
	Pages func(c echo.Context) string
	// FailNext counts the requests that are to fail with status 500, unserved.
	FailNext *atomic.Int64
}

// API serves the operations.
type API struct {
	Config
	replies *replies
}

// operation does the work of one request.
type operation func(*API, *call) (any, *refusal.Error)

// call is one request whose parameters fit.
type call struct {
	id      string // from the path, may be empty
	params  map[string]any
	cause   account.Cause
	context echo.Context
}

// routes are the operations by their names in param.Operation.
var routes = map[string]operation{
	"POST /v1/checkout/sessions":                     (*API).createSession,
	"GET /v1/checkout/sessions":                      (*API).listSessions,
	"GET /v1/checkout/sessions/{session}":            (*API).getSession,
	"POST /v1/checkout/sessions/{session}/expire":    (*API).expireSession,
	"GET /v1/checkout/sessions/{session}/line_items": (*API).listLineItems,
	"GET /v1/events":                                 (*API).listEvents,
	"GET /v1/events/{id}":                            (*API).getEvent,
	"GET /v1/payment_intents/{intent}":               (*API).getIntent,
	"GET /v1/charges":                                (*API).listCharges,
	"GET /v1/charges/{charge}":                       (*API).getCharge,
	"POST /v1/refunds":                               (*API).createRefund,
	"GET /v1/refunds":                                (*API).listRefunds,
	"GET /v1/refunds/{refund}":                       (*API).getRefund,
	"GET /v1/disputes":                               (*API).listDisputes,
	"GET /v1/disputes/{dispute}":                     (*API).getDispute,
	"GET /v1/webhook_endpoints":                      (*API).listEndpoints,
}

// pathID is the one id that a path may hold.
var pathID = regexp.MustCompile(`\{\w+\}`)

// Register adds the operations to e.
func Register(e *echo.Echo, c Config) {
	a := &API{Config: c, replies: newReplies()}
	for name, do := range routes {
		method, path, _ := strings.Cut(name, " ")
		e.Add(method, pathID.ReplaceAllString(path, ":id"), a.serve(param.Operation(name), do))
	}
}

// serve is the way of every request: who asks, what with, is it a repetition, do it.
func (a *API) serve(schema *param.Schema, do operation) echo.HandlerFunc {
	return func(c echo.Context) error {
		call := &call{id: c.Param("id"), context: c, cause: account.Cause{RequestID: account.NewRequestID()}}
		c.Response().Header().Set("Request-Id", call.cause.RequestID)
		c.Response().Header().Set("Stripe-Version", account.APIVersion)
		if err := a.accept(c.Request()); err != nil {
			return write(c, reply{status: err.Status, body: failure(err)})
		}
		err := call.read(schema)
		if err != nil {
			return write(c, reply{status: err.Status, body: failure(err)})
		}
		if key := c.Request().Header.Get("Idempotency-Key"); c.Request().Method == http.MethodPost && key != "" {
			call.cause.IdempotencyKey = key
			return a.once(call, key, do)
		}
		reply, _ := a.answer(call, do)
		return write(c, reply)
	}
}

// once does the work of an idempotency key, or repeats the answer it had.
func (a *API) once(call *call, key string, do operation) error {
	c := call.context
	earlier, err := a.replies.begin(key, call.fingerprint())
	switch {
	case err != nil:
		return write(c, reply{status: err.Status, body: failure(err)})
	case earlier != nil:
		c.Response().Header().Set("Idempotent-Replayed", "true")
		c.Response().Header().Set("Original-Request", earlier.requestID)
		c.Response().Header().Set("Idempotency-Key", key)
		return write(c, *earlier)
	}
	c.Response().Header().Set("Idempotency-Key", key)
	answer, keep := a.answer(call, do)
	a.replies.end(key, answer, keep)
	return write(c, answer)
}

// answer does the work. keep is false for a refusal of parameters, which Stripe
// does not store under an idempotency key: the corrected request may use it.
func (a *API) answer(call *call, do operation) (answer reply, keep bool) {
	object, err := do(a, call)
	if err == nil {
		object, err = a.expand(object, call.params)
	}
	if err != nil {
		return reply{status: err.Status, body: failure(err), requestID: call.cause.RequestID}, err.Param == ""
	}
	return reply{status: http.StatusOK, body: encode(object), requestID: call.cause.RequestID}, true
}

// accept judges what does not depend on the operation.
func (a *API) accept(r *http.Request) *refusal.Error {
	if err := authorize(r.Header.Get("Authorization")); err != nil {
		return err
	}
	if version := r.Header.Get("Stripe-Version"); version != "" && version != account.APIVersion {
		return refusal.Invalid("", "", "The sandbox speaks Stripe API version %s only, and the request asks for another.", account.APIVersion)
	}
	if take(a.FailNext) {
		return &refusal.Error{Status: http.StatusInternalServerError, Type: refusal.TypeAPI, Message: "An unknown error occurred, because of the switch api_fail_next."}
	}
	return nil
}

// take counts n down, and reports false when there is nothing left.
func take(n *atomic.Int64) bool {
	for {
		left := n.Load()
		if left <= 0 {
			return false
		}
		if n.CompareAndSwap(left, left-1) {
			return true
		}
	}
}

// testKey is the form of keys that can move no money.
var testKey = regexp.MustCompile(`^(sk|rk)_test_[A-Za-z0-9]+$`)

// authorize takes any test key, as bearer token or as user of basic authentication.
func authorize(header string) *refusal.Error {
	scheme, key, _ := strings.Cut(header, " ")
	if scheme == "Basic" {
		if pair, err := base64.StdEncoding.DecodeString(key); err == nil {
			key, _, _ = strings.Cut(string(pair), ":")
		}
	} else if scheme != "Bearer" {
		key = ""
	}
	e := &refusal.Error{Status: http.StatusUnauthorized, Type: refusal.TypeInvalidRequest}
	switch {
	case key == "":
		e.Message = "You did not provide an API key. Send one in the Authorization header, for example `Authorization: Bearer sk_test_sandbox`."
	case strings.HasPrefix(key, "sk_live_"), strings.HasPrefix(key, "rk_live_"):
		e.Message = "A live key was sent to the sandbox. Live keys belong to Stripe only: replace this one if anybody else can read this computer's memory or logs."
	case !testKey.MatchString(key):
		e.Message = "Invalid API Key provided. The sandbox takes any key of the form sk_test_… or rk_test_…."
	default:
		return nil
	}
	return e
}

// read takes the parameters from query and body and checks them.
func (c *call) read(schema *param.Schema) *refusal.Error {
	r := c.context.Request()
	encoded := r.URL.RawQuery
	if r.Method == http.MethodPost {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != echo.MIMEApplicationForm {
			return refusal.Invalid("", "", "Send the parameters as %s.", echo.MIMEApplicationForm)
		}
		body, err := io.ReadAll(http.MaxBytesReader(c.context.Response(), r.Body, maxBody))
		if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
			e := refusal.Invalid("", "", "The request is longer than %d bytes.", maxBody)
			e.Status = http.StatusRequestEntityTooLarge
			return e
		}
		if err != nil {
			return refusal.Invalid("", "", "The request ended before its body did.")
		}
		encoded += "&" + string(body)
	}
	fields, err := param.Parse(encoded)
	if err != nil {
		return err
	}
	c.params, err = param.Check(schema, fields)
	return err
}

// fingerprint tells requests with different parameters apart.
func (c *call) fingerprint() [sha256.Size]byte {
	params, err := json.Marshal(c.params)
	if err != nil {
		panic("api: checked parameters cannot be encoded: " + err.Error())
	}
	r := c.context.Request()
	return sha256.Sum256([]byte(r.Method + " " + r.URL.Path + "\n" + string(params)))
}

// decode fills a T with the call's parameters.
func decode[T any](c *call) T {
	out, err := param.Decode[T](c.params)
	if err != nil {
		panic("api: the table of parameters and the code differ: " + err.Error())
	}
	return out
}

// Unrecognized answers in Stripe's form what no operation answered: an address
// that is not served, a method, a fault of ours.
func Unrecognized(c echo.Context, status int, message string) error {
	err := &refusal.Error{Type: refusal.TypeInvalidRequest, Message: message}
	switch {
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		r := c.Request()
		status = http.StatusNotFound // as Stripe does for both
		err.Message = "Unrecognized request URL (" + r.Method + ": " + r.URL.Path + "). The sandbox serves only the part of Stripe that its README lists."
	case status >= http.StatusInternalServerError:
		err.Type = refusal.TypeAPI
	}
	return write(c, reply{status: status, body: failure(err)})
}

func failure(err *refusal.Error) []byte { return encode(map[string]any{"error": err}) }

func encode(object any) []byte {
	body, err := json.MarshalIndent(object, "", "  ")
	if err != nil {
		panic("api: an answer cannot be encoded: " + err.Error())
	}
	return append(body, '\n')
}

func write(c echo.Context, r reply) error { return c.JSONBlob(r.status, r.body) }
