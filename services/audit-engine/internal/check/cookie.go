package check

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"doorstep.example/services/audit-engine/internal/guard"
)

// cookie is a cookie that the site sets, with the address that set it.
type cookie struct {
	parsedCookie
	from *url.URL
	line string // as it was sent, without the value
}

// cookies returns what browsers keep of what the site sets on the way to its page. A
// later one of the same name replaces the earlier. Cookies that are being deleted do
// not count, and those that browsers refuse are reported by another check.
func cookies(site *Site) []cookie { return accepted(pageCookies(site, site.Page)) }

// cookiesEverywhere returns what browsers keep of what any page of the site sets.
func cookiesEverywhere(site *Site) []cookie { return accepted(sentCookies(site)) }

func accepted(sent []cookie) []cookie {
	return slices.DeleteFunc(sent, func(c cookie) bool { return c.refusal() != "" })
}

// sentCookies returns what the pages of the site set, whether or not browsers take it.
// What several of them set alike is there once.
func sentCookies(site *Site) []cookie {
	var list []cookie
	answers := slices.Clone(site.Redirects)
	for _, page := range site.pages() {
		answers = append(answers, page.Response)
	}
	for _, answer := range answers {
		for _, c := range pageCookies(site, answer) {
			if len(list) < maxItems && !slices.ContainsFunc(list, c.alike) {
				list = append(list, c)
			}
		}
	}
	return list
}

// plainCookies returns what the site sets where visitors arrive without encryption.
func plainCookies(site *Site) []cookie {
	r := site.Plain.Response
	if r == nil || ownPort(site) {
		return nil
	}
	var list []cookie
	for _, hop := range r.Hops {
		if hop.URL.Scheme == "http" && hop.URL.Hostname() == site.Host {
			list = addCookies(list, site, hop.URL, hop.Header)
		}
	}
	return accepted(list)
}

// alike reports whether browsers treat both in the same way.
func (c cookie) alike(other cookie) bool {
	return c.name == other.name && c.secure == other.secure && c.httpOnly == other.httpOnly &&
		c.stated == other.stated && c.sameSite == other.sameSite && c.domain == other.domain && c.refusal() == other.refusal()
}

// pageCookies returns what is set on the way to a page.
func pageCookies(site *Site, page *guard.Response) []cookie {
	var list []cookie
	for _, hop := range page.Hops {
		if hop.URL.Host == page.URL.Host {
			list = addCookies(list, site, hop.URL, hop.Header)
		}
	}
	return addCookies(list, site, page.URL, page.Header)
}

func addCookies(list []cookie, site *Site, from *url.URL, header http.Header) []cookie {
	for _, text := range header.Values("Set-Cookie") {
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
			list = append(list, cookie{c, from, withoutValue(text)})
		}
	}
	return list
}

// refusal says why a browser drops the cookie (RFC 6265bis §5.7), or is empty.
// SameSite=None without Secure is left to its own check: older browsers keep it.
func (c cookie) refusal() string {
	name, value, host := strings.ToLower(c.name), strings.ToLower(c.value), c.host()
	switch {
	case c.size > maxCookie:
		return "name and value are longer than 4096 bytes"
	case c.secure && c.from.Scheme != "https":
		return "Secure is set on an answer over http"
	case strings.HasPrefix(name, "__secure-") && !c.secure:
		return "a name with __Secure- needs Secure"
	case strings.HasPrefix(name, "__host-") && (!c.secure || c.domain != "" || c.path != "/"):
		return "a name with __Host- needs Secure and Path=/, and no Domain"
	case name == "" && (strings.HasPrefix(value, "__secure-") || strings.HasPrefix(value, "__host-")):
		return "it has no name, and its value begins like a protected name"
	case c.domain == "" || c.domain == host:
		return ""
	case !below(host, c.domain):
		return "Domain names another site"
	}
	if suffix, _ := publicsuffix.PublicSuffix(c.domain); suffix == c.domain {
		return "Domain is one under which others register their names"
	}
	return ""
}

// host is the one that set the cookie.
func (c cookie) host() string { return strings.ToLower(c.from.Hostname()) }

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

// Parts of names that sign-in cookies have, whole names of frameworks, and names that only
// look like it: the token against forged requests is meant to be read by scripts, and
// balancers, guards in front of a site and statistics have sessions of their own.
var (
	sessionWord = regexp.MustCompile(`sess|sid|auth|login|logged_?in|jwt|token|remember|sesion|sitzung|^wordpress_sec`)
	sessionName = regexp.MustCompile(`^(?:\.aspnetcore\.(?:cookies|identity\.application)(?:c\d+)?|\.aspnet\.applicationcookie|cakephp|iplanetdirectorypro|xf_user|api_?key|[0-9a-f]{32}|ss?ess[0-9a-f]{32})$`)
	sessionEnd  = regexp.MustCompile(`(sess(ion)?|sid|auth|login|jwt|token|remember|sesion|sitzung)(s?[._-]?(id|key|data|cookie|token|sig|me))?([._-]?\d+)?$`)
	sessionNot  = regexp.MustCompile(`csrf|xsrf|side|consent|author(?:$|[^i])|assess|last_?login|affinity|visid|waf-token|^_hj|^kc_auth_session_hash$|^_uetsid|^ttcsid|^amp_token$|^s_sess$|^intercom-session-|^_?(?:ga|analytics)_session`)
	answerValue = regexp.MustCompile(`(?i)^(?:true|false|yes|no|on|off|null|none|anonymous|guest)$`)
	jwtValue    = regexp.MustCompile(`^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$`)
	secretRun   = regexp.MustCompile(`[0-9A-Za-z]{16,}`)
)

// session reports whether the cookie stands for a signed-in visitor. Its name says so
// when it ends like one. Where a session is only part of what the name says, as in
// session_banner_closed, and where it says nothing, the value must be one that nobody
// is meant to guess.
func (c cookie) session() bool {
	name := strings.ToLower(c.name)
	switch {
	case sessionNot.MatchString(name), answerValue.MatchString(c.value): // it tells whether there is one
		return false
	case jwtValue.MatchString(c.value), sessionName.MatchString(name), sessionEnd.MatchString(name):
		return true
	}
	value, err := url.QueryUnescape(c.value)
	if err != nil {
		value = c.value
	}
	return sessionWord.MatchString(name) && slices.ContainsFunc(secretRun.FindAllString(value, -1), unreadable)
}

// unreadable reports letters and digits in which no word can be read.
func unreadable(text string) bool {
	return strings.ContainsAny(text, "0123456789") || text == strings.ToUpper(text)
}

// setCookie is the remediation of all cookie checks.
var setCookie = serverConfig("Set the cookie with Secure, HttpOnly and SameSite in the application; every web framework has a setting for it. A proxy can add the attributes until then.",
	"proxy_cookie_flags ~ secure httponly samesite=lax;",
	"Header always edit Set-Cookie ^(.*)$ \"$1; Secure; HttpOnly; SameSite=Lax\"",
	"reverse_proxy 127.0.0.1:3000 {\n    header_down Set-Cookie \"^(.*)$\" \"$1; Secure; HttpOnly; SameSite=Lax\"\n}")

var cookieReferences = []string{"https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/", "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"}

// cookieLines is the evidence for list.
func cookieLines(list []cookie) string {
	var seen sightings
	for _, c := range list {
		seen.add(&guard.Response{URL: c.from}, c.line)
	}
	return seen.String()
}
