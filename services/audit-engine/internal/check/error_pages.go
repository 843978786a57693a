package check

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "error-pages", Title: "Errors do not show how the site works inside", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Such pages show file names, queries, versions, sometimes settings with passwords in them. Attackers bring errors about on purpose, because each of these texts shortens the way in.",
		Remediation: serverConfig("Switch the debug mode off where customers are served (Django: DEBUG = False; Laravel: APP_DEBUG=false; Rails: RAILS_ENV=production; Node: NODE_ENV=production; ASP.NET: customErrors mode=\"On\" and ASPNETCORE_ENVIRONMENT=Production; PHP: display_errors = Off; Spring: server.error.include-stacktrace=never), and write errors to a log. The server can show a page of its own in place of the application's:",
			"proxy_intercept_errors on;\nerror_page 500 502 503 504 /error.html;",
			"ProxyErrorOverride On\nErrorDocument 500 /error.html",
			"reverse_proxy 127.0.0.1:3000 {\n    @broken status 5xx\n    handle_response @broken {\n        rewrite * /error.html\n        file_server\n    }\n}"),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/08-Testing_for_Error_Handling/", "https://cwe.mitre.org/data/definitions/209.html"},
		Controls:   controls(leaks, "13.4.2", "16.5.1"),
		Run:        runErrorPages,
	})
}

// signature is a text that only one kind of error page has.
type signature struct {
	name     string
	pattern  *regexp.Regexp
	anywhere bool // proves an error in an answer with any status; others may be quoted in an article
}

