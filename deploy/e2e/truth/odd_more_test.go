package truth_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// oddWorlds are sites whose protections, programs or names could be taken for faults.
func oddWorlds() []story {
	hidden := func(r *http.Request) bool {
		return strings.Contains(r.URL.Path, "/.") && !strings.HasPrefix(r.URL.Path, "/.well-known") || strings.HasSuffix(r.URL.Path, ".sql")
	}
	home := routes{"/": says("<p>Welcome.</p>")}
	cookie := func(line string) func(*testing.T) string { return front(header("Set-Cookie: " + line)) }
	cookies := []string{"cookie-secure", "cookie-httponly", "cookie-samesite", "cookie-accepted"}
	libraries := []string{"vulnerable-libraries", "secrets", "html-comments"}
	return []story{
		{name: "firewall with a page and a number", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if !hidden(r) {
				home.ServeHTTP(w, r)
				return
			}
			fmt.Fprintf(w, "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: %s</body></html>", hexadecimal(20))
		}), tempts: exposures},
		{name: "firewall that hangs up", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if hidden(r) {
				panic(http.ErrAbortHandler)
			}
			home.ServeHTTP(w, r)
		})},
		{name: "firewall that bans after a while", open: func() func(*testing.T) string {
			var asked atomic.Int64
			return everywhere(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) > 60 {
					w.WriteHeader(http.StatusForbidden)
					_, _ = io.WriteString(w, document("Forbidden", "<p>You have been blocked.</p>"))
					return
				}
				home.ServeHTTP(w, r)
			})
		}()},
		{name: "maintenance", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, document("Back soon", "<p>We are moving the shelves.</p>"))
		})},
		{name: "front page that is not found", open: everywhere(func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }), tempts: exposures},
		{name: "picture", open: everywhere(file("image/png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")), tempts: exposures},
		{name: "feed", open: everywhere(file("application/rss+xml; charset=utf-8", `<?xml version="1.0"?><rss version="2.0"><channel><title>Shop</title></channel></rss>`)), tempts: exposures},
		{name: "bucket that is closed", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
		}), tempts: exposures},
		{name: "manual with the names of files", open: site(routes{
			"/":              says(`<a href="/metrics">Metrics</a><a href="/server-status">Server status</a>`),
			"/metrics":       says("<h2>Metrics</h2><pre># TYPE orders_total counter\norders_total 1\norders_total 2\norders_total 3\n</pre>"),
			"/server-status": says("<h2>How to read Apache Server Status</h2><p>It begins with Server Version.</p>"),
			"/CLAUDE.md":     says("<h2>CLAUDE.md</h2><p>What to write into it.</p>"), "/.env": says("<pre>DB_PASSWORD=secret\nAPP_ENV=dev\n</pre>"),
			"/Dockerfile": says("<pre>FROM debian\nRUN true\n</pre>"), "/graphql": says("<p>Our GraphQL API.</p>"), "/swagger.json": says("<p>Moved.</p>"),
		}), tempts: exposures},
		{name: "author's name in a cookie", open: cookie("comment_author=Ada; Path=/; Secure; SameSite=Lax"), tempts: cookies},
		{name: "filter by assessment in a cookie", open: cookie("assessment_view=list; Path=/; Secure"), tempts: cookies},
		{name: "balancer's cookie", open: cookie("AWSALB=" + token() + "; Path=/; Secure; SameSite=None"), tempts: cookies},
		{name: "country in a cookie", open: cookie("residence=de; Path=/; Secure"), tempts: cookies},
		{name: "plug-ins with versions of their own", open: front(says(`<script src="/js/jquery-migrate.min.js?ver=1.4.1"></script><script src="/js/jquery.cookie.js?v=1.4.1"></script><script src="/js/bootstrap-datepicker-1.9.0.min.js"></script><script src="/js/vue-router-2.0.0.js"></script><script src="/js/app-1.8.3.js"></script><script src="/js/angular-ui-1.2.3.js"></script><script src="/js/jquery-ui-i18n-1.8.0.js"></script><script src="/js/lodash.custom.js?ver=6.4"></script><script src="/js/jquery.min.js?ver=6.4.2"></script>`)), tempts: libraries},
		{name: "words that look like keys", open: site(routes{"/": says(`<script src="/app.js"></script>`), "/app.js": file("text/javascript; charset=utf-8",
			`const pem = "-----BEGIN PRIVATE KEY-----"; if (text.startsWith("-----BEGIN RSA PRIVATE KEY-----\n") && text.endsWith("-----END RSA PRIVATE KEY-----")) {} const url = "redis://localhost:6379"; const u2 = "mysql://root:root@mysql/shop"; const u3 = "postgres://${user}:${password}@${host}/db"; const mapbox = "pk.`+letters(40)+`"; const css = "sk-header-navigation-item-large"; const id = "SG.`+letters(10)+`"; const v = "10.0.0.1"; fetch("http://127.0.0.1:3000/dev"); const range = "10.0.0.0/8"; const doc = "http://192.168.1.0/24";`)}), tempts: libraries},
		{name: "policies of careful sites", open: front(header("Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'report-sample' https://shop.example:8443/js/; script-src-attr 'none'; style-src 'self' 'unsafe-hashes' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src * data: blob:; connect-src 'self' wss://live.example; worker-src blob:; manifest-src 'self'; base-uri 'self'; form-action 'self' https://pay.example; frame-ancestors 'self' https://*.shop.example; upgrade-insecure-requests; require-trusted-types-for 'script'; trusted-types default; report-uri /csp; report-to csp")), tempts: []string{"csp-strength", "csp-syntax", "csp-completeness", "csp-bypass", "framing"}},
		{name: "policy in capitals with spare semicolons", open: front(header("Content-Security-Policy: ; DEFAULT-SRC 'SELF';; Object-Src 'None' ;base-uri 'NONE'; form-action 'self';frame-ancestors 'none';")), tempts: []string{"csp-strength", "csp-syntax", "csp-completeness", "framing"}},
		{name: "policy in the page alone", open: front(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Del("Content-Security-Policy")
			_, _ = io.WriteString(w, `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"><title>Shop</title></head><body>Welcome.</body></html>`)
		}), tempts: []string{"csp-strength", "csp-present", "csp-completeness"}},
		{name: "forms of all kinds", open: front(says(`<form action="mailto:shop@shop.example"><input name="q"></form><form action="javascript:void(0)"><input name="q"></form><form method="dialog"><input type="password" name="p"></form><form method="post" action="https://login.example/in"><input type="password" name="p"></form><form action="//pay.example/x" method="POST"><input name="q"></form><form action=""><input name="q"></form>`)), tempts: []string{"login-form", "mixed-content"}},
		{name: "markup that browsers leave alone", open: front(says(`<!-- <script src="http://old.example/a.js"></script> --><template><img src="http://old.example/a.png"></template><noscript></noscript><script type="text/template"><img src="http://old.example/a.png"></script><link rel="preconnect" href="http://old.example"><link rel="alternate" href="http://old.example/feed"><meta property="og:image" content="http://old.example/a.png"><p title="http://old.example">http://old.example</p>`)), tempts: []string{"mixed-content", "sri"}},
		{name: "addresses in prose", open: front(says(`<p>Set the gateway to 192.168.1.1 and open http://192.168.1.1/ in your browser. Version 10.1.2.3 of the firmware is at 10.0.0.138.</p><pre>ping 172.16.0.1</pre>`)), tempts: libraries},
		{name: "banners without versions", open: front(header("Server: Apache", "X-Powered-By: ASP.NET", "X-Generator: Drupal 11 (https://www.drupal.org)", "X-Runtime: 0.0123", "Via: 1.1 varnish (Varnish/7.1)")), tempts: []string{"version-banner", "end-of-life"}},
		{name: "article about Tomcat", open: front(says("<h3>Apache Tomcat/7.0.1</h3><p>is long out of support. So is PHP/5.3.0, nginx/1.0.1 and Whitelabel Error Page.</p>")), tempts: []string{"end-of-life", "error-pages"}},
	}
}

