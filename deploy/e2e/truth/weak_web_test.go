package truth_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
)

// Sites that are careful in all but one thing. That one is found, and nothing else is
// said.
func TestOneFaultIsFoundAlone(t *testing.T) {
	t.Parallel()
	tell(t, slicesOf(weakHeaders(), weakCookies(), weakPages(), weakAnswers()))
}

func weakHeaders() []story {
	policy := func(text string) func(*testing.T) string { return front(header("Content-Security-Policy: " + text)) }
	const rest = "; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	return []story{
		{name: "no HSTS", open: front(header("Strict-Transport-Security:")), truth: []string{"hsts medium"}},
		{name: "invalid HSTS", open: front(header("Strict-Transport-Security: max-age=a year")), truth: []string{"hsts medium"}},
		{name: "HSTS switched off", open: front(header("Strict-Transport-Security: max-age=0")), truth: []string{"hsts medium"}},
		{name: "HSTS for a day", open: front(header("Strict-Transport-Security: max-age=86400; includeSubDomains")), truth: []string{"hsts low"}},
		{name: "no policy", open: front(header("Content-Security-Policy:")), truth: []string{"csp-present medium"}},
		{name: "policy that only reports", open: front(header("Content-Security-Policy:", "Content-Security-Policy-Report-Only: default-src 'self'")), truth: []string{"csp-present medium"}},
		{name: "policy without scripts", open: policy("img-src 'self'" + rest), truth: []string{"csp-present medium"}},
		{name: "unsafe-inline", open: policy("default-src 'self' 'unsafe-inline'" + rest), truth: []string{"csp-strength medium"}},
		{name: "scripts from everywhere", open: policy("script-src https:" + rest), truth: []string{"csp-strength medium"}},
		{name: "unsafe-eval", open: policy("script-src 'self' 'unsafe-eval'" + rest), truth: []string{"csp-strength low"}},
		{name: "gaps in the policy", open: policy("script-src 'self'; frame-ancestors 'none'"), truth: []string{"csp-completeness low"}},
		{name: "mistakes in the policy", open: policy("script-src self https://shop.example; standard-src 'none'" + rest), truth: []string{"csp-syntax low"}},
		{name: "content network in the policy", open: policy("script-src 'self' https://cdn.jsdelivr.net" + rest), truth: []string{"csp-bypass medium"}},
		{name: "nonce that never changes", open: policy("script-src 'nonce-" + token() + "' 'strict-dynamic'" + rest), truth: []string{"csp-nonce medium"}},
		{name: "framing allowed", open: front(header("X-Frame-Options:", "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'")), truth: []string{"framing medium", "csp-completeness low"}},
		{name: "framing by everybody", open: policy("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors *"), truth: []string{"framing medium"}},
		{name: "X-Frame-Options that browsers ignore", open: front(header("X-Frame-Options: ALLOW-FROM https://partner.example", "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'")), truth: []string{"framing medium", "csp-completeness low"}},
		{name: "no nosniff", open: front(header("X-Content-Type-Options:")), truth: []string{"nosniff low"}},
		{name: "referrer for everybody", open: front(header("Referrer-Policy: unsafe-url")), truth: []string{"referrer-policy low"}},
		{name: "no referrer policy", open: front(header("Referrer-Policy:")), truth: []string{"referrer-policy info"}},
		{name: "no permissions policy", open: front(header("Permissions-Policy:")), truth: []string{"permissions-policy info"}},
		{name: "no opener policy", open: front(header("Cross-Origin-Opener-Policy:")), truth: []string{"cross-origin-isolation info"}},
		{name: "headers of the past", open: front(header(`Public-Key-Pins: max-age=1; pin-sha256="x"`, "X-XSS-Protection: 1")), truth: []string{"obsolete-headers info"}},
		{name: "no character set", open: front(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!doctype html><title>Shop</title><p>Welcome.</p>")
		}), truth: []string{"content-type low"}},
		{name: "JSON that is called a page", open: front(file("text/html; charset=utf-8", `{"items":[1,2]}`)), truth: []string{"content-type low"}},
		{name: "versions", open: front(header("Server: Apache/2.4.62 (Debian)", "X-Powered-By: PHP/8.4.1")), truth: []string{"version-banner low"}},
		{name: "version of the past", open: front(header("X-Powered-By: PHP/7.2.1")), truth: []string{"version-banner low", "end-of-life medium"}},
		{name: "generator", open: front(says(`<meta name="generator" content="WordPress 6.4.2">`)), truth: []string{"version-banner low", "software info"}},
	}
}

