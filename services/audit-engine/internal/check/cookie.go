package check

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// cookie is a cookie that the site sets, with the host that set it.
type cookie struct {
	parsedCookie
	host      string
	encrypted bool
	line      string // as it was sent, without the value
}

// cookies returns what browsers keep of what the site sets on the way to its page. A
// later one of the same name replaces the earlier. Cookies that are being deleted do
// not count, and those that browsers refuse are reported by another check.
func cookies(site *Site) []cookie {
	var kept []cookie
	for _, c := range sentCookies(site) {
		if c.refusal() == "" {
			kept = append(kept, c)
		}
	}
	return kept
}

// sentCookies returns what the site sets, whether or not browsers take it.
func sentCookies(site *Site) []cookie {
	var list []cookie
	for _, hop := range site.Page.Hops {
		if hop.URL.Host == site.Page.URL.Host {
			list = addCookies(list, site, hop.URL.Scheme, hop.Header.Values("Set-Cookie"))
		}
	}
	return addCookies(list, site, site.Page.URL.Scheme, site.Page.Header.Values("Set-Cookie"))
}

func addCookies(list []cookie, site *Site, scheme string, set []string) []cookie {
	for _, text := range set {
		c, ok := parseCookie(text)
		if !ok || c.deletes(site.Now) {
			continue
		}
		for i := range list {
			if list[i].name == c.name {
				list = append(list[:i], list[i+1:]...)
				break
			}
		}
		if len(list) < maxItems {
			list = append(list, cookie{c, strings.ToLower(site.Page.URL.Hostname()), scheme == "https", withoutValue(text)})
		}
	}
	return list
}

// refusal says why a browser drops the cookie (RFC 6265bis §5.7), or is empty.
// SameSite=None without Secure is left to its own check: older browsers keep it.
func (c cookie) refusal() string {
	name, value := strings.ToLower(c.name), strings.ToLower(c.value)
	switch {
	case c.size > maxCookie:
		return "name and value are longer than 4096 bytes"
	case c.secure && !c.encrypted:
		return "Secure is set on an answer over http"
	case strings.HasPrefix(name, "__secure-") && !c.secure:
		return "a name with __Secure- needs Secure"
	case strings.HasPrefix(name, "__host-") && (!c.secure || c.domain != "" || c.path != "/"):
		return "a name with __Host- needs Secure and Path=/, and no Domain"
	case name == "" && (strings.HasPrefix(value, "__secure-") || strings.HasPrefix(value, "__host-")):
		return "it has no name, and its value begins like a protected name"
	case c.domain == "" || c.domain == c.host:
		return ""
	case !below(c.host, c.domain):
		return "Domain names another site"
	}
	if suffix, _ := publicsuffix.PublicSuffix(c.domain); suffix == c.domain {
		return "Domain is one under which others register their names"
	}
	return ""
}

// below reports whether host lies below domain. An address lies below nothing.
func below(host, domain string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && strings.HasSuffix(host, "."+domain)
}

// withoutValue keeps the value, which may be somebody's session, out of the report.
func withoutValue(line string) string {
	pair, attributes, _ := strings.Cut(line, ";")
	name, _, named := strings.Cut(pair, "=")
	if !named {
		name = "" // it is all value
	}
	if attributes != "" {
		attributes = ";" + attributes
	}
	return "Set-Cookie: " + quote(strings.TrimSpace(name)+"=…"+attributes)
}

// Parts of names that sign-in cookies have, and of names that only look like it:
// the token against forged requests is meant to be read by scripts.
var (
	sessionWords = []string{"sess", "sid", "auth", "login", "jwt", "token", "remember"}
	sessionNot   = []string{"csrf", "xsrf", "sidebar", "side", "residence", "inside", "consent", "author", "assess"}
)

// session reports whether the cookie's name says that it stands for a signed-in
// visitor.
func (c cookie) session() bool {
	name := strings.ToLower(c.name)
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

var cookieReferences = []string{"https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/", "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"}

// cookieLines is the evidence for list.
func cookieLines(list []cookie) string {
	var text []string
	for _, c := range list[:min(len(list), 10)] {
		text = append(text, c.line)
	}
	return strings.Join(text, "\n")
}
