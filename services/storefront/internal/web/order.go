package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/pkg/service"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/store"
)

const (
	eventsEvery = 300 * time.Millisecond // how often an open order page is looked after while work is done
	eventsIdle  = 3 * time.Second        // and while it waits for something that takes hours
	eventsAlive = 15 * time.Second       // a comment, so that proxies keep the line open
	eventsLimit = 10 * time.Minute       // then the browser opens a new line by itself
	eventsWrite = 10 * time.Second       // a reader slower than this is let go
)

// order is the live order page. Its id is all that it takes to see it.
func (s *Site) order(c echo.Context) error {
	view, err := s.orderView(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return html(c, http.StatusOK, func() error { return s.Pages.Order(c.Response(), s.view(c), view) })
}

// orderEvents sends the live part of the page whenever it has changed. It asks the
// database and not the worker, who may be on another machine.
func (s *Site) orderEvents(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), eventsLimit)
	defer cancel()
	view, err := s.orderView(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep the events to itself
	c.Response().WriteHeader(http.StatusOK)
	line := eventLine{c: c}
	// The deadlines of single events must not outlive the answer on its connection.
	defer func() { _ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{}) }()
	tick := time.NewTicker(pace(view.State))
	defer tick.Stop()
	for {
		var b bytes.Buffer
		if err := s.Pages.OrderFragment(&b, s.view(c), view); err != nil {
			return err
		}
		if err := line.send(b.String()); err != nil || view.Final {
			return nil // a browser that is gone is no error, and there is nobody to tell
		}
		select {
		case <-ctx.Done():
			return nil
		case <-service.Draining(ctx):
			return nil
		case <-tick.C:
		}
		if view, err = s.orderView(ctx, c.Param("id")); err != nil {
			s.Log.Warn("order page cannot be followed", "error", err)
			return nil
		}
		tick.Reset(pace(view.State))
	}
}

// pace is how often a page in this state may change.
func pace(state string) time.Duration {
	switch order.State(state) {
	case order.Paid, order.Working, order.Ready:
		return eventsEvery
	default:
		return eventsIdle
	}
}

// eventLine writes one browser's events.
type eventLine struct {
	c    echo.Context
	last string
	at   time.Time
}

// send writes an update if the fragment has changed, or a comment if the line was
// silent for long.
func (l *eventLine) send(fragment string) error {
	text := ": alive\n\n"
	if fragment != l.last {
		text = "event: update\ndata: " + strings.ReplaceAll(fragment, "\n", "\ndata: ") + "\n\n"
	} else if time.Since(l.at) < eventsAlive {
		return nil
	}
	control := http.NewResponseController(l.c.Response())
	if err := control.SetWriteDeadline(time.Now().Add(eventsWrite)); err != nil {
		return fmt.Errorf("set the deadline: %w", err)
	}
	if _, err := l.c.Response().Write([]byte(text)); err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	l.last, l.at = fragment, time.Now()
	return control.Flush()
}

// orderView reads everything that the order page shows.
func (s *Site) orderView(ctx context.Context, id string) (page.Order, error) {
	unknown := errs.New(errs.NotFound, "There is no order under this address. Please use the link in your receipt as it stands.")
	unknown.Code = "unknown_order"
	orderID, err := order.ParseID(id)
	if err != nil {
		return page.Order{}, unknown
	}
	q := s.DB.Read()
	o, err := store.Order(ctx, q, orderID)
	if errs.KindOf(err) == errs.NotFound {
		return page.Order{}, unknown
	}
	if err != nil {
		return page.Order{}, err
	}
	p, ok := s.Catalog.Product(o.Product)
	if !ok {
		p = catalog.Product{Name: o.Product}
	}
	timeline, err := store.Timeline(ctx, q, o.ID)
	if err != nil {
		return page.Order{}, err
	}
	view := page.Order{
		ID: string(o.ID), State: string(o.State), Unpaid: o.PaidAt.IsZero(), Final: o.State.Final(),
		Kind: p.Kind, Product: p.Name, Amount: o.Amount, Currency: o.Currency, Target: o.Fields[kind.FieldTargetURL],
		Email: mask(o.CustomerEmail), CreatedAt: o.CreatedAt,
	}
	messages, err := store.Messages(ctx, q, o.ID)
	if err != nil {
		return page.Order{}, err
	}
	if o.State == order.Failed {
		view.Note = reason(timeline)
	}
	confirms := s.addMessages(o, messages, &view)
	view.Stations = stations(o, p, timeline, confirms)
	return view, s.addGoods(ctx, o, &view)
}

