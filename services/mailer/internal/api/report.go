package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"doorstep.example/pkg/errs"
	"doorstep.example/pkg/service"
	"doorstep.example/services/mailer/internal/store"
	"doorstep.example/services/mailer/internal/transport"
)

// maxID bounds ids that come from outside into the database.
const maxID = 256

// event is what we read of a report; it has more.
type event struct {
	Type string `json:"type"`
	Data struct {
		EmailID string   `json:"email_id"`
		To      []string `json:"to"`
		Tags    tags     `json:"tags"`
		Bounce  struct {
			Message string `json:"message"`
			Type    string `json:"type"`
			SubType string `json:"subType"`
		} `json:"bounce"`
		Failed struct {
			Reason string `json:"reason"`
		} `json:"failed"`
	} `json:"data"`
}

// tags come as an object in reports, and as a list of pairs in other answers.
type tags map[string]string

// UnmarshalJSON reads either form; one that is neither is no reason to refuse a
// report that is rightly signed.
func (t *tags) UnmarshalJSON(raw []byte) error {
	*t = tags{}
	object := map[string]string{}
	if json.Unmarshal(raw, &object) == nil {
		*t = object
		return nil
	}
	var pairs []struct{ Name, Value string }
	if json.Unmarshal(raw, &pairs) == nil {
		for _, p := range pairs {
			(*t)[p.Name] = p.Value
		}
	}
	return nil
}

// report takes one of Resend's reports. The signature is its only credential: it
// may be passed on by the storefront, body and svix headers unchanged.
func (s *server) report(c echo.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return unreadable(err)
	}
	now := s.Now()
	if err := s.Webhooks.Verify(c.Request().Header, body, now); err != nil {
		s.reports.count("", "refused")
		return err
	}
	svixID := c.Request().Header.Get("svix-id")
	var e event
	if err := json.Unmarshal(body, &e); err != nil || len(svixID) > maxID || len(e.Data.EmailID) > maxID {
		return errs.Wrap(errs.Invalid, err, "The report cannot be read.")
	}
	if !store.Concerns(e.Type) {
		s.reports.count(e.Type, "ignored")
		s.Log.Info("report without meaning for us", "type", transport.Quote(e.Type, ""))
		return c.JSON(http.StatusOK, received)
	}
	fresh, err := s.Store.Report(c.Request().Context(), store.Event{
		SvixID: svixID, Type: e.Type, ProviderID: e.Data.EmailID, MessageID: clipID(e.Data.Tags[transport.TagMessage]),
		Detail: e.detail(), ReceivedAt: now,
	})
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "The report cannot be kept right now; send it again.")
	}
	outcome := "repeated"
	if fresh {
		outcome = "taken"
	}
	s.reports.count(e.Type, outcome)
	return c.JSON(http.StatusOK, received)
}

var received = map[string]bool{"received": true}

func clipID(id string) string {
	if len(id) > maxID {
		return ""
	}
	return id
}

// detail is the report in words, without the recipient's address.
func (e event) detail() string {
	var words []string
	switch e.Type {
	case "email.delivery_delayed":
		words = append(words, "delivery delayed; the provider keeps trying")
	case "email.suppressed":
		words = append(words, "not sent: the address bounced or complained before")
	default:
		words = append(words, "reported by Resend")
	}
	for _, w := range []string{e.Data.Bounce.Type, e.Data.Bounce.SubType, e.Data.Bounce.Message, e.Data.Failed.Reason} {
		if w != "" {
			words = append(words, w)
		}
	}
	text := strings.Join(words, ": ")
	for _, to := range e.Data.To {
		text = transport.Quote(text, to)
	}
	return transport.Quote(text, "")
}

// reportCounter counts reports. Types come from outside, so only those that we
// know become labels.
type reportCounter struct{ vec *prometheus.CounterVec }

func newReportCounter(m *service.Metrics) reportCounter {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "mailer_reports_total",
		Help: "Delivery reports by type and outcome: taken, repeated, ignored or refused.",
	}, []string{"type", "outcome"})
	m.MustRegister(vec)
	return reportCounter{vec}
}

func (r reportCounter) count(eventType, outcome string) {
	if !store.Concerns(eventType) {
		eventType = "other"
	}
	r.vec.WithLabelValues(eventType, outcome).Inc()
}
