package ops

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
)

// console answers browsers. There is no sign-in yet, so it shows nothing of an order;
// it says how the same is had from the API.
func (d *Desk) console(api string) echo.HandlerFunc {
	return func(c echo.Context) error {
		path := api
		if id := c.Param("id"); id != "" {
			path += "/" + id
		}
		return c.String(http.StatusForbidden, fmt.Sprintf(`The console is not open to browsers.

On the machine that Doorstep runs on, the API shows the same:

    curl -H "Authorization: Bearer $INTERNAL_TOKEN" http://%s%s
`, c.Request().Host, path))
	}
}
