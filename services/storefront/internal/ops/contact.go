package ops

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/services/storefront/internal/store"
)

// verdictsSince is how far back verdicts are counted.
const verdictsSince = 30 * 24 * time.Hour

type contactJSON struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Company string    `json:"company"`
	Message string    `json:"message"`
	Lang    string    `json:"lang"`
	Verdict string    `json:"verdict"`
	Reason  string    `json:"reason"`
	State   string    `json:"state"`
}

// messages is GET /api/messages: what people wrote in the contact form, newest first,
// with what was kept from the seller's inbox.
func (d *Desk) messages(c echo.Context) error {
	list, err := store.ContactMessages(c.Request().Context(), d.DB.Read(), maxLimit)
	if err != nil {
		return err
	}
	out := make([]contactJSON, len(list))
	for i, m := range list {
		out[i] = contactJSON{
			ID: m.ID, At: m.At, Name: m.Name, Email: m.Email, Company: m.Company, Message: m.Text,
			Lang: m.Lang, Verdict: m.Verdict, Reason: m.Reason, State: m.State,
		}
	}
	return c.JSON(http.StatusOK, map[string]any{"messages": out})
}

type verdictJSON struct {
	Day     string `json:"day"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"`
	Count   int    `json:"count"`
}

// verdicts is GET /api/verdicts: what forms were taken for in the last 30 days.
func (d *Desk) verdicts(c echo.Context) error {
	list, err := store.Verdicts(c.Request().Context(), d.DB.Read(), time.Now().Add(-verdictsSince))
	if err != nil {
		return err
	}
	out := make([]verdictJSON, len(list))
	for i, v := range list {
		out[i] = verdictJSON(v)
	}
	return c.JSON(http.StatusOK, map[string]any{"verdicts": out})
}
