package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/delivery"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
)

// link is GET /download?token=…: a page that starts nothing, because mail gateways
// open links too.
func (s *Site) link(c echo.Context) error {
	token := c.QueryParam("token")
	l, err := s.Courier.Look(c.Request().Context(), token)
	if err != nil {
		return err
	}
	return s.showLink(c, l, token)
}

func (s *Site) showLink(c echo.Context, l delivery.Link, token string) error {
	view := page.Download{
		State: page.LinkOpen, File: l.Artefact.Name, Size: l.Artefact.Size, Until: l.Grant.ExpiresAt,
		Left: l.Grant.MaxUses - l.Grant.Used, Email: mask(l.Order.CustomerEmail), Action: "/download",
		Hidden: []page.Hidden{{Name: "token", Value: token}}, OrderURL: "/orders/" + string(l.Order.ID),
	}
	if p, ok := s.Catalog.Product(l.Order.Product); ok {
		view.Product = p.Name
	}
	status := http.StatusOK
	switch l.Refusal() {
	case "":
	case "refunded":
		view.State, view.Action, status = page.LinkRefunded, "", http.StatusGone
	case "expired":
		view.State, view.Action, status = page.LinkExpired, "/download/renew", http.StatusGone
	case "used_up":
		view.State, view.Action, status = page.LinkUsedUp, "/download/renew", http.StatusGone
	default:
		view.State, view.Action, status = page.LinkRevoked, "/download/renew", http.StatusGone
	}
	return html(c, status, func() error { return s.Pages.Download(c.Response(), s.view(c), view) })
}

// startDownload is POST /download: it counts one download and sends the browser to
// its bytes.
func (s *Site) startDownload(c echo.Context) error {
	token := c.FormValue("token")
	if token == "" {
		token = c.QueryParam("token")
	}
	l, err := s.Courier.Look(c.Request().Context(), token)
	if err != nil {
		return err
	}
	return s.start(c, l, token)
}

// orderGoods is the button on the order page. It counts like a link of the mail.
func (s *Site) orderGoods(c echo.Context) error {
	id, err := order.ParseID(c.Param("id"))
	if err != nil {
		return errs.New(errs.NotFound, "There is no order under this address.")
	}
	l, err := s.Courier.Newest(c.Request().Context(), id, c.Param("artefact"))
	if err != nil {
		return err
	}
	token, err := s.Courier.Tokens.Sign(l.Grant)
	if err != nil {
		return err
	}
	return s.start(c, l, token)
}

// start begins a download; a link that is over shows its page instead.
func (s *Site) start(c echo.Context, l delivery.Link, token string) error {
	ctx := c.Request().Context()
	ticket, err := s.Courier.Start(ctx, l, visitor(c))
	if errs.KindOf(err) == errs.Gone {
		return s.linkIsOver(ctx, c, token, err)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/download/"+ticket)
}

func (s *Site) linkIsOver(ctx context.Context, c echo.Context, token string, cause error) error {
	now, err := s.Courier.Look(ctx, token) // it may have been used up a moment ago
	if err != nil || now.Refusal() == "" {
		return errors.Join(cause, err)
	}
	return s.showLink(c, now, token)
}

// renewLink is POST /download/renew: a new link, by mail to the buyer's address.
func (s *Site) renewLink(c echo.Context) error {
	l, err := s.Courier.Look(c.Request().Context(), c.FormValue("token"))
	if err != nil {
		return err
	}
	o, err := s.Fulfil.Renew(c.Request().Context(), l.Grant.ID)
	if err != nil {
		return err
	}
	view := page.Download{State: page.LinkRenewed, File: l.Artefact.Name, Email: mask(o.CustomerEmail), OrderURL: "/orders/" + string(o.ID)}
	return html(c, http.StatusOK, func() error { return s.Pages.Download(c.Response(), s.view(c), view) })
}

// bytes serves a started download.
func (s *Site) bytes(c echo.Context) error {
	return s.Courier.Serve(c.Response(), c.Request(), c.Param("ticket"))
}

// visitor keeps of a client's address the network only.
func visitor(c echo.Context) delivery.Visitor {
	v := delivery.Visitor{UserAgent: c.Request().UserAgent()}
	if len(v.UserAgent) > 200 {
		v.UserAgent = v.UserAgent[:200]
	}
	if ip, err := netip.ParseAddr(c.RealIP()); err == nil {
		bits := 48
		if ip = ip.Unmap(); ip.Is4() {
			bits = 24
		}
		if prefix, err := ip.WithZone("").Prefix(bits); err == nil {
			v.Network = prefix.String()
		}
	}
	return v
}
