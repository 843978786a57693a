package exposed

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
)

func severityOrder() []auditapi.Severity { return auditapi.Severities() }

func rowAt(t testing.TB, path string) Row {
	t.Helper()
	for _, row := range table {
		if row.Path == path {
			return row
		}
	}
	t.Fatalf("no row for %s", path)
	return Row{}
}

// What looks like the file, and is not.
func TestSignaturesRefuse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ path, media, body string }{
		"HEAD in prose":               {"/.git/HEAD", "text/plain", "see ref: refs/heads/main\n"},
		"env of a manual":             {"/.env", "text/plain", "Write these lines into .env:\nand put a password there.\nDB_HOST=x\nThen restart the program\nand look into its log.\n"},
		"env without values":          {"/.env", "text/plain", "DB_HOST=\nDB_PASSWORD=\n"},
		"env with harmless names":     {"/.env", "text/plain", "TITLE=Shop\nCOLOUR=red\n"},
		"one line":                    {"/.env", "text/plain", "DB_PASSWORD=x\n"},
		"env in a page":               {"/.env", "text/html", "<pre>\nDB_HOST=x\nDB_PASSWORD=x\n</pre>"},
		"public key":                  {"/id_rsa", "text/plain", "-----BEGIN PUBLIC KEY-----\n"},
		"npmrc with a variable":       {"/.npmrc", "text/plain", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"},
		"zip that is a page":          {"/backup.zip", "text/html", zipFile("a")},
		"two letters":                 {"/backup.zip", "application/zip", "PK is short for Park."},
		"gzip of a page":              {"/backup.tar.gz", "application/gzip", "\x1f\x8b\x08"},
		"gzip around a page":          {"/backup.tar.gz", "application/gzip", gzipped(t, "<!doctype html><p>Not here")},
		"settings of a page":          {"/config.json", "application/json", `{"api":"/v1","labels":{"database":"Datenbank","password":"Passwort"}}`},
		"status of a program":         {"/status?full", "text/plain", "OK\n"},
		"status page in a blog":       {"/server-status", "text/html", "<html><title>Blog</title><h1>Apache Server Status for beginners</h1></html>"},
		"a text of no use":            {"/CLAUDE.md", "text/plain", "Welcome to the harbour, where the lamp shines.\n"},
		"an explanation alone":        {"/metrics", "text/plain", "# HELP a The figure.\n# TYPE a gauge\n"},
		"health that says no more":    {"/actuator/health", "application/json", `{"status":"UP"}`},
		"two samples":                 {"/metrics", "text/plain", "# TYPE a gauge\na 1\nb 2\n"},
		"console in a blog":           {"/console", "text/html", "<html><title>Werkzeug</title><p>Look for <code>EVALEX = true,</code> in the page.</p></html>"},
		"ini with harmless names":     {"/.env", "text/plain", "title=Shop\ncolour=red\n"},
		"actuator that tells health":  {"/actuator", "application/json", `{"_links":{"self":{"href":"https://shop.example/actuator","templated":false},"health":{"href":"https://shop.example/actuator/health"}}}`},
		"joke at .git/config":         {"/.git/config", "text/plain", "[core]\n# nice try\n"},
		"phpinfo in prose":            {"/phpinfo.php", "text/html", "<html><title>phpinfo()</title><p>The table shows the PHP Version and more.</p></html>"},
		"policy in a comment":         {"/clientaccesspolicy.xml", "text/xml", `<access-policy><cross-domain-access><!-- <domain uri="*"/> --><policy/></cross-domain-access></access-policy>`},
		"phpinfo in a blog":           {"/phpinfo.php", "text/html", "<html><title>How to read phpinfo()</title><p>PHP Version 8</p></html>"},
		"flash policy for one domain": {"/crossdomain.xml", "text/xml", `<cross-domain-policy><allow-access-from domain="shop.example"/></cross-domain-policy>`},
		"graphql refuses":             {"/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", "application/json", `{"errors":[{"message":"introspection of __schema is disabled: {__schema{queryType{name}}}"}]}`},
		"graphql gives nothing":       {"/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", "application/json", `{"data":{"__schema":null}}`},
		"php that ran":                {"/config.php~", "text/html", "<br />\n<b>Warning</b>"},
		"short text":                  {"/AGENTS.md", "text/plain", "# Hello\n- x\n"},
		"object without fields":       {"/package.json", "application/json", `{"name":"shop"}`},
		"half an object":              {"/package.json", "application/json", `{"name":"shop","dependencies":{"a`},
		"a list":                      {"/package.json", "application/json", `["name","dependencies"]`},
		"deep":                        {"/package.json", "application/json", `{"name":` + strings.Repeat("[", 50000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if seen, ok := rowAt(t, test.path).content(answer{status: http.StatusOK, media: test.media, body: []byte(test.body)}); ok {
				t.Errorf("taken for the file: %q", seen)
			}
		})
	}
}