func weakCookies() []story {
	cookie := func(line string) func(*testing.T) string { return front(header("Set-Cookie: " + line)) }
	value := token()
	return []story{
		{name: "session over http", open: cookie("PHPSESSID=" + value + "; Path=/; HttpOnly; SameSite=Lax"), truth: []string{"cookie-secure high"}},
		{name: "cookie over http", open: cookie("theme=dark; Path=/; SameSite=Lax"), truth: []string{"cookie-secure low"}},
		{name: "session for scripts", open: cookie("sessionid=" + value + "; Path=/; Secure; SameSite=Lax"), truth: []string{"cookie-httponly medium"}},
		{name: "session without SameSite", open: cookie("sessionid=" + value + "; Path=/; Secure; HttpOnly"), truth: []string{"cookie-samesite low"}},
		{name: "None without Secure", open: cookie("theme=dark; Path=/; SameSite=None"), truth: []string{"cookie-samesite medium", "cookie-secure low"}},
		{name: "prefix that is not kept", open: cookie("__Host-session=" + value + "; Path=/shop; Secure; HttpOnly; SameSite=Lax"), truth: []string{"cookie-accepted medium"}},
		{name: "cookie for another site", open: cookie("lang=en; Domain=other.example; Secure; SameSite=Lax"), truth: []string{"cookie-accepted low"}},
		{name: "session on the way to sign in", open: site(routes{"/": says(`<a href="/account">Account</a>`), "/account": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Set-Cookie", "sid="+value+"; Path=/; HttpOnly; SameSite=Lax")
			http.Redirect(w, r, "/sign-in", http.StatusFound)
		}, "/sign-in": says("<p>Sign in with your mail.</p>")}), truth: []string{"cookie-secure high"}},
		{name: "session in caches", open: front(header("Set-Cookie: __Host-session="+value+"; Path=/; Secure; HttpOnly; SameSite=Lax", "Cache-Control: public, max-age=3600")), truth: []string{"cacheable-session medium"}},
	}
}

