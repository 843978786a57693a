package web

import (
	"errors"
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/payment"
)

var sessionID = regexp.MustCompile(`^cs_[A-Za-z0-9_]{1,200}$`)

// thankYou is where Stripe sends the buyer. It asks Stripe what became of the
// session and runs the same fulfilment as the webhook, whichever comes first. It
// shows nothing of an order to somebody without a paid session.
func (s *Site) thankYou(c echo.Context) error {
	id := c.QueryParam("session_id")
	if !sessionID.MatchString(id) {
		return s.noPayment(c)
	}
	ctx := c.Request().Context()
	session, err := s.Payment.Session(ctx, id)
	if errs.KindOf(err) == errs.NotFound || errs.KindOf(err) == errs.Invalid {
		return s.noPayment(c)
	}
	if err != nil {
		return err
	}
	if session.Status != "complete" && !session.IsPaid() {
		return s.noPayment(c)
	}
	var orderID order.ID
	err = s.DB.InTxRetry(ctx, func(tx database.Tx) (err error) {
		orderID, err = s.Fulfil.Session(ctx, tx, session)
		return err
	})
	if errors.Is(err, payment.ErrNotOurs) {
		return s.noPayment(c)
	}
	if err != nil {
		return err
	}
	s.markBuyer(c, orderID)
	return c.Redirect(http.StatusSeeOther, "/orders/"+string(orderID))
}

func (s *Site) noPayment(c echo.Context) error {
	return html(c, http.StatusOK, func() error {
		return s.Pages.Message(c.Response(), s.view(c), page.Message{Status: http.StatusOK, Key: "no_payment"})
	})
}
