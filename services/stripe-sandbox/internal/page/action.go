package page

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/control"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
	"doorstep.example/services/stripe-sandbox/internal/webhook"
)

// registerActions adds what the dashboard's buttons post to.
func (p *Pages) registerActions(e *echo.Echo) {
	e.POST("/dashboard/sessions/:id/expire", p.action(func(c echo.Context, id string) *refusal.Error {
		_, err := p.Account.Expire(account.Cause{}, id)
		return err
	}))
	e.POST("/dashboard/sessions/:id/settle", p.action(func(c echo.Context, id string) *refusal.Error {
		end := account.SettleFails
		if c.FormValue("outcome") == string(account.SettleSucceeds) {
			end = account.SettleSucceeds
		}
		_, err := p.Account.Settle(id, end)
		return err
	}))
	e.POST("/dashboard/charges/:id/refund", p.action(func(c echo.Context, id string) *refusal.Error {
		_, err := p.Account.CreateRefund(account.Cause{}, account.RefundParams{Charge: id, Reason: "requested_by_customer"})
		return err
	}))
	e.POST("/dashboard/charges/:id/dispute", p.action(func(c echo.Context, id string) *refusal.Error {
		_, err := p.Account.OpenDispute(id)
		return err
	}))
	e.POST("/dashboard/disputes/:id/close", p.action(func(c echo.Context, id string) *refusal.Error {
		_, err := p.Account.CloseDispute(id, c.FormValue("status"))
		return err
	}))
	e.POST("/dashboard/events/:id/resend", p.action(func(c echo.Context, id string) *refusal.Error {
		event, err := p.Account.Event(id)
		if err == nil {
			p.Engine.Resend(event, 1)
		}
		return err
	}))
	e.POST("/dashboard/switches", p.action(p.setSwitches))
}

// action does something and goes back to the dashboard.
func (p *Pages) action(do func(c echo.Context, id string) *refusal.Error) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, 16<<10)
		if err := do(c, c.Param("id")); err != nil {
			return p.dashboardWith(c, err.Status, err.Message)
		}
		return c.Redirect(http.StatusSeeOther, "/")
	}
}

// setSwitches takes the dashboard's form, where every switch has a value.
func (p *Pages) setSwitches(c echo.Context, _ string) *refusal.Error {
	hold := c.FormValue("hold") == "true"
	change := control.Change{Change: webhook.Change{Hold: &hold}}
	for name, to := range map[string]**int{
		"duplicate": &change.Duplicate, "drop_next": &change.DropNext, "fail_next": &change.FailNext,
		"wrong_signature_next": &change.WrongSignatureNext, "old_timestamp_next": &change.OldTimestampNext,
	} {
		n, err := strconv.Atoi(c.FormValue(name))
		if err != nil {
			return refusal.Invalid(name, "", "%s must be a number.", name)
		}
		*to = &n
	}
	return p.Control.Change(change)
}
