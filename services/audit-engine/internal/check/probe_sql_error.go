package check

import (
	"context"
	"regexp"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// sqlErrors are what databases, and libraries in front of them, say of a statement that
// does not parse.
var sqlErrors = phrases{
	"You have an error in your SQL syntax", "MySqlException", "com.mysql.jdbc", "mysql_fetch_", "mysqli_fetch_", "mysql_num_rows()", "mysqli_num_rows()", "mysqli_sql_exception", "ER_PARSE_ERROR",
	"PG::SyntaxError", "pg_query()", "PSQLException", "unterminated quoted string", "lexical error: unterminated string", "syntax error at or near",
	"SQLite3::SQLException", "sqlite3.OperationalError", "SQLITE_ERROR", `unrecognized token: "'`, `unrecognized token: \"'`, "unrecognized token: &quot;", "unrecognized token: &#34;", "SQLSTATE[HY000]: General error: 1 ",
	"Unclosed quotation mark after the character string", "Microsoft OLE DB Provider for", "[ODBC SQL Server Driver]", "Sybase message:", "SqlClient.SqlException", "Incorrect syntax near",
	"quoted string not properly terminated", "ORA-00933", "ORA-00936", "ORA-01756", "DB2 SQL error", "SQL0010N", "Dynamic SQL Error",
	"Syntax error in string in query expression", "Syntax error (missing operator) in query expression", "Unclosed quote before the character string", "[Informix",
	"DB::Exception: Syntax error", "SQL compilation error", "Syntax error in SQL statement", "SQLSTATE[42000]", "SQLSTATE[42601]", "SQLSTATE 42601",
	"SQLSyntaxErrorException", "SQLGrammarException", "bad SQL grammar", "org.hibernate.query", "QuerySyntaxException", "SequelizeDatabaseError", "Raw query failed",
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

// sqlRounds is how often a page has to say it with the mark, and not to say it without:
// what a page says at random passes one round.
const sqlRounds = 3

func runSQLError(ctx context.Context, site *Site) Result {
	for _, p := range slices.Concat(site.parameters(anyParameter), site.pathParts(), site.scripted(parameter.shows)) {
		answer, message, err := site.breaksStatement(ctx, p)
		if err != nil {
			return skip(silent)
		}
		if message == "" {
			continue
		}
		difference := "With the mark doubled there is no error; asked again, the same one."
		if number.MatchString(p.value) {
			difference = "With the number alone there is no error; asked again, the same one."
		}
		return fail(Finding{
			Title: "A quotation mark breaks a statement of the database", Severity: auditapi.High,
			Evidence: lines("Asked for "+quote(answer.URL.RequestURI()), at(answer), "The page says: "+quote(message), "Parameter: "+p.label(), difference),
		})
	}
	return pass()
}

// breaksStatement returns the answer to a mark in the parameter and what a database says
// in it; empty: it says nothing, or not because of the mark.
func (s *Site) breaksStatement(ctx context.Context, p parameter) (*guard.Response, string, error) {
	says := func(value string) (*guard.Response, string, error) {
		answer, err := s.get(ctx, p.with(value), nil)
		if err != nil {
			return nil, "", err
		}
		return answer, sqlErrors.in(beginning(answer.Body)), nil
	}
	// A number stands in a statement without marks: there two of them are an error as well,
	// and so does the name of a column.
	whole := p.value + "''"
	if number.MatchString(p.value) {
		whole = p.value
	}
	if _, control, err := says(whole); err == nil && control != "" && p.value != "" {
		whole = p.value
	}
	var (
		answer  *guard.Response
		message string
	)
	for range sqlRounds {
		var err error
		if answer, message, err = says(p.value + "'"); err != nil || message == "" {
			return nil, "", err
		}
		if _, control, err := says(whole); err != nil || control != "" {
			return nil, "", err
		}
	}
	// A search for the mark may find an article about such errors, one for more does not.
	if !number.MatchString(p.value) {
		if _, again, err := says(p.value + "'" + s.word()); err != nil || again == "" {
			return nil, "", err
		}
	}
	return answer, message, nil
}

var number = regexp.MustCompile(`^[0-9]+$`)
