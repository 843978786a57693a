package truth_test

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// What only the tier that probes can find.
func TestProbedFaultsAreFound(t *testing.T) {
	t.Parallel()
	tell(t, weakProbes())
}

func weakProbes() []story {
	searching := func(answer func(w http.ResponseWriter, q string)) func(*testing.T) string {
		return site(routes{
			"/":     says(`<form action="/find"><input type="search" name="q"></form>`),
			"/find": func(w http.ResponseWriter, r *http.Request) { answer(w, r.URL.Query().Get("q")) },
		})
	}
	stories := []story{
		{name: "input that becomes markup", open: searching(func(w http.ResponseWriter, q string) {
			_, _ = io.WriteString(w, document("Find", "<p>Nothing found for "+q+".</p>"))
		}), truth: []string{"probe-reflected-input high"}},
		{name: "input that ends an attribute", open: searching(func(w http.ResponseWriter, q string) {
			says(`<input name="q" value="`+strings.ReplaceAll(q, "<", "&lt;")+`">`)(w, nil)
		}), truth: []string{"probe-reflected-input high"}},
		{name: "input in an attribute without marks", open: searching(func(w http.ResponseWriter, q string) {
			says(`<input name=q value=`+html.EscapeString(q)+`>`)(w, nil)
		}), truth: []string{"probe-reflected-input high"}},
		{name: "input that ends a text of a script", open: searching(func(w http.ResponseWriter, q string) {
			says(`<script>// it's the search
				var q = '`+strings.NewReplacer("<", `\u003c`, `"`, `\"`).Replace(q)+`';</script>`)(w, nil)
		}), truth: []string{"probe-reflected-input high"}},
		{name: "number that reaches the database", open: site(routes{
			"/": says(`<a href="/product?id=7">Lamp</a>`),
			"/product": func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Query().Get("id"), "'") {
					w.WriteHeader(http.StatusInternalServerError)
					_, _ = io.WriteString(w, document("Error", "<p>Unclosed quotation mark after the character string ''.</p>"))
					return
				}
				says("<p>A lamp.</p>")(w, r)
			},
		}), truth: []string{"probe-sql-error high"}},
		{name: "line feed in a parameter that writes a header", open: searching(func(w http.ResponseWriter, q string) {
			if !strings.Contains(q, "\n") || strings.Contains(q, "\r") {
				says("<p>Nothing found.</p>")(w, nil)
				return
			}
			conn, _, err := w.(http.Hijacker).Hijack() // net/http writes none of these
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Searched: "+q+"\r\n\r\n")
			_ = conn.Close()
		}), truth: []string{"probe-header-injection high"}},
		{name: "quote that reaches the database", open: searching(func(w http.ResponseWriter, q string) {
			if strings.Count(q, "'")%2 == 1 {
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, document("Error", "<p>You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version</p>"))
				return
			}
			says("<p>Nothing found for "+html.EscapeString(q)+".</p>")(w, nil)
		}), truth: []string{"probe-sql-error high"}},
		{name: "open redirect in a link", open: site(routes{
			"/":   says(`<a href="/go?url=/lamps">Lamps</a>`),
			"/go": func(w http.ResponseWriter, r *http.Request) { location(w, r.URL.Query().Get("url")) },
		}), truth: []string{"probe-open-redirect medium"}},
		{name: "page that leads on to wherever is said", open: site(routes{
			"/": says(`<a href="/go?url=/lamps">Lamps</a>`),
			"/go": func(w http.ResponseWriter, r *http.Request) {
				says(`<meta http-equiv="Refresh" content="0; URL='`+html.EscapeString(r.URL.Query().Get("url"))+`'">`)(w, r)
			},
		}), truth: []string{"probe-open-redirect medium"}},
		{name: "header that leads on to wherever is said, but not to //", open: site(routes{
			"/": says(`<a href="/go?url=/lamps">Lamps</a>`),
			"/go": func(w http.ResponseWriter, r *http.Request) {
				if to := r.URL.Query().Get("url"); strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.Contains(to, `\`) {
					w.Header().Set("Refresh", "0;url="+to)
				}
				says("<p>One moment.</p>")(w, r)
			},
		}), truth: []string{"probe-open-redirect medium"}},
		{name: "open redirect that no link shows", open: front(func(w http.ResponseWriter, r *http.Request) {
			if next := r.URL.Query().Get("return_to"); next != "" {
				location(w, next)
				return
			}
			says("<p>Welcome.</p>")(w, r)
		}), truth: []string{"probe-open-redirect medium"}},
		{name: "links by a claimed name", open: front(func(w http.ResponseWriter, r *http.Request) {
			host := r.Host
			if claimed := r.Header.Get("X-Forwarded-Host"); claimed != "" {
				host = claimed
			}
			says(fmt.Sprintf(`<a href="https://%s/reset">Forgotten password</a>`, html.EscapeString(host)))(w, r)
		}), truth: []string{"probe-forwarded-host medium"}},
		{name: "links by a claimed name in a cache", open: func(t *testing.T) string { return front(caching())(t) }, truth: []string{"probe-forwarded-host high"}},
		{name: "links by a name that a proxy forwards", open: front(func(w http.ResponseWriter, r *http.Request) {
			host := cmp.Or(strings.TrimPrefix(r.Header.Get("Forwarded"), "host="), r.Host)
			says(`<form method="post" action="https://`+html.EscapeString(host)+`/reset"></form>`)(w, r)
		}), truth: []string{"probe-forwarded-host medium"}, named: []string{"probe-forwarded-host another Forwarded."}},
		{name: "links by whatever Host", open: front(func(w http.ResponseWriter, r *http.Request) {
			says(`<a href="https://`+html.EscapeString(r.Host)+`/reset">Forgotten password</a>`)(w, r)
		}), truth: []string{"probe-forwarded-host medium"}, named: []string{"probe-forwarded-host another Host."}},
		{name: "redirect to whatever Host in a cache", open: func(t *testing.T) string { return front(redirectCaching())(t) }, truth: []string{"probe-forwarded-host high"}},
		{name: "account that a cache takes for a style sheet", open: cachingNginx("proxy_ignore_headers Cache-Control Set-Cookie;"), truth: []string{"probe-cache-deception medium"}},
		{name: "way out of a folder", open: ownNginx(`location /assets { alias DIR/html/assets/; }`, map[string]string{
			"index.html": document("Shop", `<p>Welcome.</p><script src="/assets/shop.js"></script>`), ".well-known/security.txt": securityText(),
			"assets/shop.js": "document.title = 'Shop of lamps';\n", "robots.txt": "User-agent: *\nDisallow: /cart/\n",
		}), truth: []string{"probe-path-traversal high"}},
		{name: "passwords without a brake", open: signingIn(nil), truth: []string{"probe-rate-limit low"}},
		{name: "method that opens what is closed", open: site(routes{
			"/": says(`<a href="/admin">Administration</a>`),
			"/admin": func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet || r.Method == http.MethodPost {
					plainText(http.StatusForbidden, "Not for you.")(w, r)
					return
				}
				says("<p>The orders of today.</p>")(w, r)
			},
		}), truth: []string{"probe-verb-tampering medium"}},
		{name: "line break that writes a header", open: ownNginx(
			// The decoded path goes into a redirect, as in many a configuration.
			`location = / { try_files /index.html =404; } location / { return 302 https://localhost$uri; } location /.well-known/ { }`,
			map[string]string{"index.html": document("Shop", "<p>Welcome.</p>"), ".well-known/security.txt": securityText()}), truth: []string{"probe-header-injection high"}},
	}
	for i := range stories {
		stories[i].tier = "redteam"
	}
	return stories
}

// location redirects to wherever is said, without a look at it.
func location(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}

// caching keeps the first answer to each address, whoever claimed what name.
func caching() http.HandlerFunc {
	var mu sync.Mutex
	kept := map[string]string{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		page, again := kept[r.URL.RequestURI()]
		if !again {
			host := r.Host
			if claimed := r.Header.Get("X-Forwarded-Host"); claimed != "" {
				host = claimed
			}
			page = fmt.Sprintf(`<a href="https://%s/reset">Forgotten password</a>`, html.EscapeString(host))
			kept[r.URL.RequestURI()] = page
		}
		says(page)(w, r)
	}
}

// redirectCaching leads all names but its own to https, and keeps where it led to.
func redirectCaching() http.HandlerFunc {
	var kept sync.Map
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Host, "localhost") {
			kept.Store(r.URL.RequestURI(), "https://"+r.Host+"/")
		}
		if to, found := kept.Load(r.URL.RequestURI()); found {
			location(w, to.(string))
			return
		}
		says("<p>Welcome.</p>")(w, r)
	}
}

