package contact

import (
	"net/mail"
	"strings"
)

// maxEmail is the longest address that mail can reach (RFC 5321, 4.5.3.1.3).
const maxEmail = 254

// CleanEmail returns an address as it is to be kept, or the key of the reason
// why it will not do. It accepts exactly one plain address and judges its form, not
// its existence: whether mail arrives is seen when it does.
func CleanEmail(value string) (clean, reason string) {
	const bad = "form.email"
	value = strings.TrimSpace(value)
	if value == "" {
		return "", "form.required"
	}
	if len(value) > maxEmail {
		return "", "form.too_long"
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", "form.email_plain"
	}
	addr, err := mail.ParseAddress(value)
	if err != nil || addr.Name != "" || addr.Address != value {
		return "", bad
	}
	at := strings.LastIndexByte(value, '@')
	if domain := value[at+1:]; at > 64 || !strings.Contains(domain, ".") || strings.HasPrefix(domain, "[") {
		return "", bad
	}
	return value, ""
}