func weakPages() []story {
	pages := func(body string, more routes) func(*testing.T) string {
		all := routes{"/": says(body)}
		for path, h := range more {
			all[path] = h
		}
		return site(all)
	}
	script := func(code string) func(*testing.T) string {
		return pages(`<script src="/app.js"></script>`, routes{"/app.js": file("text/javascript; charset=utf-8", code)})
	}
	const login = `<input name="user"><input type="password" name="password"><button>Sign in</button></form>`
	return []story{
		{name: "script over http", open: pages(`<script src="http://cdn.example/app.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"></script>`, nil), truth: []string{"mixed-content high"}},
		{name: "picture over http", open: pages(`<img src="http://images.example/lamp.jpg" alt="">`, nil), truth: []string{"mixed-content low"}},
		{name: "form over http", open: pages(`<form method="post" action="http://forms.example/contact"><input name="message"></form>`, nil), truth: []string{"mixed-content medium"}},
		{name: "password over http", open: pages(`<form method="post" action="http://login.example/"><input type="hidden" name="csrf" value="a8f4">`+login, nil), truth: []string{"mixed-content high"}},
		{name: "password in the address", open: pages(`<form method="get" action="/login">`+login, nil), truth: []string{"login-form high"}},
		{name: "sign-in without a token", open: front(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Set-Cookie", "sid="+token()+"; Path=/; Secure; HttpOnly; SameSite=None")
			says(`<form method="post" action="/login">`+login)(w, r)
		}), truth: []string{"login-form low"}},
		{name: "script of another site", open: pages(`<script src="https://widgets.example/chat.js"></script>`, nil), truth: []string{"sri low"}},
		{name: "script of a host known for malware", open: pages(`<script src="https://cdn.polyfill.io/v3/polyfill.min.js"></script>`, nil), truth: []string{"sri high"}},
		{name: "link with an opener", open: site(routes{"/": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Del("Cross-Origin-Opener-Policy")
			says(`<a href="https://neighbour.example/" target="_blank" rel="opener">Neighbour</a>`)(w, r)
		}}), truth: []string{"opener low", "cross-origin-isolation info"}},
		{name: "scripts to know of", tier: auditapi.TierCompliance, open: pages(`<script src="/shop.js"></script>`, nil), truth: []string{"script-inventory info"},
			named: []string{"script-inventory /shop.js"}},
		{name: "old jQuery", open: pages(`<script src="/js/jquery-1.8.3.min.js"></script>`, nil), truth: []string{"vulnerable-libraries medium"}},
		{name: "old Next.js", open: script(`window.next={version:"15.1.2",appDir:!0};`), truth: []string{"vulnerable-libraries critical"}},
		{name: "password in a comment", open: pages("<!-- staging login: admin, password: kranich7Wald -->", nil), truth: []string{"html-comments medium"}},
		{name: "private address in a comment", open: pages("<!-- rendered by 10.24.3.17 -->", nil), truth: []string{"html-comments low"}},
		{name: "private address in a script", open: script(`fetch("http://192.168.7.20:8080/api/orders");`), truth: []string{"html-comments low"}},
		{name: "keys of services", open: script(fmt.Sprintf("const stripe = %q, github = %q;", "sk_"+"live_"+letters(40), githubToken())), truth: []string{"secrets high"}},
		{name: "keys of AWS", open: script(fmt.Sprintf("const id = %q, secret = %q;", awsID(), letters(40))), truth: []string{"secrets high"}},
		{name: "database with password", open: script(fmt.Sprintf("const db = %q;", "postgres"+"://shop:"+letters(16)+"@db.shop-production.net:5432/shop")), truth: []string{"secrets high"}},
		{name: "private key", open: func(t *testing.T) string { return script(fmt.Sprintf("const key = %q;", privateKey(t)))(t) }, truth: []string{"secrets critical"}},
		{name: "source of scripts", open: pages(`<script src="/app.js"></script>`, routes{
			"/app.js":     file("text/javascript; charset=utf-8", "document.title='Shop'\n//# sourceMappingURL=app.js.map\n"),
			"/app.js.map": file("application/json", `{"version":3,"sources":["../src/shop.ts"],"sourcesContent":["// the cart of the shop\nexport const cart = []"],"names":[],"mappings":"AAAA"}`),
		}), truth: []string{"source-maps low"}},
	}
}

