package truth_test

import (
	"encoding/base64"
	"html"
	"io"
	"net/http"
)

// article is what a blog writes about faults of others. Whole answers of weak servers
// stand in it as text.
const article = `<article><p>Last week our shop showed a stack trace to visitors. It looked like this:</p>
<pre><code>Traceback (most recent call last):
  File "/srv/app/shop.py", line 41, in list_orders
    cursor.execute(query)
sqlite3.OperationalError: near "SELECT": syntax error</code></pre>
<p>On the other machine it was Java:</p>
<pre>java.lang.NullPointerException: order
	at com.example.shop.Orders.list(Orders.java:41)
	at com.example.shop.Api.get(Api.java:12)
	at com.example.shop.Main.main(Main.java:7)</pre>
<blockquote>You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near ''' at line 1</blockquote>
<p>The debug page of Django says “You're seeing this error because you have <code>DEBUG = True</code>”. PHP prints
<code>&lt;b&gt;Fatal error&lt;/b&gt;: Uncaught Error in &lt;b&gt;/var/www/index.php&lt;/b&gt; on line &lt;b&gt;3&lt;/b&gt;</code>, Oracle ORA-00933: SQL command not properly ended, PostgreSQL SQLSTATE[42601], Go <code>goroutine 1 [running]:</code>, and IIS “Server Error in '/' Application.”</p>
<p>Then somebody found our <code>.env</code> file:</p>
<pre>APP_ENV=production
DB_PASSWORD=correct-horse
AWS_ACCESS_KEY_ID=` + exampleAWS + `
AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</pre>
<p>A page with <code>phpinfo()</code>, titled <code>&lt;title&gt;phpinfo()&lt;/title&gt;</code>, told that PHP Version 8.3 runs at 192.168.1.10 behind 10.0.0.1; the database is at postgres://user:password@localhost/shop. A key begins with -----BEGIN PRIVATE KEY----- and Stripe's with sk_live_. We use <code>Index of /backup</code> no more.</p></article>`

// exampleAWS is the name of a key that Amazon's manual uses everywhere.
const exampleAWS = "AKIA" + "IOSFODNN7EXAMPLE"

