package check

import (
	"net/http"
	"strings"
	"time"
)

// cookie is one Set-Cookie of the site, with what a browser does not keep apart.
type cookie struct {
	*http.Cookie
	line string // as it was sent, without the value
}

// cookies returns what the site sets on the way to its page. A later one of the
// same name replaces the earlier. Cookies that are being deleted do not count.
func cookies(site *Site) []cookie {
	var list []cookie
	add := func(header http.Header) {
		for _, text := range header.Values("Set-Cookie") {
			parsed, err := http.ParseSetCookie(text)
			if err != nil || parsed.MaxAge < 0 || (!parsed.Expires.IsZero() && parsed.Expires.Before(site.Now.Add(-time.Minute))) {
				continue
			}
			for i := range list {
				if list[i].Name == parsed.Name {
					list = append(list[:i], list[i+1:]...)
					break
				}
			}
			if len(list) < maxItems {
				list = append(list, cookie{parsed, withoutValue(text)})
			}
		}
	}
	for _, hop := range site.Page.Hops {
		if hop.URL.Host == site.Page.URL.Host {
			add(hop.Header)
		}
	}
	add(site.Page.Header)
	return list
}

// withoutValue keeps the value, which may be somebody's session, out of the report.
func withoutValue(line string) string {
	pair, attributes, _ := strings.Cut(line, ";")
	name, _, _ := strings.Cut(pair, "=")
	if attributes != "" {
		attributes = ";" + attributes
	}
	return "Set-Cookie: " + quote(strings.TrimSpace(name)+"=…"+attributes)
}

// Parts of names that sign-in cookies have, and of names that only look like it:
// the token against forged requests is meant to be read by scripts.
var (
	sessionWords = []string{"sess", "sid", "auth", "login", "jwt", "token", "remember"}
	sessionNot   = []string{"csrf", "xsrf", "sidebar", "side", "residence", "inside", "consent"}
)

// session reports whether the cookie's name says that it stands for a signed-in
// visitor.
func (c cookie) session() bool {
	name := strings.ToLower(c.Name)
	for _, word := range sessionNot {
		if strings.Contains(name, word) {
			return false
		}
	}
	for _, word := range sessionWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// setCookie is the remediation of all cookie checks.
var setCookie = serverConfig("Set the cookie with Secure, HttpOnly and SameSite in the application; every web framework has a setting for it. A proxy can add the attributes until then.",
	"proxy_cookie_flags ~ secure httponly samesite=lax;",
	"Header always edit Set-Cookie ^(.*)$ \"$1; Secure; HttpOnly; SameSite=Lax\"",
	"reverse_proxy 127.0.0.1:3000 {\n    header_down Set-Cookie \"^(.*)$\" \"$1; Secure; HttpOnly; SameSite=Lax\"\n}")

var cookieReferences = []string{"https://www.rfc-editor.org/rfc/rfc6265", "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"}

// cookieLines is the evidence for list.
func cookieLines(list []cookie) string {
	var text []string
	for _, c := range list[:min(len(list), 10)] {
		text = append(text, c.line)
	}
	return strings.Join(text, "\n")
}