// oddProbed are sites that answer to probes in a way that proves nothing.
func oddProbed() []story {
	all := []string{"probe-reflected-input", "probe-open-redirect", "probe-sql-error", "probe-forwarded-host", "probe-header-injection", "probe-verb-tampering", "probe-cache-deception"}
	form := says(`<form action="/find"><input type="search" name="q"></form><a href="/find?q=lamp&amp;url=/lamps">Lamps</a>`)
	with := func(find http.HandlerFunc) func(*testing.T) string { return site(routes{"/": form, "/find": find}) }
	stories := []story{
		{name: "data that repeats the input", open: with(func(w http.ResponseWriter, r *http.Request) {
			file("application/json", fmt.Sprintf(`{"q":%q}`, r.URL.Query().Get("q")))(w, r)
		})},
		{name: "text that repeats the input", open: with(func(w http.ResponseWriter, r *http.Request) { plainText(200, r.URL.Query().Get("q"))(w, r) })},
		{name: "redirect within the site that keeps the query", open: with(func(w http.ResponseWriter, r *http.Request) {
			location(w, "/lamps?"+r.URL.RawQuery)
		})},
		{name: "redirect that checks where to", open: with(func(w http.ResponseWriter, r *http.Request) {
			to := r.URL.Query().Get("url")
			if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") {
				to = "/"
			}
			location(w, to)
		})},
		{name: "page before leaving", open: with(func(w http.ResponseWriter, r *http.Request) {
			to := html.EscapeString(r.URL.Query().Get("url"))
			says(`<p>You are leaving our shop for <a rel="nofollow noopener" href="`+to+`">`+to+"</a>.</p>")(w, r)
		})},
		{name: "article about SQL as the result", open: with(says("<p>You have an error in your SQL syntax; SQLSTATE[42000]; ORA-00933</p><pre>x</pre>"))},
		{name: "marks of the input where they are only text", open: with(func(w http.ResponseWriter, r *http.Request) {
			q := strings.ReplaceAll(r.URL.Query().Get("q"), "<", "&lt;")
			single := strings.ReplaceAll(q, "'", "&#39;")
			says(`<p>Nothing for `+q+`.</p><textarea>`+q+`</textarea><input data-query='{"q":"`+single+`"}'><script type="application/json">{"q":`+strconv.Quote(q)+`}</script>`+
				`<script>// `+q+"\nvar q = "+strconv.Quote(q)+`, r = '`+strings.ReplaceAll(q, "'", `\'`)+`', s = "it's ' /";</script><button onclick="find('`+html.EscapeString(strings.ReplaceAll(q, "'", `\'`))+`')">Again</button>`)(w, r)
		})},
		{name: "refresh within the site that keeps the query", open: with(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Refresh", "3; url=/lamps?"+r.URL.RawQuery)
			says(`<meta http-equiv="refresh" content="3; url=/lamps?`+html.EscapeString(r.URL.RawQuery)+`">`)(w, r)
		})},
		{name: "redirect of every Host to https", open: front(byHost(func(w http.ResponseWriter, r *http.Request) { location(w, "https://"+r.Host+r.URL.RequestURI()) }))},
		{name: "another site for other names", open: front(byHost(func(w http.ResponseWriter, r *http.Request) {
			says(`<a href="https://`+html.EscapeString(r.Host)+`/webmail">Sign in to your mail</a>`)(w, r)
		}))},
		{name: "server that hangs up on other names", open: everywhere(byHost(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))},
		{name: "method that nobody knows is answered alike", open: site(routes{
			"/":      known(says(`<a href="/admin">Administration</a>`)),
			"/admin": known(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }),
		})},
		{name: "cache that goes by what the account says", open: cachingNginx("")},
		{name: "claimed name in a text", open: front(func(w http.ResponseWriter, r *http.Request) {
			says("<p>You came by "+html.EscapeString(r.Header.Get("X-Forwarded-Host"))+".</p>")(w, r)
		})},
		{name: "400 for what is odd", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if strings.ContainsAny(r.URL.RawQuery+r.URL.Path, "'<\r\n") || strings.Contains(r.URL.RawQuery, "%") {
				http.Error(w, "Bad Request", http.StatusBadRequest)
				return
			}
			routes{"/": form, "/find": says("<p>Nothing.</p>")}.ServeHTTP(w, r)
		})},
	}
	var tries atomic.Int64
	stories = append(stories, story{name: "sign-in with a brake", open: signingIn(func(w http.ResponseWriter) bool {
		if tries.Add(1) < 5 {
			return false
		}
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})})
	for i := range stories {
		stories[i].tier, stories[i].tempts = "redteam", all
	}
	return stories
}

// byHost is a site whose server gives other names to other.
func byHost(other http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Host, "localhost") {
			other(w, r)
			return
		}
		says(`<a href="/lamps">Lamps</a>`)(w, r)
	}
}

// known answers to GET, HEAD and OPTIONS, and says to other methods that it does not know them.
func known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			next(w, r)
		default:
			says("<p>Sorry?</p>")(w, r)
		}
	}
}
