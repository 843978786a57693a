package page

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// showReceipt stands for Stripe's hosted receipt of a charge.
func (p *Pages) showReceipt(c echo.Context) error {
	charge, refused := p.Account.Charge(c.Param("charge"))
	if refused != nil || charge.ReceiptURL == nil {
		return p.Error(c, http.StatusNotFound, "There is no receipt under this address.")
	}
	text := fmt.Sprintf("%s, paid on %s. Receipt %s of the sandbox: no real money has moved.",
		Money(charge.Amount, charge.Currency), time.Unix(charge.Created, 0).UTC().Format("2 January 2006"), short(charge.ID))
	if charge.Refunded {
		text = fmt.Sprintf("%s, refunded. Receipt %s of the sandbox: no real money has moved.", Money(charge.Amount, charge.Currency), short(charge.ID))
	}
	return p.showNotice(c, http.StatusOK, notice{Title: "Receipt", Text: text, Tone: "good"})
}
