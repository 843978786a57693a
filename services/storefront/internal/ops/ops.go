// Package ops answers on the operators' listener: what every order is doing, and
// the figures. It is not for the public.
package ops

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/config"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/reconcile"
	"doorstep.example/services/storefront/internal/store"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// Desk answers operators.
type Desk struct {
	DB        *database.DB
	Metrics   *service.Metrics
	Token     config.Secret
	Reconcile func(ctx context.Context, since time.Duration) (reconcile.Result, error)
}

// Routes adds the operators' routes to e.
func (d *Desk) Routes(e *echo.Echo) {
	e.GET("/metrics", d.Metrics.Handler())
	e.GET("/", d.console("/api/orders"))
	e.GET("/orders/:id", d.console("/api/orders"))
	e.GET("/alerts", d.console("/api/alerts"))
	api := e.Group("/api", service.Bearer(d.Token))
	api.GET("/orders", d.orders)
	api.GET("/orders/:id", d.order)
	api.GET("/alerts", d.alerts)
	api.GET("/messages", d.messages)
	api.GET("/verdicts", d.verdicts)
	api.POST("/reconcile", d.reconcile)
}

type orderJSON struct {
	ID        order.ID    `json:"id"`
	State     order.State `json:"state"`
	StateAt   time.Time   `json:"state_at"`
	Product   string      `json:"product"`
	Email     string      `json:"customer_email"`
	Amount    int64       `json:"amount"`
	Currency  string      `json:"currency"`
	SessionID string      `json:"session_id"`
	CreatedAt time.Time   `json:"created_at"`
}

func toJSON(o order.Order) orderJSON {
	return orderJSON{
		ID: o.ID, State: o.State, StateAt: o.StateAt, Product: o.Product, Email: o.CustomerEmail,
		Amount: o.Amount, Currency: o.Currency, SessionID: o.SessionID, CreatedAt: o.CreatedAt,
	}
}

// orders is GET /api/orders?since=&state=&q=&cursor=&limit=, newest first.
func (d *Desk) orders(c echo.Context) error {
	f := store.Filter{State: order.State(c.QueryParam("state")), Search: c.QueryParam("q"), Cursor: c.QueryParam("cursor"), Limit: defaultLimit}
	reasons := map[string]string{}
	if text := c.QueryParam("since"); text != "" {
		since, err := time.Parse(time.RFC3339, text)
		if err != nil {
			reasons["since"] = "must be a time such as 2026-11-24T12:00:00Z"
		}
		f.Since = since
	}
	if text := c.QueryParam("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit {
			reasons["limit"] = "must be a number from 1 to 1000"
		}
		f.Limit = limit
	}
	if f.State != "" && !f.State.Valid() {
		reasons["state"] = "is not a state of an order"
	}
	if len(reasons) > 0 {
		return &errs.Error{Kind: errs.Invalid, Message: "Some parameters cannot be used.", Fields: reasons}
	}
	list, next, err := store.Orders(c.Request().Context(), d.DB.Read(), f)
	if err != nil {
		return err
	}
	out := make([]orderJSON, len(list))
	for i, o := range list {
		out[i] = toJSON(o)
	}
	return c.JSON(http.StatusOK, map[string]any{"orders": out, "next": next})
}

// alerts is GET /api/alerts, newest first.
func (d *Desk) alerts(c echo.Context) error {
	list, err := store.Alerts(c.Request().Context(), d.DB.Read(), "", maxLimit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"alerts": alertsJSON(list)})
}

// reconcile is POST /api/reconcile?since=72h: it compares the ledger with Stripe now.
func (d *Desk) reconcile(c echo.Context) error {
	since, err := reconcile.ParseSince(c.QueryParam("since"))
	if err != nil {
		return &errs.Error{Kind: errs.Invalid, Message: "The parameter since cannot be used.", Fields: map[string]string{"since": err.Error()}}
	}
	result, err := d.Reconcile(c.Request().Context(), since)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{
		"paid": result.Paid, "here": result.Here, "healed": result.Healed, "gap": result.Gap(), "summary": result.String(),
	})
}