// The signatures, each after what the software prints.
var (
	debugPages = []signature{
		{name: "the debug page of Django", pattern: regexp.MustCompile(`You(?:'|&#x27;|&#39;|’)re seeing this error because you have <code>DEBUG = True</code>`)},
		{name: "the debug page of Laravel", pattern: regexp.MustCompile(`window\.ignite\(|vendor\\?/laravel\\?/framework\\?/src\\?/Illuminate\\?/|<title>Whoops! There was an error\.</title>`)},
		{name: "the debug page of Sinatra or Rack", pattern: regexp.MustCompile(`You(?:'|&#x27;|&#39;|’)re seeing this error because you (?:have\s+enabled the <code>show_exceptions</code>|use <code>Rack::Show)`)},
		{name: "the debug page of Starlette", pattern: regexp.MustCompile(`<title>Starlette Debugger</title>`)},
		{name: "the debug page of CodeIgniter", pattern: regexp.MustCompile(`<h4>A PHP Error was encountered</h4>|<h1>A Database Error Occurred</h1>`)},
		{name: "the debug page of Play", pattern: regexp.MustCompile(`These routes have been tried, in this order:`)},
		{name: "the debug page of Symfony", pattern: regexp.MustCompile(`class="trace trace-as-html"`)},
		{name: "the debug page of Ruby on Rails", pattern: regexp.MustCompile(`<title>Action Controller: Exception caught</title>|<code>Rails\.root: /`)},
		{name: "the debugger of Werkzeug, for Python", pattern: regexp.MustCompile(`The debugger caught an exception in your WSGI application|EVALEX(?:_TRUSTED)? = (?:true|false),`)},
		{name: "the error page of ASP.NET with its stack trace", pattern: regexp.MustCompile(`(?s)Server Error in '[^']{0,200}' Application\..*?Stack Trace:</b>`)},
		{name: "the developer's error page of ASP.NET Core", pattern: regexp.MustCompile(`<h1>An unhandled exception occurred while processing the request\.</h1>`)},
	}
	traces = []signature{
		{name: "an error message of PHP", anywhere: true, pattern: regexp.MustCompile(`<br />\s*<b>(?:Fatal error|Parse error|Warning|Notice|Deprecated|Recoverable fatal error)</b>:  (?s:.+?) in <b>[^<\n]{1,300}</b> on line <b>\d+</b><br />|<table class='xdebug-error`)},
		{name: "an error message of PHP", pattern: regexp.MustCompile(`(?:Fatal error|Parse error)(?:</b>)?:\s+[^\n]{1,1000} in (?:/|[A-Z]:[\\/])[^\n]{1,300}\.php(?::\d+| on line \d+)`)},
		{name: "a stack trace of Java", pattern: regexp.MustCompile(`\b(?:[a-z]\w{0,40}\.){2,8}\w{0,60}(?:Exception|Error)(?:: [^\n<]{0,300}?)?(?:\s|\\[nrt]){1,6}at (?:[\w$]+\.)+[\w$<>;&]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)|(?:(?:\s|\\[nt])at (?:[\w$.@-]*/){0,2}(?:[\w$]+\.)+[\w$<>;&]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)[^\n\\]{0,80}(?:\s|\\[nrt])+){2}`)},
		{name: "a stack trace of Node.js", pattern: regexp.MustCompile(`\bat (?:(?:[^\n<]|<\w+>){0,200}[( ])?(?:(?:file://|webpack-internal://)?/|[A-Z]:\\{1,2})[^\s()<>]{1,300}\.(?:js|cjs|mjs|ts|jsx|tsx):\d+:\d+\)?(?:<|\\n|\n|"|\z)`)},
		{name: "a stack trace of Python", pattern: regexp.MustCompile(`Traceback \(most recent call last\):(?:\s|\\n)+File (?:\\?"|&quot;|&#34;)[^\n]{1,300}, line \d+`)},
		{name: "a stack trace of .NET", pattern: regexp.MustCompile(`\s(?:at|bei|à|en|in|в) [\w.<>\x60]+\([^)\n]{0,300}\) (?:in|dans|en|в) [^\n<]{1,300}\.(?:cs|vb|fs):(?:line|Zeile|ligne|línea|riga|строка) \d+|\[\w*Exception(?: \(0x[0-9a-f]+\))?: [^\n\]]{0,500}\]\s+[\w.]+\(`)},
		{name: "an error message of ASP", pattern: regexp.MustCompile(`Microsoft VBScript[^<\n]{1,80}(?:</font>\s*<font[^>\n]{0,100}>)?[^<\n]{0,20}'800a[0-9a-f]{4}'`)},
		{name: "a stack trace of Ruby", pattern: regexp.MustCompile(`/[\w./-]{1,200}\.rb:\d+:in (?:'|\x60|&#39;|&#x27;)`)},
		{name: "a stack trace of Go", pattern: regexp.MustCompile(`goroutine \d+ \[running\]:(?:\s|\\n)`)},
		{name: "a stack trace of Elixir", pattern: regexp.MustCompile(`\.exs?:\d+: [A-Z][\w.]{1,100}\.[\w?!]+/\d|\(\w+ [\d.]+\) lib/[\w/]{1,200}\.exs?:\d+`)},
		{name: "an error message of Rust", pattern: regexp.MustCompile(`thread '[^'\n]{1,100}'(?: \(\d+\))? panicked at `)},
		{name: "an error message of Perl", pattern: regexp.MustCompile(`<h1>Software error:</h1>\s*<pre>| at /[^\s<]{1,300}\.(?:pl|pm|cgi) line \d+\.`)},
		{name: "an error message of ColdFusion", pattern: regexp.MustCompile(`\bcoldfusion\.(?:runtime|tagext|sql|compiler)\.\w|<td class="label">Stacktrace</td>|The error occurred in <b>[^<\n]{1,300}: line \d+`)},
	}
	queries = []signature{
		{name: "an error message of MySQL or MariaDB", pattern: regexp.MustCompile(`You have an error in your SQL syntax; check the manual that corresponds to your (?:MySQL|MariaDB) server version|Access denied for user '[^'\n]{0,80}'@'[^'\n]{1,100}' \(using password: |\bER_[A-Z_]{4,40}: \w|Unknown column '[^'\n]{1,80}' in '`)},
		{name: "an error message of PostgreSQL", pattern: regexp.MustCompile(`pg_(?:query|exec)\(\): Query failed: |PG::[A-Z]\w+: [A-Z]{4,}:|org\.postgresql\.util\.PSQLException: [A-Z]{4,}|\bpsycopg\d?\.errors\.[A-Z]\w+|(?:syntax error|unterminated quoted string) at or near (?:\\?"|&quot;|&#34;|&#39;)|\brelation \\?"[^"\n]{1,80}" does not exist|\(SQLSTATE [0-9A-Z]{5}\)`)},
		{name: "an error message of Microsoft SQL Server", pattern: regexp.MustCompile(`Unclosed quotation mark after the character string|Microsoft OLE DB Provider for SQL Server|(?:System\.Data|Microsoft\.Data)\.SqlClient\.SqlException|Incorrect syntax near '|\[Microsoft\]\[ODBC (?:SQL Server Driver|Driver \d+ for SQL Server)\]`)},
		{name: "an error message of Oracle", pattern: regexp.MustCompile(`\bORA-\d{5}: \w`)},
		{name: "an error message of Db2", pattern: regexp.MustCompile(`\[IBM\]\[CLI Driver\]|DB2 SQL [Ee]rror: SQLCODE|\bSQL\d{4,5}N\s`)},
		{name: "an error message of MongoDB", pattern: regexp.MustCompile(`\bMongo(?:Server|Network|Parse|WriteConcern|Bulk[Ww]rite)?Error: \w`)},
		{name: "an error message of SQLite", pattern: regexp.MustCompile(`SQLITE_ERROR: (?:near|no such)|\bnear \\?"[^"\n]{1,40}": syntax error|unrecognized token: \\?"|SQLite3::SQLException:|sqlite3\.OperationalError:`)},
		{name: "an error message of a database", pattern: regexp.MustCompile(`SQLSTATE\[[0-9A-Z]{5}\]|\bjava\.sql\.SQL\w{0,40}Exception|\bJdbcSQL\w{1,40}Exception|\borg\.hibernate\.exception\.|\bPrismaClient\w{1,30}Error|\bSequelizeDatabaseError\b|\bActiveRecord::StatementInvalid\b`)},
	}
	whitelabel = []signature{
		{name: "the built-in error page of Spring Boot", pattern: regexp.MustCompile(`<h1>Whitelabel Error Page</h1>`)},
	}
)

