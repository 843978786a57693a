package web

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/mailapi"
	"doorstep.example/services/storefront/internal/catalog"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/store"
)

// orderID is the order that the request's address names. NotFound for what is no id.
func orderID(c echo.Context) (order.ID, error) {
	id, err := order.ParseID(c.Param("id"))
	if err != nil {
		return "", unknownOrder()
	}
	return id, nil
}

func unknownOrder() error {
	return &errs.Error{Kind: errs.NotFound, Code: "unknown_order", Message: "There is no order under this address. Please use the link in your receipt as it stands."}
}

// knownOrder reads the order that the request's address names.
func (s *Site) knownOrder(c echo.Context) (order.Order, error) {
	id, err := orderID(c)
	if err != nil {
		return order.Order{}, err
	}
	o, err := store.Order(c.Request().Context(), s.DB.Read(), id)
	if errs.KindOf(err) == errs.NotFound {
		return order.Order{}, unknownOrder()
	}
	return o, err
}

// orderView reads everything that the order page shows.
func (s *Site) orderView(c echo.Context) (page.Order, error) {
	ctx, q := c.Request().Context(), s.DB.Read()
	o, err := s.knownOrder(c)
	if err != nil {
		return page.Order{}, err
	}
	p, ok := s.Catalog.Product(o.Product)
	if !ok {
		p = catalog.Product{Name: o.Product}
	}
	p = p.In(s.view(c).Lang)
	timeline, err := store.Timeline(ctx, q, o.ID)
	if err != nil {
		return page.Order{}, err
	}
	view := page.Order{
		ID: string(o.ID), State: string(o.State), Unpaid: o.PaidAt.IsZero(), Final: o.State.Final(),
		Kind: p.Kind, Product: p.Name, Amount: o.Amount, Currency: o.Currency, Target: o.Fields[kind.FieldTargetURL],
		Email: mask(o.CustomerEmail), CreatedAt: o.CreatedAt, ReceiptURL: receiptURL(o),
		MayResend: o.State.Deliverable(), MayCorrect: correctable(o) && s.isBuyer(c, o.ID),
	}
	messages, err := store.Messages(ctx, q, o.ID)
	if err != nil {
		return page.Order{}, err
	}
	if o.State == order.Failed {
		view.Note = reason(timeline)
	}
	if o.State == order.AwaitingProof {
		host, domain, token := s.Fulfil.ProofOf(o)
		view.Proof = &page.Proof{Host: host, Domain: domain, Token: token, ActionURL: "/orders/" + string(o.ID) + "/proof"}
	}
	confirms := s.addMessages(o, messages, &view)
	view.Stations = stations(o, p, timeline, confirms)
	return view, s.addGoods(ctx, o, &view)
}

// correctable reports whether the order's mails still go somewhere.
func correctable(o order.Order) bool {
	switch o.State {
	case order.Paid, order.Working, order.Ready, order.Sent, order.Delivered, order.AwaitingProof, order.Undeliverable:
		return true
	default:
		return false
	}
}

// payURL is the payment page of an order that was not paid yet, while it is open. What
// the payment provider does not tell in time is not shown.
func (s *Site) payURL(ctx context.Context, o order.Order) string {
	if o.State != order.AwaitingPayment || !o.SubmittedAt.IsZero() || o.SessionID == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, payWait)
	defer cancel()
	session, err := s.Payment.Session(ctx, o.SessionID)
	if err != nil {
		s.Log.Warn("payment page not known", "order_id", o.ID, "error", err)
		return ""
	}
	return session.URL
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
		if m.Template == mailapi.TemplateReceipt && taken {
			view.ReceiptAt = m.UpdatedAt
		}
		if m.HandsOver() && taken { // the newest counts
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
			view.Progress = &page.Progress{Check: p.Check, Title: p.Title, Done: p.Done, Total: p.Total}
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
	view.Goods = goods(o, files)
	return err
}

func goods(o order.Order, files []store.Artefact) []page.Good {
	var list []page.Good
	for _, f := range files {
		list = append(list, page.Good{
			Name: f.Name, ContentType: f.ContentType, Size: f.Size, ActionURL: "/orders/" + string(o.ID) + "/goods/" + f.ID,
		})
	}
	return list
}

// productName is what an order's product is called; its id where it is no longer sold.
func (s *Site) productName(o order.Order, lang string) string {
	if p, ok := s.Catalog.Product(o.Product); ok {
		return p.In(lang).Name
	}
	return o.Product
}

// notice is what the visitor's last press did, if it is one of those.
func notice(c echo.Context, known ...string) string {
	if done := c.QueryParam("done"); slices.Contains(known, done) {
		return done
	}
	return ""
}

// stations draws the order's way as a line. Times are those of the first move into
// each state. Delivered is a station only where the provider tells.
func stations(o order.Order, p catalog.Product, timeline []order.Entry, confirms bool) []page.Station {
	at := map[order.State]time.Time{}
	var proven time.Time
	for _, e := range timeline {
		if _, seen := at[e.To]; e.Kind == order.EntryState && !seen {
			at[e.To] = e.At
		}
		if e.From == order.AwaitingProof && e.To == order.Working {
			proven = e.At
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
	if _, asked := at[order.AwaitingProof]; asked {
		at[order.AwaitingProof] = proven // the station is passed when the proof is there
		line = slices.Insert(line, 1, stop{"proof", order.AwaitingProof})
	}
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
	_, first := utf8.DecodeRuneInString(email)
	return email[:first] + "•••" + email[at:]
}
