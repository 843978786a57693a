package check

import (
	"context"
	"regexp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// sqlErrors are what databases say of a statement that does not parse.
var sqlErrors = phrases{
	"You have an error in your SQL syntax", "MySqlException", "com.mysql.jdbc", "SQLSyntaxErrorException", "SQLSTATE[42000]", "SQLSTATE[42601]",
	"PG::SyntaxError", "pg_query()", "PSQLException", "unterminated quoted string at or near", "syntax error at or near",
	"SQLite3::SQLException", "sqlite3.OperationalError", "SQLITE_ERROR", `unrecognized token: "'`, "unrecognized token: &quot;&#39;", "unrecognized token: &#34;&#39;", "unrecognized token: &quot;&#x27;",
	"unclosed quotation mark after the character string", "Microsoft OLE DB Provider for SQL Server", "System.Data.SqlClient.SqlException", "Incorrect syntax near",
	"quoted string not properly terminated", "ORA-00933", "ORA-01756", "DB2 SQL error", "Dynamic SQL Error",
}

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
		says := func(value string) (*guard.Response, string, error) {
			answer, err := site.get(ctx, p.with(value), nil)
			if err != nil {
				return nil, "", err
			}
			return answer, sqlErrors.in(beginning(answer.Body)), nil
		}
		broken, message, err := says(value + "'")
		if err != nil {
			return skip(silent)
		}
		if message == "" {
			continue
		}
		// A number stands in a statement without marks: there two of them are an error as well.
		whole, difference := value+"''", "With the mark doubled there is no error; asked again, the same one."
		if number.MatchString(value) {
			whole, difference = value, "With the number alone there is no error; asked again, the same one."
		}
		_, control, err := says(whole)
		if err != nil {
			return skip(silent)
		}
		_, again, err := says(value + "'")
		if err != nil {
			return skip(silent)
		}
		if control != "" || again == "" {
			continue // the page says so in any case, or only by chance
		}
		return fail(Finding{
			Title: "A quotation mark breaks a statement of the database", Severity: auditapi.High,
			Evidence: lines("Asked for "+quote(broken.URL.RequestURI()), at(broken), "The page says: "+quote(message), "Parameter: "+quote(p.name), difference),
		})
	}
	return pass()
}

var number = regexp.MustCompile(`^[0-9]+$`)