// maxErrorText bounds how much of an answer is looked through; an error comes
// early or is the whole answer.
const maxErrorText = 256 << 10

func runErrorPages(ctx context.Context, site *Site) Result {
	var answers []*guard.Response
	for _, page := range site.pages() {
		if page.BodyErr == nil {
			answers = append(answers, page.Response)
		}
	}
	if r := site.unknown(ctx); r != nil {
		answers = append(answers, r)
	}
	if len(answers) == 0 {
		return skip("No page of the site could be read.")
	}
	var debug, trace, query, plain sightings
	for _, r := range answers {
		detailed := look(r, debugPages, &debug)
		detailed = look(r, traces, &trace) || detailed
		detailed = look(r, queries, &query) || detailed
		if !detailed {
			look(r, whitelabel, &plain)
		}
	}
	var findings []Finding
	if !debug.empty() {
		findings = append(findings, Finding{Title: "The site runs in debug mode and shows its inside", Severity: auditapi.Medium, Evidence: debug.String()})
	}
	if !trace.empty() {
		findings = append(findings, Finding{Title: "Errors show parts of the site's program", Severity: auditapi.Medium, Evidence: trace.String()})
	}
	if !query.empty() {
		findings = append(findings, Finding{Title: "Errors show messages of the database", Severity: auditapi.Medium, Evidence: query.String()})
	}
	if !plain.empty() {
		findings = append(findings, Finding{Title: "Errors show the page of the framework in use", Severity: auditapi.Info, Evidence: plain.String(),
			Impact: "The page tells which framework the site is built with, and looks unfinished to visitors. It shows nothing else."})
	}
	return fail(findings...)
}

// cited is what others say, in an answer that is no error: the headline of a link, the
// sample of a manual, what stands between the quotation marks of prose.
var cited = regexp.MustCompile(`(?is)<a\s[^>]*href=[^>]*>.{0,1000}?</a>|<(?:q|samp|kbd)>.{0,1000}?</(?:q|samp|kbd)>|(?:“|&ldquo;|„|&bdquo;)[^<\n]{0,500}?(?:”|&rdquo;|“)`)

// look adds what of list is in r to seen, and reports whether anything was.
func look(r *guard.Response, list []signature, seen *sightings) bool {
	body := r.Body[:min(len(r.Body), maxErrorText)]
	found := false
	for _, s := range list {
		if !s.anywhere && !isError(r) {
			continue
		}
		text := body
		if !s.anywhere && r.Status < http.StatusBadRequest {
			text = cited.ReplaceAll(body, nil)
		}
		if match := s.pattern.Find(text); match != nil {
			seen.add(r, fmt.Sprintf("Answer %d with %s: %s", r.Status, s.name, quote(string(match[:min(len(match), 160)]))))
			found = true
		}
	}
	return found
}

// smallAnswer is an answer that holds little but the error.
const smallAnswer = 4 << 10

// isError reports whether r is an error by its status, or an answer so short that
// an error in it cannot be an article about one.
func isError(r *guard.Response) bool {
	return r.Status >= http.StatusBadRequest ||
		len(r.Body) <= smallAnswer && !sandboxed(r) && !bytes.Contains(r.Body, []byte("<pre")) && !bytes.Contains(r.Body, []byte("<code")) && !bytes.Contains(r.Body, []byte("<blockquote"))
}

// sandboxed reports whether the site itself distrusts the answer: so forges serve the
// files of their users.
func sandboxed(r *guard.Response) bool {
	return strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Content-Security-Policy"), ";")), "sandbox")
}