// The same file in other words.
func TestSignaturesAccept(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ path, media, body string }{
		"env with one secret":        {"/.env", "text/plain", "DB_PASSWORD=harb0ur\n"},
		"one figure":                 {"/metrics", "text/plain", "# HELP go_goroutines Number.\n# TYPE go_goroutines gauge\ngo_goroutines 12\n"},
		"short agent file":           {"/AGENTS.md", "text/markdown", "# Agents\nRun make test.\n"},
		"agent file without heading": {"/CLAUDE.md", "text/plain", "Use pnpm, not npm.\nNever touch migrations/ by hand.\n"},
		"agent file with a list":     {"/AGENTS.md", "", "# Agent guide\n\n## Build\n- go build ./...\n"},
		"rules without a list":       {"/.cursorrules", "text/plain", "You are an expert in TypeScript. Always use strict mode.\n"},
		"list of an agent's folder":  {"/.claude/", "text/html", "<html><head><title>Index of /.claude/</title></head></html>"},
		"zip without a name":         {"/backup.zip", "application/zip", "PK\x03\x04" + strings.Repeat("\x00", 40)},
		"gzip of no archive":         {"/backup.tar.gz", "application/gzip", gzipped(t, "a copy of the site")},
		"gzip that breaks off":       {"/backup.tar.gz", "application/gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03copy of the site"},
		"database of Subversion":     {"/.svn/wc.db", "application/octet-stream", "SQLite format 3\x00" + strings.Repeat("\x01", 200)},
		"password with DES":          {"/.htpasswd", "text/plain", "admin:rl4zYq2xJb9Fg\n"},
		"settings returned":          {"/config.php.bak", "text/plain", "<?php\n/* settings */\nreturn ['db' => ['password' => 'x']];\n"},
		"settings with a password":   {"/config.json", "application/json", `{"database":{"password":"harb0ur"}}`},
		"status of Apache, short":    {"/server-status", "text/html", "<html><head><title>Apache Status</title></head><body><h1>Apache Server Status for localhost</h1></body></html>"},
		"status of nginx":            {"/status?full", "text/plain", nginxPage},
		"settings in one line":       {"/appsettings.json", "application/json", `{"ConnectionStrings":{"Default":"Server=x"}}`},
		"permissions in one line":    {"/.claude/settings.json", "application/json", `{"permissions":{"allow":["Bash(make:*)"]}}`},
		"environment of an agent":    {"/.claude/settings.json", "application/json", "{\n  \"env\": {\"X\": \"1\"}\n}"},
		"access in one line":         {"/sftp-config.json", "application/json", `{"type":"sftp","host":"shop.example","user":"deploy"}`},
		"env with a token":           {"/.env", "text/plain", "TITLE=Shop\nGITHUB_TOKEN=x\n"},
		"env in lower case":          {"/.env", "text/plain", "db_host=x\ndb_password=x\n"},
		"short text for an agent":    {"/CLAUDE.md", "text/markdown", "# Shop\n\nThis file tells Claude how to work here. Deploy with ./deploy.sh.\n"},
		"instructions sent as HTML":  {"/AGENTS.md", "text/html", "# Agents\n\n## Setup\n\n- Run make, then deploy with ./deploy.sh to prod-1.\n"},
		"dump of SQL Server":         {"/backup.sql", "application/sql", "SET NOCOUNT ON\nCREATE TABLE [dbo].[Users] (\n"},
		"dump in lower case":         {"/backup.sql", "application/sql", "insert into users values (1);\n"},
		"rules with a head":          {"/.cursor/rules", "text/plain", "---\ndescription: Go\nalwaysApply: true\n---\n\n- Use the standard library.\n- Never push to the main branch.\n"},
		"list of Go's file server":   {"/files/", "text/html", "<pre>\n<a href=\"a.txt\">a.txt</a>\n</pre>\n"},
		"list of serve":              {"/files/", "text/html", "<!DOCTYPE html><title>Files within files/</title>"},
		"list of Tomcat":             {"/files/", "text/html", "<html><head><title>Directory Listing For [/files/]</title></head></html>"},
		"list of IIS in German":      {"/files/", "text/html", "<html><body><H1>shop.example - /files/</H1><hr>\r\n\r\n<pre><A HREF=\"/\">[Zum übergeordneten Verzeichnis wechseln]</A><br></pre></body></html>"},
		"console of Werkzeug's time": {"/console", "text/html", "<!doctype html><script>var CONSOLE_MODE = true,\n      EVALEX = true,\n      EVALEX_TRUSTED = false</script>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, ok := rowAt(t, test.path).content(answer{status: http.StatusOK, media: test.media, body: []byte(test.body)}); !ok {
				t.Error("not recognized")
			}
		})
	}
}