func weakAnswers() []story {
	failing := func(status int, media, body string) func(*testing.T) string {
		return everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				says("<p>Welcome.</p>")(w, r)
				return
			}
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	reflecting := func(allowed func(origin string) bool, credentials bool) func(*testing.T) string {
		return front(func(w http.ResponseWriter, r *http.Request) {
			if origin := r.Header.Get("Origin"); origin != "" && allowed(origin) {
				w.Header().Set("Access-Control-Allow-Origin", origin)
				if credentials {
					w.Header().Set("Access-Control-Allow-Credentials", "true")
				}
			}
			says("<p>Welcome.</p>")(w, r)
		})
	}
	return []story{
		{name: "every origin is let in", open: reflecting(func(string) bool { return true }, true), truth: []string{"cors high"}},
		{name: "the origin null is let in", open: reflecting(func(o string) bool { return o == "null" }, true), truth: []string{"cors high"}},
		{name: "origins that begin alike are let in", open: reflecting(func(o string) bool { return strings.HasPrefix(o, "https://localhost") }, true), truth: []string{"cors high"}},
		{name: "origins that begin alike may read", open: reflecting(func(o string) bool { return strings.HasPrefix(o, "https://localhost") }, false), truth: []string{"cors low"}},
		{name: "people's data for every origin", open: site(routes{
			"/": says(`<a href="/api/users">Users</a>`), "/api/users": shared(file("application/json", `[{"id":1,"user_name":"ada","email":"ada@shop.example"}]`)),
		}), truth: []string{"cors low"}},
		{name: "TRACE", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodTrace {
				w.Header().Set("Content-Type", "message/http")
				fmt.Fprintf(w, "TRACE %s HTTP/1.1\r\nHost: %s\r\n", r.RequestURI, r.Host)
				_ = r.Header.Write(w)
				return
			}
			routes{"/": says("<p>Welcome.</p>")}.ServeHTTP(w, r)
		}), truth: []string{"trace-method medium"}},
		{name: "WebDAV", open: front(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("DAV", "1, 2")
			w.Header().Set("Allow", "OPTIONS, GET, HEAD, POST, PUT, DELETE, PROPFIND, PROPPATCH, MKCOL, COPY, MOVE, LOCK, UNLOCK")
			says("<p>Welcome.</p>")(w, r)
		}), truth: []string{"http-methods low"}},
		{name: "stack trace of Python", open: failing(500, "text/plain; charset=utf-8", "Traceback (most recent call last):\n  File \"/srv/app/shop.py\", line 41, in get\n    raise KeyError(path)\nKeyError: 'x'\n"), truth: []string{"error-pages medium"}},
		{name: "stack trace of Node.js", open: failing(404, "text/html; charset=utf-8", document("Error", "<pre>Error: Not Found<br> &nbsp; &nbsp;at /srv/app/node_modules/express/lib/router/index.js:284:7<br> &nbsp; &nbsp;at next (/srv/app/server.js:12:3)</pre>")), truth: []string{"error-pages medium"}},
		{name: "stack trace of Node.js alone", open: failing(500, "text/plain; charset=utf-8", "Error: no route\n    at Server.<anonymous> (/srv/shop/server.js:5:9)\n    at Server.emit (node:events:518:28)\n    at parserOnIncoming (node:_http_server:1143:12)\n"), truth: []string{"error-pages medium"}},
		{name: "stack trace of Java", open: failing(500, "text/plain; charset=utf-8", "java.lang.IllegalStateException: no route\n\tat com.example.Shop.get(Shop.java:41)\n\tat com.example.Main.main(Main.java:7)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n"), truth: []string{"error-pages medium"}},
		{name: "debug page of Django", open: failing(404, "text/html; charset=utf-8", document("Page not found at /x", "<p>You’re seeing this error because you have <code>DEBUG = True</code> in your Django settings file.</p>")), truth: []string{"error-pages medium"}},
		{name: "error of MySQL", open: failing(500, "text/html; charset=utf-8", "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '' at line 1"), truth: []string{"error-pages medium"}},
		{name: "page of Spring Boot", open: failing(404, "text/html; charset=utf-8", "<html><body><h1>Whitelabel Error Page</h1><p>This application has no explicit mapping for /error.</p></body></html>"), truth: []string{"error-pages info"}},
		{name: "hints in robots.txt", open: site(routes{"/": says("<p>Welcome.</p>"), "/robots.txt": plainText(200, "User-agent: *\nDisallow: /backoffice/\nDisallow: /customer-data/\n")}), truth: []string{"robots-hints info"}},
		{name: "no security.txt", open: func(t *testing.T) string {
			next := careful(routes{"/": says("<p>Welcome.</p>")})
			return encrypted(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "security.txt") {
					r.URL.Path = "/nowhere"
				}
				next.ServeHTTP(w, r)
			}), nil)
		}, truth: []string{"security-txt info"}},
		{name: "no encryption", open: func(t *testing.T) string { return plain(t, careful(routes{"/": says("<p>Welcome.</p>")})) }, truth: []string{"https-redirect high"}},
	}
}
