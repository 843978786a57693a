package scan

import (
	"fmt"
	"strings"

	"doorstep.example/pkg/service"
)

// userAgent says who asks and where to complain. Seller and contact come with the
// request: they are cut to what may stand in a header.
func userAgent(seller, contactURL string) string {
	return fmt.Sprintf("DoorstepAudit/%s (security audit by %s; +%s)", plain(service.Version, 20), plain(seller, 60), plain(contactURL, 200))
}

// plain keeps the printable ASCII that a comment in a header may hold.
func plain(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`()\"`, r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s[:min(len(s), most)])
}
