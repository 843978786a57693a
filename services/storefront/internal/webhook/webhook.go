// Package webhook receives Stripe's events: verify the signature on the raw body,
// commit the event with all that follows from it, and only then answer 200. What
// cannot be committed is answered 503, and Stripe sends it again for three days.
package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stripe/stripe-go/v76/webhook"
	"github.com/tidwall/gjson"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

const (
	// MaxBody is the longest event that is accepted; Stripe's are a few KB.
	MaxBody = 512 << 10
	// tolerance is how far a signature's time may be from ours, either way. The
	// library looks at the past only.
	tolerance = 300 * time.Second
	// storeTimeout is how long a commit may take before Stripe is told to come back.
	storeTimeout = 5 * time.Second
)

// Receiver is the endpoint.
type Receiver struct {
	Inbox   *Inbox
	Secrets config.Secrets // any of them verifies
	Log     *slog.Logger
	Now     func() time.Time
}

// Handle is POST /webhooks/stripe.
func (r *Receiver) Handle(c echo.Context) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, MaxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return errs.New(errs.TooLarge, "The event is longer than 512 KiB.")
		}
		return errs.Wrap(errs.Invalid, err, "The event's body broke off.")
	}
	if err := r.verify(body, c.Request().Header.Get("Stripe-Signature")); err != nil {
		return err
	}
	event, ok := parse(body, r.Now())
	if !ok {
		// Rightly signed, so never a 4xx, after which Stripe would give up; but nothing
		// can be made of it.
		r.Log.Error("signed body is not an event", "bytes", len(body))
		return c.JSON(http.StatusOK, map[string]bool{"received": true})
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), storeTimeout)
	defer cancel()
	if err := r.Inbox.Accept(ctx, event); err != nil {
		return errs.Wrap(errs.Unavailable, err, "The event could not be stored; please send it again.")
	}
	return c.JSON(http.StatusOK, map[string]bool{"received": true})
}

// verify checks the signature with every secret.
func (r *Receiver) verify(body []byte, header string) error {
	refused := errs.New(errs.Invalid, "The signature is missing, wrong or too old.")
	if signed, ok := signedAt(header); !ok || signed.Sub(r.Now()).Abs() > tolerance {
		return refused
	}
	for _, secret := range r.Secrets {
		// The window was judged above, on both sides and by our own clock.
		if webhook.ValidatePayloadIgnoringTolerance(body, header, secret.Reveal()) == nil {
			return nil
		}
	}
	return refused
}

// signedAt reads the time of a Stripe-Signature header. A header with two times is
// refused: the one that we judge must be the one that was signed.
func signedAt(header string) (at time.Time, ok bool) {
	for part := range strings.SplitSeq(header, ",") {
		value, found := strings.CutPrefix(strings.TrimSpace(part), "t=")
		if !found {
			continue
		}
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || ok {
			return time.Time{}, false
		}
		at, ok = time.Unix(seconds, 0), true
	}
	return at, ok
}

// parse reads the few fields that decide; ok is false for what is not an event.
func parse(body []byte, now time.Time) (e store.Event, ok bool) {
	root := gjson.ParseBytes(body)
	e = store.Event{
		ID: root.Get("id").String(), Type: root.Get("type").String(),
		CreatedAt: time.Unix(root.Get("created").Int(), 0).UTC(), ReceivedAt: now, Body: body,
	}
	if id, err := order.ParseID(root.Get("data.object.metadata.order_id").String()); err == nil {
		e.OrderID = id
	}
	return e, gjson.ValidBytes(body) && e.ID != "" && e.Type != ""
}
