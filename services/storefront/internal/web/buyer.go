package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/contact"
	"doorstep.example/services/storefront/internal/limit"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
)

const (
	buyerParam    = "buyer" // in the links of an order's mails
	buyerRemember = 180 * 24 * 60 * 60
	// buyerCookies is how much of an order's id tells its cookie from others'.
	buyerCookies = 10
)

// markBuyer remembers in the browser that this is the buyer of the order.
func (s *Site) markBuyer(c echo.Context, id order.ID) {
	c.SetCookie(s.cookie(buyerCookie(id), s.Courier.Tokens.BuyerKey(id), buyerRemember))
}

// isBuyer reports whether the browser came back from the payment, or through a link in
// one of the order's mails.
func (s *Site) isBuyer(c echo.Context, id order.ID) bool {
	return s.Courier.Tokens.KnowsBuyer(id, s.readCookie(c, buyerCookie(id)))
}

func buyerCookie(id order.ID) string { return "doorstep-order-" + string(id[:buyerCookies]) }

// fromMail takes the buyer's key out of the address and puts it into a cookie, so that
// it is not passed on with a copied address.
func (s *Site) fromMail(c echo.Context, id order.ID, key string) error {
	if s.Courier.Tokens.KnowsBuyer(id, key) {
		s.markBuyer(c, id)
	}
	return c.Redirect(http.StatusSeeOther, "/orders/"+string(id))
}

// resend is POST /orders/{id}/resend: the goods once more, to the buyer's address
// whoever asks.
func (s *Site) resend(c echo.Context) error {
	id, err := orderID(c)
	if err != nil {
		return err
	}
	if err := s.sendAgain(c, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/orders/"+string(id)+"?done=resent")
}

func (s *Site) sendAgain(c echo.Context, id order.ID) error {
	if ok, wait := s.resends.Allow(string(id)); !ok {
		return limit.Refused("resend", wait)
	}
	return s.Fulfil.Resend(c.Request().Context(), id)
}

// correct is POST /orders/{id}/email: another address for the order's mails. Only the
// buyer may say so.
func (s *Site) correct(c echo.Context) error {
	id, err := orderID(c)
	if err != nil {
		return err
	}
	if !s.isBuyer(c, id) {
		return errs.New(errs.Forbidden, "Only the buyer can correct the address: please use the link in the receipt.")
	}
	email, reason := contact.CleanEmail(c.FormValue("email"))
	if reason != "" {
		view, err := s.orderView(c)
		if err != nil {
			return err
		}
		view.Correction = &page.Correction{Value: c.FormValue("email"), Error: reason}
		return html(c, http.StatusBadRequest, func() error { return s.Pages.Order(c.Response(), s.viewAt(c, "/orders/"+string(id)), view) })
	}
	if ok, wait := s.corrections.Allow(string(id)); !ok {
		return limit.Refused("correction", wait)
	}
	if err := s.Fulfil.Correct(c.Request().Context(), id, email); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/orders/"+string(id)+"?done=corrected")
}

// prove is POST /orders/{id}/proof: it looks for the proof at once.
func (s *Site) prove(c echo.Context) error {
	o, err := s.knownOrder(c)
	if err != nil {
		return err
	}
	if ok, wait := s.proofs.Allow(string(o.ID)); !ok {
		return limit.Refused("proof", wait)
	}
	proven, err := s.Fulfil.LookForProof(c.Request().Context(), o)
	if err != nil {
		s.Log.Warn("proof not looked for", "order_id", o.ID, "error", err)
	}
	address := "/orders/" + string(o.ID)
	if !proven && o.State == order.AwaitingProof {
		address += "?done=proof_missing"
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// receipt is GET /orders/{id}/receipt: on to the payment provider's.
func (s *Site) receipt(c echo.Context) error {
	o, err := s.knownOrder(c)
	if err != nil {
		return err
	}
	if o.PaymentIntent == "" || o.PaidAt.IsZero() {
		return errs.New(errs.NotFound, "There is no receipt for this order yet.")
	}
	url, err := s.Payment.Receipt(c.Request().Context(), o.PaymentIntent)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, url)
}
