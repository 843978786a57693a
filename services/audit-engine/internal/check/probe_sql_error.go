package check

import (
	"context"
	"regexp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// sqlErrors are what databases say of a statement that does not parse.
var sqlErrors = regexp.MustCompile(`(?i)You have an error in your SQL syntax|unclosed quotation mark after the character string|quoted string not properly terminated|` +
	`PG::SyntaxError|pg_query\(\)|PSQLException|unterminated quoted string at or near|SQLite3::SQLException|SQLITE_ERROR|unrecognized token: "'|ORA-0(0933|1756)|` +
	`SQLSTATE\[(42000|42601)\]|Microsoft OLE DB Provider for SQL Server|System\.Data\.SqlClient\.SqlException|MySqlException|com\.mysql\.jdbc`)

func init() {
	register(Check{
		ID: "probe-sql-error", Title: "A quote in a parameter does not reach a database", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.High,
		Impact: "A single quotation mark breaks one of your database's statements, so what visitors type is part of it. Attackers read and change the whole database through such a place (SQL injection).",
		Remediation: serverConfig("Pass values as parameters and never join them into SQL: db.Query(\"… WHERE id = $1\", id) in Go, cursor.execute(\"… WHERE id = %s\", (id,)) in Python, prepared statements in PHP (PDO) and Java. Show visitors a plain error page.",
			"proxy_intercept_errors on;\nerror_page 500 502 /error.html;",
			"ProxyErrorOverride On\nErrorDocument 500 /error.html",
			"handle_errors {\n    rewrite * /error.html\n    file_server\n}"),
		References: []string{"https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html", "https://cwe.mitre.org/data/definitions/89.html"},
		Controls:   controls(clientCode, "1.2.4"),
		Run:        runSQLError,
	})
}

func runSQLError(ctx context.Context, site *Site) Result {
	for _, p := range site.parameters(func(string) bool { return true }) {
		value := p.query.Get(p.name)
		broken, err := site.get(ctx, p.with(value+"'"), nil)
		if err != nil {
			return skip(silent)
		}
		message := sqlErrors.Find(broken.Body)
		if message == nil {
			continue
		}
		escaped, err := site.get(ctx, p.with(value+"''"), nil)
		if err != nil {
			return skip(silent)
		}
		again, err := site.get(ctx, p.with(value+"'"), nil)
		if err != nil {
			return skip(silent)
		}
		if sqlErrors.Match(escaped.Body) || !sqlErrors.Match(again.Body) {
			continue // the page says so in any case, or only by chance
		}
		return fail(Finding{
			Title: "A quotation mark breaks a statement of the database", Severity: auditapi.High,
			Evidence: lines("Asked for "+quote(broken.URL.RequestURI()), at(broken), "The page says: "+quote(string(message)), "Parameter: "+quote(p.name), "With the mark doubled there is no error; asked again, the same one."),
		})
	}
	return pass()
}
