package ops

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

type entryJSON struct {
	At     time.Time   `json:"at"`
	Kind   string      `json:"kind"`
	From   order.State `json:"from"`
	To     order.State `json:"to"`
	Detail string      `json:"detail"`
}

type messageJSON struct {
	ID       string             `json:"id"`
	Template string             `json:"template"`
	Purpose  string             `json:"purpose"`
	To       string             `json:"to"`
	State    string             `json:"state"`
	History  []messageEntryJSON `json:"history"`
}

type messageEntryJSON struct {
	At     time.Time `json:"at"`
	State  string    `json:"state"`
	Detail string    `json:"detail"`
}

type grantJSON struct {
	ID        string     `json:"id"`
	Artefact  string     `json:"artefact"`
	MaxUses   int        `json:"max_uses"`
	Used      int        `json:"used"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

type artefactJSON struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type alertJSON struct {
	ID      string    `json:"id"`
	OrderID order.ID  `json:"order_id"`
	Reason  string    `json:"reason"`
	State   string    `json:"state"`
	Detail  string    `json:"detail"`
	Count   int       `json:"count"`
	FirstAt time.Time `json:"first_at"`
	LastAt  time.Time `json:"last_at"`
}

type progressJSON struct {
	Title string `json:"title"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// orderDetail is everything that is known of one order.
type orderDetail struct {
	orderJSON
	ContactName string            `json:"contact_name"`
	Fields      map[string]string `json:"fields"`
	Timeline    []entryJSON       `json:"timeline"`
	Progress    *progressJSON     `json:"progress,omitempty"`
	Artefacts   []artefactJSON    `json:"artefacts"`
	Messages    []messageJSON     `json:"messages"`
	Grants      []grantJSON       `json:"grants"`
	Licenses    []struct{}        `json:"licenses"` // of products that have them; none do yet
	Alerts      []alertJSON       `json:"alerts"`
}

// order is GET /api/orders/{id}.
func (d *Desk) order(c echo.Context) error {
	id, err := order.ParseID(c.Param("id"))
	if err != nil {
		return errs.New(errs.NotFound, "There is no such order.")
	}
	ctx := c.Request().Context()
	o, err := store.Order(ctx, d.DB.Read(), id)
	if err != nil {
		return err
	}
	detail := orderDetail{orderJSON: toJSON(o), ContactName: o.ContactName, Fields: o.Fields, Licenses: []struct{}{}}
	if err := d.story(ctx, &detail); err != nil {
		return err
	}
	if err := d.goods(ctx, &detail); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, detail)
}

// story adds what happened: timeline, progress, messages, alerts.
func (d *Desk) story(ctx context.Context, detail *orderDetail) error {
	q := d.DB.Read()
	timeline, err := store.Timeline(ctx, q, detail.ID)
	if err != nil {
		return err
	}
	detail.Timeline = make([]entryJSON, len(timeline))
	for i, e := range timeline {
		detail.Timeline[i] = entryJSON(e)
	}
	if p, err := store.ProgressOf(ctx, q, detail.ID); err == nil {
		detail.Progress = &progressJSON{Title: p.Title, Done: p.Done, Total: p.Total}
	}
	messages, err := store.Messages(ctx, q, detail.ID)
	if err != nil {
		return err
	}
	detail.Messages = make([]messageJSON, len(messages))
	for i, m := range messages {
		history := make([]messageEntryJSON, len(m.History))
		for j, h := range m.History {
			history[j] = messageEntryJSON(h)
		}
		detail.Messages[i] = messageJSON{ID: m.ID, Template: m.Template, Purpose: m.Purpose, To: m.To, State: m.State, History: history}
	}
	alerts, err := store.Alerts(ctx, q, detail.ID, maxLimit)
	detail.Alerts = alertsJSON(alerts)
	return err
}

// goods adds what was made and who may fetch it.
func (d *Desk) goods(ctx context.Context, detail *orderDetail) error {
	q := d.DB.Read()
	detail.Artefacts = []artefactJSON{}
	for _, role := range []string{store.RoleGoods, store.RoleData} {
		list, err := store.Artefacts(ctx, q, detail.ID, role)
		if err != nil {
			return err
		}
		for _, a := range list {
			detail.Artefacts = append(detail.Artefacts, artefactJSON{ID: a.ID, Name: a.Name, Role: a.Role, Size: a.Size, SHA256: a.SHA256})
		}
	}
	grants, err := store.Grants(ctx, q, detail.ID)
	detail.Grants = make([]grantJSON, len(grants))
	for i, g := range grants {
		detail.Grants[i] = grantJSON{ID: g.ID, Artefact: g.ArtefactID, MaxUses: g.MaxUses, Used: g.Used, CreatedAt: g.CreatedAt, ExpiresAt: g.ExpiresAt}
		if !g.RevokedAt.IsZero() {
			detail.Grants[i].RevokedAt = &grants[i].RevokedAt
		}
	}
	return err
}

func alertsJSON(list []store.Alert) []alertJSON {
	out := make([]alertJSON, len(list))
	for i, a := range list {
		out[i] = alertJSON(a)
	}
	return out
}
