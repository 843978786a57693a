package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/checkout"
)

// checkoutForm is POST /checkout: on to Stripe, or the form again.
func (s *Site) checkoutForm(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "The form did not arrive whole. Please send it again.")
	}
	r := checkout.Request{Product: form.Get("product"), Tier: form.Get("tier"), Token: form.Get("form_token"), Values: map[string]string{}}
	for name := range form {
		r.Values[name] = form.Get(name)
	}
	begun, err := s.Desk.Begin(c.Request().Context(), r)
	if err == nil {
		return c.Redirect(http.StatusSeeOther, begun.URL)
	}
	e := errs.From(err)
	p, missing := s.Desk.Product(r)
	if missing != nil || (e.Kind != errs.Invalid && e.Kind != errs.Unavailable) {
		return err
	}
	if e.Kind == errs.Unavailable {
		s.Log.Error("checkout without the payment provider", "error", err)
	}
	return s.showForm(c, errs.Status(e.Kind), p, r.Token, r.Values, e)
}

// checkoutAPI is POST /api/checkout, the same in JSON.
func (s *Site) checkoutAPI(c echo.Context) error {
	var body map[string]any
	if err := json.NewDecoder(c.Request().Body).Decode(&body); err != nil {
		return errs.Wrap(errs.Invalid, err, "The body must be a JSON object.")
	}
	r := checkout.Request{Values: map[string]string{}}
	reasons := map[string]string{}
	for name, value := range body {
		text, ok := value.(string)
		if !ok && value != nil {
			reasons[name] = fmt.Sprintf("must be a text, not %s", jsonType(value))
		}
		r.Values[name] = text
	}
	if len(reasons) > 0 {
		return &errs.Error{Kind: errs.Invalid, Message: "Some fields are not texts.", Fields: reasons}
	}
	r.Product, r.Tier = r.Values["product"], r.Values["tier"]
	begun, err := s.Desk.Begin(c.Request().Context(), r)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"session_id": begun.SessionID, "checkout_url": begun.URL, "order_id": begun.OrderID})
}

func jsonType(v any) string {
	switch v.(type) {
	case float64:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}
