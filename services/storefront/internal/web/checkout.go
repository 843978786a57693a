package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/checkout"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/screen"
)

// checkoutForm is POST /checkout: on to Stripe, or the form again.
func (s *Site) checkoutForm(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "The form did not arrive whole. Please send it again.")
	}
	r := checkout.Request{
		Product: form.Get("product"), Tier: form.Get("tier"), Token: form.Get(formToken), Trap: form.Get(page.Trap),
		Lang: s.view(c).Lang, Asks: true, Sure: form.Get(page.Confirm) != "", Values: map[string]string{},
	}
	for name := range form {
		r.Values[name] = form.Get(name)
	}
	begun, err := s.Desk.Begin(c.Request().Context(), r)
	if err == nil && begun.URL != "" {
		return c.Redirect(http.StatusSeeOther, begun.URL)
	}
	p, missing := s.Desk.Product(r)
	if err == nil && missing == nil {
		return s.showForm(c, http.StatusOK, p, r.Token, r.Values, &errs.Error{}, begun.Warnings...)
	}
	e := errs.From(err)
	if missing != nil || (e.Kind != errs.Invalid && e.Kind != errs.Unavailable) {
		return err
	}
	if e.Kind == errs.Unavailable {
		s.Log.Error("checkout without the payment provider", "error", err)
		e = &errs.Error{Kind: e.Kind, Message: "form.busy"}
	}
	return s.showForm(c, errs.Status(e.Kind), p, r.Token, r.Values, e)
}

// checkoutAPI is POST /api/checkout, the same in JSON.
func (s *Site) checkoutAPI(c echo.Context) error {
	var body map[string]any
	if err := json.NewDecoder(c.Request().Body).Decode(&body); err != nil {
		return errs.Wrap(errs.Invalid, err, "The body must be a JSON object.")
	}
	r := checkout.Request{Lang: s.view(c).Lang, Values: map[string]string{}}
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
	answer := map[string]any{"session_id": begun.SessionID, "checkout_url": begun.URL, "order_id": begun.OrderID}
	if len(begun.Warnings) > 0 {
		answer["warnings"] = s.warnings(r, begun.Warnings)
	}
	return c.JSON(http.StatusOK, answer)
}

// warnings are what the screening doubts, by field, in the buyer's language.
func (s *Site) warnings(r checkout.Request, list []screen.Warning) map[string]string {
	texts := map[string]string{}
	for _, w := range list {
		texts[string(w.Field)] = s.Pages.Say(r.Lang, string(w.Key), "value", r.Values[string(w.Field)], "suggestion", w.Suggestion)
	}
	return texts
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
