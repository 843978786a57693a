package web

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/page"
	"doorstep.example/services/storefront/internal/store"
)

// verify is GET /verify/{report_id}: whoever holds a report can see that it is ours
// and unchanged. It shows the target's host and the PDF's hash, not the result.
func (s *Site) verify(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("report")
	r, err := store.ReportByID(ctx, s.DB.Read(), id)
	if errs.KindOf(err) == errs.NotFound {
		return html(c, http.StatusNotFound, func() error { return s.Pages.Verify(c.Response(), s.view(c), page.Verify{ReportID: id}) })
	}
	if err != nil {
		return err
	}
	o, err := store.Order(ctx, s.DB.Read(), r.OrderID)
	if err != nil {
		return err
	}
	view := page.Verify{ReportID: r.ReportID, Genuine: true, Revoked: o.State == order.Refunded, Issued: r.IssuedAt, Target: r.Target, SHA256: r.SHA256}
	if u, err := url.Parse(r.Target); err == nil {
		view.Target = u.Hostname()
	}
	if p, ok := s.Catalog.Product(o.Product); ok {
		view.Product = p.Name
	}
	return html(c, http.StatusOK, func() error { return s.Pages.Verify(c.Response(), s.view(c), view) })
}

// robots keeps orders and links out of search engines.
func (s *Site) robots(c echo.Context) error {
	return c.String(http.StatusOK, "User-agent: *\nDisallow: /orders/\nDisallow: /download\nDisallow: /thank-you\nDisallow: /verify/\n")
}

// securityTxt says whom to tell about a weakness (RFC 9116). Expires is always
// within the year that the norm recommends.
func (s *Site) securityTxt(c echo.Context) error {
	expires := s.Now().UTC().AddDate(0, 11, 0).Truncate(24 * time.Hour)
	return c.String(http.StatusOK, fmt.Sprintf("Contact: mailto:%s\nExpires: %s\nPreferred-Languages: en\nCanonical: %s/.well-known/security.txt\n",
		s.Catalog.Seller.Support, expires.Format(time.RFC3339), s.ShopURL))
}
