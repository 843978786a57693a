package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/contact"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/screen"
)

// contactForm is GET /contact.
func (s *Site) contactForm(c echo.Context) error {
	return s.showContact(c, http.StatusOK, nil, &errs.Error{})
}

func (s *Site) showContact(c echo.Context, status int, values map[string]string, wrong *errs.Error) error {
	form := page.Form{Fields: []page.Field{
		{Name: "name", Required: true, MaxLength: contact.MaxName, Autocomplete: "name"},
		{Name: "email", Type: "email", Required: true, MaxLength: maxEmail, Autocomplete: "email"},
		{Name: "company", MaxLength: contact.MaxCompany, Autocomplete: "organization"},
		{Name: "message", Type: "textarea", Required: true, MaxLength: contact.MaxText},
	}}
	for i, f := range form.Fields {
		form.Fields[i].Value, form.Fields[i].Error = values[f.Name], wrong.Fields[f.Name]
	}
	if len(wrong.Fields) == 0 {
		form.Error = wrong.Message
	}
	return html(c, status, func() error { return s.Pages.Contact(c.Response(), s.viewAt(c, "/contact"), page.Contact{Form: form}) })
}

// sendContact is POST /contact. Whoever writes spam is thanked like everybody.
func (s *Site) sendContact(c echo.Context) error {
	values := map[string]string{}
	for _, name := range []string{"name", "email", "company", "message"} {
		values[name] = c.FormValue(name)
	}
	verdict := s.Desk.Screen.Judge(screen.Form{
		Email: values["email"], Name: values["name"], Company: values["company"], Message: values["message"], Honeypot: c.FormValue(page.Trap),
	})
	if verdict.Kind == screen.Invalid { // too long or damaged: the desk says which
		verdict.Kind, verdict.Reason = screen.Legitimate, ""
	}
	err := s.Contact.Send(c.Request().Context(), contact.Message{
		Name: values["name"], Email: values["email"], Company: values["company"], Text: values["message"],
		Lang: s.view(c).Lang, Verdict: string(verdict.Kind), Reason: verdict.Reason,
	})
	if e := errs.From(err); err != nil && e.Kind == errs.Invalid {
		return s.showContact(c, http.StatusBadRequest, values, e)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/contact?sent=1")
}

// contactPage is GET /contact: the form, or thanks after it.
func (s *Site) contactPage(c echo.Context) error {
	if c.QueryParam("sent") != "" {
		return html(c, http.StatusOK, func() error { return s.Pages.Contact(c.Response(), s.view(c), page.Contact{Sent: true}) })
	}
	return s.contactForm(c)
}
