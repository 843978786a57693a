package page

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/stripe-sandbox/internal/account"
	"doorstep.example/services/stripe-sandbox/internal/control"
	"doorstep.example/services/stripe-sandbox/internal/webhook"
)

// shown is how many lines each table has.
const shown = 25

// dashboardPage is everything at a glance.
type dashboardPage struct {
	Problem       string
	URL           string
	Pending, Held int
	Switches      control.Switches
	Sessions      []sessionRow
	Events        []eventRow
	Deliveries    []webhook.Attempt
}

// sessionRow is a session with what became of its money.
type sessionRow struct {
	account.Session
	What    string // the first thing sold
	Email   string
	Charge  *account.Charge
	Dispute *account.Dispute // open
	Waits   bool             // for the outcome of a debit
	State   string           // one word
	Tone    string           // good, bad, wait or quiet
}

type eventRow struct {
	account.Event
	ObjectID string
	State    string
	Tone     string
}

func (p *Pages) showDashboard(c echo.Context) error { return p.dashboardWith(c, http.StatusOK, "") }

func (p *Pages) dashboardWith(c echo.Context, status int, problem string) error {
	data := dashboardPage{
		Problem: problem, URL: p.Engine.URL, Switches: p.Control.Switches(),
		Deliveries: p.Engine.Attempts("", shown),
	}
	data.Pending, data.Held = p.Engine.Waiting()
	for _, s := range p.Account.Sessions(first[account.Session](shown)) {
		data.Sessions = append(data.Sessions, p.sessionRow(s))
	}
	for _, e := range p.Account.Events(first[account.Event](shown)) {
		data.Events = append(data.Events, p.eventRow(e))
	}
	return render(c, status, p.dashboard, "", data)
}

// first accepts the first n.
func first[T any](n int) func(*T) bool {
	return func(*T) bool { n--; return n >= 0 }
}

func (p *Pages) sessionRow(s account.Session) sessionRow {
	row := sessionRow{Session: s, What: s.LineItems()[0].Description, Waits: p.Account.Waits(s.ID)}
	if s.CustomerDetails != nil && s.CustomerDetails.Email != nil {
		row.Email = *s.CustomerDetails.Email
	}
	if s.PaymentIntent != nil {
		row.Charge = p.paidCharge(*s.PaymentIntent)
	}
	if row.Charge != nil && row.Charge.Disputed {
		for _, d := range p.Account.Disputes(func(d *account.Dispute) bool { return d.Charge == row.Charge.ID }) {
			if d.Open() {
				row.Dispute = &d
			}
		}
	}
	row.State, row.Tone = row.state()
	return row
}

func (p *Pages) paidCharge(intent string) *account.Charge {
	charges := p.Account.Charges(func(c *account.Charge) bool { return c.PaymentIntent == intent && c.Paid })
	if len(charges) == 0 {
		return nil
	}
	return &charges[0]
}

func (r sessionRow) state() (word, tone string) {
	switch {
	case r.Dispute != nil:
		return "disputed", "bad"
	case r.Charge != nil && r.Charge.Refunded:
		return "refunded", "quiet"
	case r.Charge != nil && r.Charge.AmountRefunded > 0:
		return "partly refunded", "wait"
	case r.PaymentStatus == account.PaymentPaid:
		return "paid", "good"
	case r.Waits:
		return "debit under way", "wait"
	case r.Status == account.StatusComplete:
		return "debit failed", "bad"
	case r.Status == account.StatusExpired:
		return "expired", "quiet"
	}
	return "open", "wait"
}

func (p *Pages) eventRow(e account.Event) eventRow {
	row := eventRow{Event: e, ObjectID: e.ObjectID(), State: "not subscribed", Tone: "quiet"}
	attempts := p.Engine.Attempts(e.ID, 1)
	switch {
	case len(attempts) == 0 && e.PendingWebhooks > 0:
		row.State, row.Tone = "waiting", "wait"
	case len(attempts) == 0:
	case e.PendingWebhooks == 0:
		row.State, row.Tone = "delivered", "good"
	case attempts[0].Outcome == webhook.Lost:
		row.State, row.Tone = "lost", "bad"
	case attempts[0].Next != nil:
		row.State, row.Tone = "will be tried again", "wait"
	default:
		row.State, row.Tone = "given up", "bad"
	}
	return row
}
