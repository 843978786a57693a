package truth_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Sites that answer unlike most, and rightly so.
func TestOddSitesAreLeftAlone(t *testing.T) {
	t.Parallel()
	tell(t, slicesOf(oddAnswers(), oddHeaders(), oddPages(), oddWorlds(), oddProbed()))
}

func slicesOf(lists ...[]story) []story {
	var all []story
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// exposures are the checks that ask for files.
var exposures = []string{
	"exposed-vcs", "exposed-secrets", "exposed-backups", "exposed-status", "exposed-agent-files", "exposed-api-description", "graphql-introspection", "cross-domain-policy",
}

// plainText is an answer in text.
func plainText(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// oddAnswers are sites with one answer for everything, or with hardly any.
func oddAnswers() []story {
	friendly := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, document("Oh no", "<p>We could not find "+strings.TrimPrefix(r.URL.Path, "/")+". Perhaps you find it from our <a href=\"/\">front page</a>?</p>"))
	}
	status := func(code int, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for _, line := range headers {
				name, value, _ := strings.Cut(line, ": ")
				w.Header().Set(name, value)
			}
			w.WriteHeader(code)
			if code != http.StatusNoContent {
				_, _ = io.WriteString(w, document("Sorry", "<p>You may not come in.</p>"))
			}
		}
	}
	app := document("App", `<div id="app"></div><script src="/assets/app.js"></script>`)
	return []story{
		{name: "soft 404", open: everywhere(friendly), tempts: exposures},
		{name: "soft 404 in text that repeats the path", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				says("<p>Welcome.</p>")(w, r)
				return
			}
			plainText(http.StatusOK, "Nothing at "+r.URL.Path+"\n")(w, r)
		}), tempts: exposures},
		{name: "soft 404 in JSON", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				says("<p>Welcome.</p>")(w, r)
				return
			}
			file("application/json", fmt.Sprintf(`{"status":"error","components":[],"path":%q}`, r.URL.Path))(w, r)
		}), tempts: exposures},
		{name: "everything leads to the sign-in", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/login" {
				http.Redirect(w, r, "/login", http.StatusFound)
				return
			}
			says(`<form method="post" action="/login"><input name="user"><input type="password" name="password"><input type="hidden" name="csrf" value="b3c1a7f0"><button>Sign in</button></form>`)(w, r)
		}), tempts: append([]string{"login-form", "mixed-content"}, exposures...)},
		{name: "everything leads to the front page", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				http.Redirect(w, r, "/", http.StatusFound)
				return
			}
			says("<p>Welcome.</p>")(w, r)
		}), tempts: exposures},
		{name: "single-page app", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/assets/app.js" {
				file("text/javascript", "document.getElementById('app').textContent = location.pathname;")(w, r)
				return
			}
			_, _ = io.WriteString(w, app)
		}), tempts: append([]string{"source-maps", "secrets"}, exposures...)},
		{name: "single-page app without its script", open: everywhere(file("text/html; charset=utf-8", app)), tempts: exposures},
		{name: "401 Basic", open: everywhere(status(http.StatusUnauthorized, `WWW-Authenticate: Basic realm="Intern"`)), tempts: exposures},
		{name: "401 Bearer", open: everywhere(status(http.StatusUnauthorized, `WWW-Authenticate: Bearer realm="api"`)), tempts: exposures},
		{name: "403 of a firewall", open: everywhere(status(http.StatusForbidden, "Server: cloudflare")), tempts: exposures},
		{name: "403 for hidden files alone", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/.") && !strings.HasPrefix(r.URL.Path, "/.well-known") {
				status(http.StatusForbidden)(w, r)
				return
			}
			routes{"/": says("<p>Welcome.</p>")}.ServeHTTP(w, r)
		}), tempts: exposures},
		{name: "410 for everything but the front page", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				w.WriteHeader(http.StatusGone)
			}
			says("<p>Welcome.</p>")(w, r)
		}), tempts: exposures},
		{name: "API in JSON", open: everywhere(file("application/json", `{"name":"orders","version":"2.1.0","links":{"docs":"/docs"}}`)), tempts: append([]string{"content-type", "nosniff"}, exposures...)},
		{name: "text", open: everywhere(plainText(http.StatusOK, "It works.\n")), tempts: append([]string{"content-type"}, exposures...)},
		{name: "nothing, 200", open: everywhere(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }), tempts: append([]string{"content-type"}, exposures...)},
		{name: "204", open: everywhere(status(http.StatusNoContent)), tempts: exposures},
		{name: "redirect to a path", open: site(routes{
			"/":      func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/en/", http.StatusFound) },
			"/en/":   says(`<p>Welcome.</p><a href="/en/us">About us</a>`),
			"/en/us": says("<p>We sell things.</p>"),
		}), tempts: []string{"hsts", "csp-present", "framing", "cors"}},
		{name: "HTTP/1.0 style", open: front(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			says("<p>Welcome.</p>")(w, r)
			w.(http.Flusher).Flush()
		}), tempts: []string{"csp-present", "content-type"}},
		{name: "gzip", open: front(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			out := gzip.NewWriter(w)
			_, _ = io.WriteString(out, document("Shop", "<p>Welcome.</p>"))
			_ = out.Close()
		}), tempts: []string{"mixed-content", "html-comments", "content-type"}},
		{name: "page of 4 MiB", open: front(says(strings.Repeat("<p>Another paragraph of a very long page, as price lists are.</p>\n", 4<<20/66))), tempts: []string{"mixed-content", "secrets", "html-comments"}},
		{name: "robots.txt that disallows all", open: site(routes{"/": says("<p>Welcome.</p>"), "/robots.txt": plainText(200, "User-agent: *\nDisallow: /\n")}), tempts: []string{"exposed-vcs", "exposed-secrets", "robots-hints"}},
		{name: "robots.txt of WordPress", open: site(routes{"/": says("<p>Welcome.</p>"), "/robots.txt": plainText(200, "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\nSitemap: https://shop.example/sitemap.xml\n")}), tempts: []string{"robots-hints"}},
		{name: "metrics that are closed", open: site(routes{"/": says("<p>Welcome.</p>"), "/metrics": status(http.StatusForbidden), "/actuator": status(http.StatusUnauthorized), "/server-status": status(http.StatusForbidden)}), tempts: exposures},
	}
}

