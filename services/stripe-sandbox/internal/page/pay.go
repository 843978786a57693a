package page

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/refusal"
)

// payPage is the hosted page of an open session.
type payPage struct {
	Session account.Session
	Items   []account.LineItem
	Groups  []group
	Email   string // typed, or given by the shop
	Fixed   bool   // the shop gave it
	Name    string
	Problem string
}

// group is the instruments of one method.
type group struct {
	Title   string
	Options []option
}

type option struct {
	account.Instrument
	Checked bool
}

// defaultName is the payer of Stripe's own examples.
const defaultName = "Jenny Rosen"

func (p *Pages) showPay(c echo.Context) error {
	s, err := p.Account.Session(c.Param("session"))
	if err != nil {
		return p.unknown(c)
	}
	if s.Status != account.StatusOpen {
		return p.closed(c, http.StatusOK, s)
	}
	return p.form(c, http.StatusOK, s, account.Payment{Name: defaultName}, "")
}

// postPay pays. Its fields are card, email (unless the shop gave one), name, and
// then=close for a payer who never comes back.
func (p *Pages) postPay(c echo.Context) error {
	s, err := p.Account.Session(c.Param("session"))
	if err != nil {
		return p.unknown(c)
	}
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, 16<<10)
	payment := account.Payment{Email: c.FormValue("email"), Name: c.FormValue("name")}
	instrument, ok := account.FindInstrument(c.FormValue("card"))
	if !ok {
		return p.form(c, http.StatusBadRequest, s, payment, "Please choose how to pay.")
	}
	payment.Instrument = instrument
	s, err = p.Account.Pay(s.ID, payment)
	switch {
	case err != nil && s.Status != account.StatusOpen:
		return p.closed(c, http.StatusConflict, s)
	case err != nil:
		return p.form(c, err.Status, s, payment, problem(err))
	case c.FormValue("then") == "close":
		return p.showNotice(c, http.StatusOK, notice{
			Title: "Paid, and the tab is closed", Tone: "good", Link: s.ReturnURL(), LinkText: "Come back to the shop after all",
			Text: "You paid and never returned to the shop. It learns of the payment from the webhook alone.",
		})
	}
	return c.Redirect(http.StatusSeeOther, s.ReturnURL())
}

func problem(err *refusal.Error) string {
	if err.Type == refusal.TypeCard {
		return err.Message + " Nothing was charged; choose another way to pay."
	}
	return err.Message
}

func (p *Pages) form(c echo.Context, status int, s account.Session, typed account.Payment, problem string) error {
	if s.Status != account.StatusOpen {
		return p.closed(c, http.StatusConflict, s)
	}
	data := payPage{Session: s, Items: s.LineItems(), Email: typed.Email, Name: typed.Name, Problem: problem}
	if s.CustomerEmail != nil {
		data.Email, data.Fixed = *s.CustomerEmail, true
	}
	titles := map[string]string{account.MethodCard: "Test card", account.MethodDebit: "Test SEPA debit"}
	for _, method := range []string{account.MethodCard, account.MethodDebit} {
		if !slices.Contains(s.PaymentMethodTypes, method) {
			continue
		}
		g := group{Title: titles[method]}
		for _, i := range account.Instruments {
			if i.Method == method {
				g.Options = append(g.Options, option{i, i.Number == typed.Instrument.Number})
			}
		}
		data.Groups = append(data.Groups, g)
	}
	if typed.Instrument.Number == "" {
		data.Groups[0].Options[0].Checked = true
	}
	return render(c, status, p.pay, s.SuccessURL, data)
}

// closed is the page of a session that cannot be paid any more.
func (p *Pages) closed(c echo.Context, status int, s account.Session) error {
	if s.Status == account.StatusExpired {
		n := notice{Title: "This payment page has expired", Tone: "quiet", Text: "Nothing was charged. Please start again in the shop."}
		if s.CancelURL != nil {
			n.Link, n.LinkText = *s.CancelURL, "Back to the shop"
		}
		return p.showNotice(c, status, n)
	}
	n := notice{Title: "This order is paid", Tone: "good", Text: "There is nothing left to do here.", Link: s.ReturnURL(), LinkText: "Back to the shop"}
	if s.PaymentStatus != account.PaymentPaid {
		n.Title, n.Tone, n.Text = "This order's debit was handed in", "quiet", "The bank has not paid it. The dashboard shows whether it is still under way."
	}
	return p.showNotice(c, status, n)
}

func (p *Pages) unknown(c echo.Context) error {
	return p.showNotice(c, http.StatusNotFound, notice{
		Title: "No such payment page", Tone: "quiet", Link: "/", LinkText: "Go to the dashboard",
		Text: "The sandbox keeps its sessions in memory: they are gone when it was started anew.",
	})
}