// reason is why the order failed, where that was put into words for the buyer.
func reason(timeline []order.Entry) string {
	for _, e := range slices.Backward(timeline) {
		if e.Kind == order.EntryReason {
			return e.Detail
		}
	}
	return ""
}

// addMessages adds what the mails have come to, and reports whether the provider
// will say that the goods were delivered. Where it will not, sent is the end.
func (s *Site) addMessages(o order.Order, messages []store.Message, view *page.Order) (confirms bool) {
	for _, m := range messages {
		taken := m.State == mailapi.StateAccepted || m.State == mailapi.StateDelivered
		if m.Purpose == store.PurposeReceipt && taken {
			view.ReceiptAt = m.UpdatedAt
		}
		if m.Purpose == store.PurposeDelivery {
			confirms = m.Confirms
		}
	}
	view.Final = view.Final || (o.State == order.Sent && !confirms)
	return confirms
}

// addGoods adds what has been made so far.
func (s *Site) addGoods(ctx context.Context, o order.Order, view *page.Order) error {
	q := s.DB.Read()
	if o.State == order.Working {
		if p, err := store.ProgressOf(ctx, q, o.ID); err == nil {
			view.Progress = &page.Progress{Title: p.Title, Done: p.Done, Total: p.Total}
		}
	}
	if !o.State.Deliverable() {
		return nil
	}
	if r, err := store.ReportOf(ctx, q, o.ID); err == nil {
		view.Grade = &page.Grade{
			Letter: r.Grade, Score: r.Score, Critical: r.Summary["critical"], High: r.Summary["high"],
			Medium: r.Summary["medium"], Low: r.Summary["low"], Info: r.Summary["info"],
		}
	}
	files, err := store.Artefacts(ctx, q, o.ID, store.RoleGoods)
	for _, f := range files {
		view.Goods = append(view.Goods, page.Good{
			Name: f.Name, ContentType: f.ContentType, Size: f.Size, ActionURL: "/orders/" + string(o.ID) + "/goods/" + f.ID,
		})
	}
	return err
}

// stations draws the order's way as a line. Times are those of the first move into
// each state. Delivered is a station only where the provider tells.
func stations(o order.Order, p catalog.Product, timeline []order.Entry, confirms bool) []page.Station {
	at := map[order.State]time.Time{}
	for _, e := range timeline {
		if _, seen := at[e.To]; e.Kind == order.EntryState && !seen {
			at[e.To] = e.At
		}
	}
	working := "work"
	if p.Kind == "audit" {
		working = "audit"
	}
	type stop struct {
		key   string
		state order.State
	}
	line := []stop{{"payment", order.Paid}, {working, order.Ready}, {"mail", order.Sent}}
	if confirms {
		line = append(line, stop{"delivered", order.Delivered})
	}
	var list []page.Station
	active := true
	for _, l := range line {
		station := page.Station{Key: l.key, State: page.Waiting, At: at[l.state]}
		switch {
		case !station.At.IsZero():
			station.State = page.Done
		case active:
			active = false
			if station.State = page.Active; stuck(o.State) {
				station.State = page.Failed
			}
		}
		list = append(list, station)
	}
	return list
}

// stuck reports whether the order does not go on by itself.
func stuck(state order.State) bool {
	switch state {
	case order.Failed, order.Undeliverable, order.Refunded, order.Expired, order.Held:
		return true
	default:
		return false
	}
}

// mask shows enough of an address to recognise it, and not enough to write to it.
func mask(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return "•••"
	}
	return email[:1] + "•••" + email[at:]
}
