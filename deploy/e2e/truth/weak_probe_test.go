package truth_test

import (
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
		{name: "way out of a folder", open: ownNginx(`location /assets { alias DIR/html/assets/; }`, map[string]string{
			"index.html": document("Shop", `<p>Welcome.</p><script src="/assets/shop.js"></script>`), ".well-known/security.txt": securityText(),
			"assets/shop.js": "document.title = 'Shop of lamps';\n", "robots.txt": "User-agent: *\nDisallow: /cart/\n",
		}), truth: []string{"probe-path-traversal high"}},
		{name: "passwords without a brake", open: signingIn(nil), truth: []string{"probe-rate-limit low"}},
		{name: "method that opens what is closed", open: site(routes{
			"/": says(`<a href="/admin">Administration</a>`),
			"/admin": func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet || r.Method == http.MethodPost {
					w.WriteHeader(http.StatusForbidden)
				}
				says("<p>"+r.Method+": the orders of today.</p>")(w, r)
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