// oddHeaders are headers that look wrong at first sight.
func oddHeaders() []story {
	nonced := func(w http.ResponseWriter, r *http.Request) {
		nonce := token()
		w.Header().Set("Content-Security-Policy", "script-src 'nonce-"+nonce+"' 'strict-dynamic' 'unsafe-inline' https: http:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		says(`<script nonce="`+nonce+`">document.title = 'Shop'</script>`)(w, r)
	}
	cookie := func(lines ...string) http.HandlerFunc {
		for i := range lines {
			lines[i] = "Set-Cookie: " + lines[i]
		}
		return header(lines...)
	}
	policies := []string{"csp-present", "csp-strength", "csp-completeness", "csp-syntax", "csp-bypass", "framing"}
	cookies := []string{"cookie-secure", "cookie-httponly", "cookie-samesite", "cookie-scope", "cookie-accepted", "cacheable-session"}
	return []story{
		{name: "nonce and strict-dynamic beside unsafe-inline", open: front(nonced), tempts: append([]string{"csp-nonce"}, policies...)},
		{name: "hash beside unsafe-inline", open: front(header("Content-Security-Policy: default-src 'self'; script-src 'self' 'unsafe-inline' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'")), tempts: policies},
		{name: "unsafe-inline for styles alone", open: front(header("Content-Security-Policy: default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'")), tempts: policies},
		{name: "frame-ancestors without X-Frame-Options", open: front(header("X-Frame-Options:")), tempts: policies},
		{name: "X-Frame-Options without frame-ancestors", open: front(header("Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'")), tempts: policies},
		{name: "X-Frame-Options in lower case", open: front(header("X-Frame-Options: sameorigin", "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'")), tempts: policies},
		{name: "another page has no policy", open: site(routes{"/": says(`<a href="/print">Print</a>`), "/print": header("Content-Security-Policy:")}), tempts: policies},
		{name: "two policies, one of them loose", open: front(header("Content-Security-Policy: "+goodHeaders["Content-Security-Policy"], "Content-Security-Policy: script-src * 'unsafe-inline'")), tempts: policies},
		{name: "policy beside one that only reports", open: front(header("Content-Security-Policy-Report-Only: script-src 'none'; report-uri /csp")), tempts: policies},
		{name: "HSTS with spaces", open: front(header("Strict-Transport-Security: max-age = 63072000 ;  includeSubDomains ; preload ;")), tempts: []string{"hsts"}},
		{name: "HSTS in quotation marks and capitals", open: front(header(`Strict-Transport-Security: MAX-AGE="63072000"; INCLUDESUBDOMAINS`)), tempts: []string{"hsts"}},
		{name: "HSTS without names below", open: front(header("Strict-Transport-Security: max-age=63072000")), tempts: []string{"hsts"}, truth: []string{"hsts info"}},
		{name: "theme cookie for scripts", open: front(cookie("theme=dark; Path=/; Secure; SameSite=Lax", "lang=en; Path=/; Secure; SameSite=Strict; Max-Age=31536000")), tempts: cookies},
		{name: "session with the prefix __Host-", open: front(cookie("__Host-session=" + token() + "; Path=/; Secure; HttpOnly; SameSite=Lax")), tempts: cookies},
		{name: "token against forged requests, for scripts", open: front(cookie("XSRF-TOKEN="+token()+"; Path=/; Secure; SameSite=Lax", "csrftoken="+token()+"; Path=/; Secure; SameSite=Lax")), tempts: cookies},
		{name: "consent and statistics cookies", open: front(cookie("cookie_consent=none; Path=/; Secure; SameSite=Lax", "_ga=GA1.1.1234567.1700000000; Path=/; Secure; Domain=localhost", "sidebar=open; Path=/; Secure")), tempts: cookies},
		{name: "attributes in odd case", open: front(cookie("sid=" + token() + "; path=/; SECURE; httponly; samesite=lax")), tempts: cookies},
		{name: "cookie that is deleted", open: front(cookie("PHPSESSID=deleted; Expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; Path=/")), tempts: cookies},
		{name: "session that caches must not keep", open: front(header("Set-Cookie: __Host-sid="+token()+"; Path=/; Secure; HttpOnly; SameSite=Strict", "Cache-Control: private, max-age=60")), tempts: cookies},
		{name: "embedded session", open: front(cookie("__Host-sid=" + token() + "; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")), tempts: cookies},
		{name: "data for everybody", open: site(routes{
			"/":            says(`<a href="/prices.json">Prices</a><link rel="stylesheet" href="/fonts/shop.css">`),
			"/prices.json": shared(file("application/json", `[{"price":1,"shop":{"name":"Bern","email":"bern@shop.example"}}]`)), "/fonts/shop.css": shared(file("text/css", "@font-face{font-family:Shop;src:url(/fonts/shop.woff2)}")),
		}), tempts: []string{"cors", "content-type"}},
		{name: "front page for everybody", open: front(shared(says("<p>Open data.</p>"))), tempts: []string{"cors"}},
		{name: "partner's origin alone", open: front(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", "Origin")
			if r.Header.Get("Origin") == "https://partner.example" {
				w.Header().Set("Access-Control-Allow-Origin", "https://partner.example")
				w.Header().Set("Access-Control-Allow-Credentials", "true")
			}
			says("<p>Welcome.</p>")(w, r)
		}), tempts: []string{"cors"}},
		{name: "partner's origin, always sent", open: front(header("Access-Control-Allow-Origin: https://partner.example", "Access-Control-Allow-Credentials: true")), tempts: []string{"cors"}},
		{name: "names without versions", open: front(header("Server: nginx", "X-Powered-By: Express", "Via: 1.1 google")), tempts: []string{"version-banner", "end-of-life"}},
		{name: "machine's name with a number", open: front(header("Server: web-07", "X-Served-By: cache-fra-eddf8230062-FRA")), tempts: []string{"version-banner", "end-of-life"}},
		{name: "Allow with PUT for an API", open: front(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				w.Header().Set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
				w.WriteHeader(http.StatusNoContent)
				return
			}
			says("<p>Welcome.</p>")(w, r)
		}), tempts: []string{"http-methods", "trace-method"}},
		{name: "TRACE is answered like GET", open: front(says("<p>Welcome.</p>")), tempts: []string{"trace-method"}},
		{name: "referrer policies of all ages", open: front(header("Referrer-Policy: no-referrer, strict-origin-when-cross-origin")), tempts: []string{"referrer-policy"}},
		{name: "old filter switched off", open: front(header("X-XSS-Protection: 0")), tempts: []string{"obsolete-headers"}},
		{name: "charset in the page alone", open: front(header("Content-Type: text/html")), tempts: []string{"content-type"}},
		{name: "XHTML", open: front(file("application/xhtml+xml", `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Shop</title></head><body><p>Welcome.</p></body></html>`)), tempts: []string{"content-type", "csp-present"}},
	}
}

// shared lets every origin read the answer.
func shared(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		next(w, r)
	}
}