func TestAnObjectMayBeCutOff(t *testing.T) {
	t.Parallel()
	body := `{"openapi":"3.1.0","info":{"title":"Shop"},"paths":{"/a":"` + strings.Repeat("x", Window)
	if seen, ok := rowAt(t, "/openapi.json").content(answer{body: []byte(body)[:Window]}); !ok {
		t.Errorf("not recognized: %q", seen)
	}
}

func TestAPageWithTheSameWordsIsLike(t *testing.T) {
	t.Parallel()
	page := func(path, extra string) []byte {
		return []byte("<html><title>" + path + "</title>" + strings.Repeat("<p>The lamp stands in the harbour and shines for the ships that come home late at night.</p>", 20) + extra + path + "</html>")
	}
	a := newSketch("/zq7aaaa", page("/zq7aaaa", "token 1234567"))
	if b := newSketch("/backup.sql", page("/backup.sql", "token 7654321")); !a.like(b) {
		t.Error("the same page with another path and token is not alike")
	}
	if b := newSketch("/backup.sql", []byte(sqlFile+strings.Repeat("INSERT INTO `t` VALUES (1,2,3);\n", 60))); a.like(b) {
		t.Error("a dump is like the page")
	}
}

func TestBeside(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/.git/HEAD": "/.git/X", "/backup.sql": "/X.sql", "/.env": "/.X", "/.env.bak": "/.X.bak", "/config.php~": "/X.php~", "/wp-config.php.bak": "/X.php.bak",
		"/debug/pprof/": "/debug/X/", "/status?full": "/X?full", "/metrics": "/X", "/v3/api-docs": "/v3/X", "/.github/copilot-instructions.md": "/.github/X.md",
	} {
		if got := beside(path, "X"); got != want {
			t.Errorf("beside(%q) = %q, want %q", path, got, want)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add(uint64(1), uint16(0), 200, "text/plain", []byte("ref: refs/heads/main\n"), []byte("not found"))
	f.Add(uint64(2), uint16(10), 206, "text/html", []byte(envFile), []byte(tempting))
	f.Add(uint64(3), uint16(60), 200, "application/zip", []byte(zipFile("a")), []byte(openAPI))
	f.Add(uint64(4), uint16(100), 200, "", []byte(figures), []byte("\x1f\x8b\x08\x00"))
	f.Fuzz(func(t *testing.T, seed uint64, index uint16, status int, media string, body, other []byte) {
		row := table[int(index)%len(table)]
		a := answer{status: status, media: media, body: body[:min(len(body), Window)]}
		b := answer{status: http.StatusOK, media: media, body: other[:min(len(other), Window)]}
		_, _ = judge(row, a, []control{newControl("/zq7", b)})
		if seen, v := judge(row, a, []control{newControl("/zq7", a)}); v == found {
			t.Errorf("%s: found although the made-up name has the same answer: %q", row.Path, seen)
		}
		noise := answer{status: http.StatusOK, media: media, body: random(seed)}
		if seen, v := judge(row, noise, nil); v == found {
			t.Errorf("%s: a random body of seed %d was found: %q", row.Path, seed, seen)
		}
	})
}

// random is a body of 64 to 4159 characters from one of several alphabets.
func random(seed uint64) []byte {
	source := rand.New(rand.NewPCG(seed, seed))
	alphabets := []string{"0123456789abcdef", "abc <>/=\n", "{}[]\":,1 \n", "ABCDEFGH_=\n01 ", "# -*.\nabc"}
	body := make([]byte, 64+source.IntN(4096))
	which := source.IntN(len(alphabets) + 1)
	for i := range body {
		if which == len(alphabets) {
			body[i] = byte(source.Uint32())
			continue
		}
		body[i] = alphabets[which][source.IntN(len(alphabets[which]))]
	}
	return body
}