// oddPages are pages that say what weak sites show.
func oddPages() []story {
	texts := []string{"error-pages", "secrets", "html-comments", "end-of-life", "directory-listing", "exposed-secrets", "exposed-status", "vulnerable-libraries", "mixed-content", "source-maps"}
	script := func(code string) func(w http.ResponseWriter, r *http.Request) {
		return file("text/javascript; charset=utf-8", code)
	}
	with := func(body string, more routes) routes {
		all := routes{"/": says(body)}
		for path, h := range more {
			all[path] = h
		}
		return all
	}
	inline := "//# sourceMappingURL=data:application/json;base64," + base64.StdEncoding.EncodeToString([]byte(`{"version":3,"sources":["webpack/bootstrap"],"names":[],"mappings":""}`))
	search := func(w http.ResponseWriter, r *http.Request) { says("<p>Nothing found.</p>")(w, r) }
	return []story{
		{name: "blog about faults", open: site(with(`<a href="/blog/faults">How we were hacked</a>`, routes{"/blog/faults": says(article)})), tempts: texts},
		{name: "blog about faults on the front page", open: front(says(article)), tempts: texts},
		{name: "short note about an error", open: front(says("<p>What <code>ORA-00933: SQL command not properly ended</code> means.</p>")), tempts: texts},
		{name: "repository of open source", open: site(with(`<h2>shop / main</h2><ul><li><a href="/src/.git">.git</a><li><a href="/src/.env.example">.env.example</a><li><a href="/src/Dockerfile">Dockerfile</a><li><a href="/src/docker-compose.yml">docker-compose.yml</a><li><a href="/src/CLAUDE.md">CLAUDE.md</a><li><a href="/src/backup.sql">backup.sql</a></ul>`,
			routes{"/src/Dockerfile": says("<pre>FROM debian:12\nRUN true\n</pre>"), "/src/.env.example": says("<pre>DB_PASSWORD=changeme\nAPP_KEY=\n</pre>")})), tempts: append(texts, exposures...)},
		{name: "index of a book", open: site(with(`<a href="/index-of-names">Index of names</a>`, routes{"/index-of-names": says("<h2>Index of places and names</h2><p>Aachen 12, Bern 40</p>")})), tempts: texts},
		{name: "list of downloads that is meant so", open: site(with(`<h2>Downloads</h2><a href="/files/">All releases</a>`, routes{"/files/": says(`<h2>Releases</h2><ul><li><a href="shop-1.0.tar.gz">shop-1.0.tar.gz</a> 12 MB<li><a href="shop-1.1.tar.gz">shop-1.1.tar.gz</a> 12 MB</ul>`)})), tempts: texts},
		{name: "search form with GET", open: site(with(`<form method="get" action="/find"><input type="search" name="q"><button>Find</button></form>`, routes{"/find": search})), tempts: []string{"login-form", "mixed-content"}},
		{name: "search form, probed", tier: "redteam", open: site(with(`<form action="/find"><input type="search" name="q"><input type="hidden" name="next" value="/"><button>Find</button></form><a href="/find?q=lamp&amp;next=/lamps">Lamps</a>`, routes{"/find": escaping})),
			tempts: []string{"probe-reflected-input", "probe-open-redirect", "probe-sql-error"}},
		{name: "keys that are public", open: site(with(`<script src="/pay.js"></script>`, routes{"/pay.js": script(`const stripe = Stripe("pk_live_` + letters(24) + `"); const token = "` + token() + `"; const csrfToken = document.querySelector("meta[name=csrf]").content; const recaptcha = "6L` + letters(38) + `"; const dsn = "https://` + hexadecimal(32) + `@o1.ingest.sentry.io/2"; const secret = "";`)})), tempts: texts},
		{name: "keys of manuals", open: site(with(`<script src="/docs.js"></script>`, routes{"/docs.js": script(`const example = "` + exampleAWS + `"; const url = "postgres://user:password@localhost:5432/db"; const gh = "ghp_` + letters(36) + `"; const sk = "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx";`)})), tempts: texts},
		{name: "map without sources in the script", open: site(with(`<script src="/app.js"></script>`, routes{"/app.js": script("document.title='Shop';\n" + inline)})), tempts: texts},
		{name: "map that is not there", open: site(with(`<script src="/app.js"></script>`, routes{"/app.js": script("document.title='Shop';\n//# sourceMappingURL=app.js.map")})), tempts: texts},
		{name: "status page for people", open: site(with(`<a href="/status">Status</a>`, routes{"/status": says("<h2>All systems operational</h2><table><tr><td>pool:</td><td>12 of 12</td></tr><tr><td>Uptime</td><td>99.98 %</td></tr></table>"), "/health": file("application/json", `{"status":"UP"}`), "/actuator/health": file("application/json", `{"status":"UP"}`)})), tempts: exposures},
		{name: "comments of builders", open: front(says("<!-- build 10.24.3.17 of 2026-01-02, theme 4.10.20.1 --><!-- header ends --><!-- TODO: password field needs a label --><!--[if lt IE 9]><script src=\"/ie.js\"></script><![endif]--><!-- net 10.0.0.0/8 is private --><p>Welcome.</p>")), tempts: texts},
		{name: "links over http to others", open: front(says(`<a href="http://neighbour.example/">Our neighbour</a><svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg><link rel="canonical" href="http://localhost/"><a href="https://neighbour.example/" target="_blank">In a new tab</a>`)), tempts: []string{"mixed-content", "opener"}},
		{name: "scripts of others with hashes", open: front(says(`<script src="https://cdn.example/lib-4.0.0.min.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC" crossorigin="anonymous"></script><script src="https://js.stripe.com/v3/"></script><script type="application/ld+json">{"@context":"http://schema.org"}</script>`)), tempts: []string{"sri", "mixed-content", "vulnerable-libraries"}},
		{name: "current libraries", open: site(with(`<script src="/jquery-3.7.1.min.js"></script><script src="/jquery.plugin-1.2.js"></script>`, routes{"/jquery-3.7.1.min.js": script("/*! jQuery v3.7.1 | (c) OpenJS Foundation and other contributors | jquery.org/license */"), "/jquery.plugin-1.2.js": script("// needs jQuery 1.8.3 or newer\n")})), tempts: texts},
		{name: "files that are meant to be read", open: site(with(`<a href="/openapi.json">Our API</a>`, routes{
			"/openapi.json":         file("application/json", `{"openapi":"3.1.0","info":{"title":"Shop","version":"1"},"paths":{}}`),
			"/crossdomain.xml":      file("text/xml", `<?xml version="1.0"?><cross-domain-policy><site-control permitted-cross-domain-policies="none"/></cross-domain-policy>`),
			"/package.json":         file("application/json", `{"name":"shop","dependencies":{}}`),
			"/humans.txt":           plainText(200, "Ada\n"),
			"/llms.txt":             plainText(200, "# Shop\n\nWe sell lamps.\n"),
			"/.well-known/mcp.json": file("application/json", `{"servers":[]}`),
		})), tempts: exposures},
		{name: "GraphQL that keeps its schema", open: site(with("<p>Welcome.</p>", routes{"/graphql": file("application/json", `{"errors":[{"message":"GraphQL introspection is not allowed, but the query contained __schema or __type."}]}`)})), tempts: exposures},
		{name: "own page for errors", open: everywhere(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				says("<p>Welcome.</p>")(w, r)
				return
			}
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, document("Sorry", "<p>Something went wrong at our end (error 7f3a). Please try again.</p>"))
		}), tempts: []string{"error-pages"}},
	}
}

// escaping repeats what was asked for as text and goes nowhere else.
func escaping(w http.ResponseWriter, r *http.Request) {
	says("<p>You looked for “"+html.EscapeString(r.URL.Query().Get("q"))+"”.</p><input name=\"q\" value=\""+html.EscapeString(r.URL.Query().Get("q"))+"\">")(w, r)
}
