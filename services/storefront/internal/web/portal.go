package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/kind"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/portal"
)

const (
	maxEmail  = 254 // RFC 5321, 4.5.3.1.3
	formToken = "form_token"
)

// portal is GET /portal: the purchases of whoever is signed in, else the door.
func (s *Site) portal(c echo.Context) error {
	session, err := s.signedIn(c)
	if err == nil {
		return s.purchases(c, session)
	}
	if errs.KindOf(err) != errs.Unauthorized {
		return err
	}
	door := page.Portal{Sent: c.QueryParam("sent") != "", Notice: notice(c, "signed_out"), Form: portalForm("", "")}
	if s.PortalCookies.Read(c.Request()) != "" {
		c.SetCookie(s.PortalCookies.Clear())
		door.Notice = "timed_out"
	}
	return s.showDoor(c, http.StatusOK, door)
}

func (s *Site) showDoor(c echo.Context, status int, p page.Portal) error {
	return html(c, status, func() error { return s.Pages.Portal(c.Response(), s.viewAt(c, "/portal"), p) })
}

func portalForm(email, reason string) page.Form {
	return page.Form{Fields: []page.Field{{
		Name: "email", Type: "email", Required: true, MaxLength: maxEmail, Autocomplete: "email", Value: email, Error: reason,
	}}}
}

// signedIn returns the session of the request's cookie. Unauthorized without one.
func (s *Site) signedIn(c echo.Context) (portal.Session, error) {
	cookie := s.PortalCookies.Read(c.Request())
	if cookie == "" {
		return portal.Session{}, errs.New(errs.Unauthorized, "You are not signed in. Please ask for a sign-in link.")
	}
	return s.Portal.Authenticate(c.Request().Context(), cookie)
}

// login is POST /portal/login: the same answer to everybody.
func (s *Site) login(c echo.Context) error {
	email := c.FormValue("email")
	err := s.Portal.Ask(c.Request().Context(), email, s.view(c).Lang)
	if e := errs.From(err); err != nil && e.Kind == errs.Invalid {
		return s.showDoor(c, http.StatusBadRequest, page.Portal{Form: portalForm(email, e.Fields["email"])})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/portal?sent=1")
}

// enterPage is GET /portal/enter?token=…: a page that signs nobody in, because mail
// gateways open links too.
func (s *Site) enterPage(c echo.Context) error {
	token := c.QueryParam("token")
	if token == "" {
		return c.Redirect(http.StatusSeeOther, "/portal")
	}
	return html(c, http.StatusOK, func() error {
		return s.Pages.Enter(c.Response(), s.view(c), page.Enter{State: page.EnterOpen, Token: token})
	})
}

// enter is POST /portal/enter: it uses the link up.
func (s *Site) enter(c echo.Context) error {
	session, err := s.Portal.Enter(c.Request().Context(), c.FormValue("token"))
	if errs.KindOf(err) == errs.Gone {
		return html(c, http.StatusGone, func() error {
			return s.Pages.Enter(c.Response(), s.viewAt(c, "/portal"), page.Enter{State: page.EnterOver})
		})
	}
	if err != nil {
		return err
	}
	c.SetCookie(s.PortalCookies.Of(session))
	return c.Redirect(http.StatusSeeOther, "/portal")
}

// logout is POST /portal/logout.
func (s *Site) logout(c echo.Context) error {
	if session, err := s.signedIn(c); err == nil {
		if err := session.CheckForm(c.FormValue(formToken)); err != nil {
			return err
		}
		if err := s.Portal.Leave(c.Request().Context(), session.Cookie.Reveal()); err != nil {
			return err
		}
	}
	c.SetCookie(s.PortalCookies.Clear())
	return c.Redirect(http.StatusSeeOther, "/portal?done=signed_out")
}

// portalResend is POST /portal/orders/{id}/resend.
func (s *Site) portalResend(c echo.Context) error {
	session, err := s.signedIn(c)
	if err != nil {
		return c.Redirect(http.StatusSeeOther, "/portal")
	}
	if err := session.CheckForm(c.FormValue(formToken)); err != nil {
		return err
	}
	o, err := s.Portal.Owned(c.Request().Context(), session.Email, c.Param("id"))
	if err != nil {
		return err
	}
	if err := s.sendAgain(c, o.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/portal?done=resent")
}

// purchases shows what was bought under the session's address.
func (s *Site) purchases(c echo.Context, session portal.Session) error {
	list, more, err := s.Portal.Purchases(c.Request().Context(), session.Email)
	if err != nil {
		return err
	}
	hidden := []page.Hidden{{Name: formToken, Value: session.FormToken()}}
	shown := page.Purchases{Email: session.Email, More: more, Hidden: hidden, Notice: notice(c, "resent")}
	view := s.viewAt(c, "/portal")
	for _, bought := range list {
		shown.List = append(shown.List, s.purchase(bought, view.Lang, hidden))
	}
	return html(c, http.StatusOK, func() error { return s.Pages.Purchases(c.Response(), view, shown) })
}

func (s *Site) purchase(bought portal.Purchase, lang string, hidden []page.Hidden) page.Purchase {
	o := bought.Order
	p := page.Purchase{
		ID: string(o.ID), State: string(o.State), Product: s.productName(o, lang), Target: o.Fields[kind.FieldTargetURL],
		Amount: o.Amount, Currency: o.Currency, CreatedAt: o.CreatedAt, ReceiptURL: receiptURL(o), Goods: goods(o, bought.Goods), Hidden: hidden,
	}
	if len(p.Goods) > 0 {
		p.ResendURL = "/portal/orders/" + string(o.ID) + "/resend"
	}
	return p
}

func receiptURL(o order.Order) string {
	if o.PaidAt.IsZero() || o.PaymentIntent == "" {
		return ""
	}
	return "/orders/" + string(o.ID) + "/receipt"
}