// cachingNginx keeps what is called a style sheet, for as long as the lines let it. The
// site behind it gives the account for every address below /account.
func cachingNginx(lines string) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		origin := port(strings.TrimSuffix(plain(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "private, no-store")
			all := routes{"/": says(`<a href="/account">My account</a>`), "/.well-known/security.txt": file("text/plain; charset=utf-8", securityText())}
			if strings.HasPrefix(r.URL.Path, "/account") {
				says(`<p>Hello Ada.</p><p>Your orders: none.</p><input type="hidden" name="csrf" value="`+token()+`">`)(w, r)
				return
			}
			all.ServeHTTP(w, r)
		})), "/"))
		addr := free.address(t)
		nginx(t, "proxy_cache_path DIR/cache keys_zone=kept:1m;\n"+server(addr, fmt.Sprintf(`
			location / { proxy_pass http://127.0.0.1:%s; }
			location ~ \.css$ { proxy_pass http://127.0.0.1:%s; proxy_cache kept; proxy_cache_valid 200 1m; add_header X-Cache-Status $upstream_cache_status; %s %s }`,
			origin, origin, lines, nginxHeaders())), nil, addr)
		return "https://localhost:" + port(addr) + "/"
	}
}

// signingIn is a site whose sign-in takes every attempt, and lets brake have a look at
// it first: true means that it has answered.
func signingIn(brake func(w http.ResponseWriter) bool) func(*testing.T) string {
	form := `<form method="post" action="/login"><input name="email"><input type="password" name="password"><input type="hidden" name="csrf" value="` + token() + `"><button>Sign in</button></form>`
	return site(routes{
		"/": says(`<a href="/login">Sign in</a>`),
		"/login": func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method != http.MethodPost:
				says(form)(w, r)
			case brake == nil || !brake(w):
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, document("Sign in", "<p>Wrong name or password.</p>"+form))
			}
		},
	})
}
