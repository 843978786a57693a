package exposed

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
)

// secret is the value in all planted files. It must never be shown.
const secret = "hunter2Zx81qQpLm94Vt"

const (
	envFile    = "# production\nAPP_ENV=production\nDB_HOST=db.internal\nDB_PASSWORD=" + secret + "\n"
	sqlFile    = "-- MySQL dump 10.19  Distrib 10.3.39-MariaDB\n--\nCREATE TABLE `users` (`id` int);\nINSERT INTO `users` VALUES (1,'" + secret + "');\n"
	wpFile     = "<?php\ndefine('DB_NAME', 'shop');\ndefine('DB_PASSWORD', '" + secret + "');\n"
	phpFile    = "<?php\n// settings\n$db = 'shop';\n$password = '" + secret + "';\n"
	keyFile    = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + secret + "\n-----END OPENSSH PRIVATE KEY-----\n"
	awsFile    = "[default]\naws_access_key_id = AKIA2222222222222222\naws_secret_access_key = " + secret + "\n"
	webConfig  = "<?xml version=\"1.0\"?>\n<configuration>\n <connectionStrings>\n  <add connectionString=\"Password=" + secret + "\"/>\n </connectionStrings>\n <system.web/>\n</configuration>\n"
	phpLog     = "[11-Mar-2026 10:11:12 UTC] PHP Warning:  Undefined variable $" + secret + " in /srv/www/index.php on line 3\n"
	nginxPage  = "Active connections: 3 \nserver accepts handled requests\n 10 10 31 \nReading: 0 Writing: 1 Waiting: 2 \n"
	figures    = "# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 12\n# TYPE http_requests_total counter\nhttp_requests_total{code=\"200\",method=\"get\"} 1.5e+03\nhttp_requests_total{code=\"500\"} 3\n"
	phpInfo    = "<!DOCTYPE html><html><head><title>PHP 8.2.7 - phpinfo()</title></head><body><h1 class=\"p\">PHP Version 8.2.7</h1></body></html>"
	mcpFile    = `{"mcpServers":{"github":{"command":"npx","env":{"GITHUB_TOKEN":"ghp_0123456789abcdefghijABCDEFGHIJ0123456789"}}}}`
	agentFile  = "{\n  \"permissions\": {\n    \"allow\": [\"Bash(make:*)\"]\n  }\n}\n"
	agentText  = "# Working on the shop\n\nThe code lives on deploy.internal.\n\n## Commands\n- make test\n- make deploy\n"
	openAPI    = `{"openapi":"3.0.1","info":{"title":"Shop","version":"1"},"paths":{"/admin/users":{}}}`
	graphqlDoc = `{"data":{"__schema":{"queryType":{"name":"Query"}}}}`
	symfony    = "<!DOCTYPE html><html><head><title>Symfony Profiler</title></head></html>"
	listPage   = "<html><head><title>Index of /</title></head><body><h1>Index of /</h1><a href=\"../\">../</a></body></html>"
	googleKey  = `{"type":"service_account","project_id":"shop","private_key":"-----BEGIN PRIVATE KEY-----\n` + secret + `\n"}`
)

// planted is the whole weak site: one file for each row.
func planted(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{
		"/.git/HEAD": "ref: refs/heads/main\n", "/.git/config": "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://deploy:" + secret + "@git.example/shop.git\n",
		"/.git/index": "DIRC\x00\x00\x00\x02\x00\x00\x00\x07", "/.git/logs/HEAD": strings.Repeat("0", 40) + " " + strings.Repeat("a1", 20) + " A U Thor <a@example.com> 1700000000 +0000\tcommit (initial)\n",
		"/.svn/wc.db": "SQLite format 3\x00…CREATE TABLE REPOSITORY (id INTEGER)", "/.svn/entries": "12\n",
		"/.hg/requires": "dotencode\nfncache\nrevlogv1\nstore\n", "/.hg/store/00manifest.i": "\x00\x03\x00\x01\x00\x00", "/.bzr/branch-format": "Bazaar-NG meta directory, format 1\n", "/CVS/Root": ":pserver:anon@cvs.example:/cvsroot\n",
		"/.s3cfg": "[default]\nsecret_key = " + secret + "\n", "/.git-credentials": "https://deploy:" + secret + "@github.com\n",
		"/.netrc": "machine ftp.example login deploy password " + secret + "\n", "/.pgpass": "db.internal:5432:shop:app:" + secret + "\n",
		"/.npmrc": "//registry.npmjs.org/:_authToken=" + secret + "\n", "/.pypirc": "[distutils]\nindex-servers = pypi\n[pypi]\nusername = __token__\npassword = " + secret + "\n",
		"/.docker/config.json": `{"auths": {"registry.example": {"auth": "` + secret + `"}}}`, "/config.json": `{"database":{"host":"db","password":"` + secret + `"}}`, "/terraform.tfstate": `{"version":4,"terraform_version":"1.9.0","lineage":"0d1e","outputs":{"password":{"value":"` + secret + `"}}}`,
		"/.vscode/sftp.json": `{"name":"shop","host":"shop.example","username":"deploy","password":"` + secret + `"}`, "/sftp-config.json": "{\n    // The host\n    \"host\": \"shop.example\",\n    \"password\": \"" + secret + "\",\n}\n",
		"/config/database.yml": "default: &default\n  adapter: postgresql\n  password: " + secret + "\n", "/config/secrets.yml": "production:\n  secret_key_base: " + secret + "\n",
		"/application.properties": "server.port=8080\nspring.datasource.password=" + secret + "\n", "/application.yml": "spring:\n  datasource:\n    password: " + secret + "\n",
		"/appsettings.json": "{\n  \"ConnectionStrings\": {\n    \"Default\": \"Password=" + secret + "\"\n  }\n}\n",
		"/db.sqlite3":       "SQLite format 3\x00" + secret, "/database.sqlite": "SQLite format 3\x00" + secret,
		"/.index.php.swp": "b0VIM 8.2\x00\x00" + secret, "/.config.php.swp": "b0VIM 8.2\x00\x00" + secret,
		"/.htpasswd": "admin:$apr1$" + secret + "\n", "/.htaccess": "RewriteEngine On\nRewriteRule ^admin - [F]\n",
		"/.ssh/authorized_keys": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + secret + " me@laptop\n", "/.bash_history": "cd /srv/www\nls -la\nmysql -u root -p" + secret + "\nsudo reboot\n",
		"/.DS_Store": "\x00\x00\x00\x01Bud1\x00\x00", "/storage/logs/laravel.log": "[2026-03-11 10:11:12] production.ERROR: login of " + secret + " {\"exception\":\"x\"}\n",
		"/server-status": "<!DOCTYPE HTML>\n<html><head><title>Apache Status</title></head><body><h1>Apache Server Status for shop.example (via 10.0.0.3)</h1>\n<dl><dt>Server Version: Apache/2.4.62</dt></dl></body></html>",
		"/server-info":   "<!DOCTYPE html><html><head><title>Server Information</title></head><body><h1 style=\"text-align: center\">Apache Server Information</h1></body></html>",
		"/nginx_status":  nginxPage, "/stub_status": nginxPage, "/status?full": "pool:                 www\nprocess manager:      dynamic\n",
		"/metrics": figures, "/actuator/prometheus": figures, "/actuator": `{"_links":{"self":{"href":"https://shop.example/actuator","templated":false},"env":{"href":"https://shop.example/actuator/env"}}}`,
		"/actuator/env": `{"activeProfiles":["prod"],"propertySources":[{"name":"systemEnvironment"}]}`, "/actuator/health": `{"status":"UP","components":{"db":{"status":"UP"}}}`,
		"/env":          `{"profiles":[],"systemProperties":{"java.version":"1.8"}}`,
		"/debug/pprof/": "<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\nTypes of profiles available:\n</body></html>", "/debug/vars": `{"cmdline":["/srv/shop"],"memstats":{"Alloc":1}}`,
		"/elmah.axd": "<html><head><title>Error log for /LM/W3SVC on SHOP (Page #1)</title></head><body>ELMAH</body></html>", "/trace.axd": "<html><body><h1>Application Trace</h1></body></html>",
		"/_profiler/": symfony, "/_profiler/empty/search/results?limit=10": symfony, "/console": "<!doctype html><title>Console // Werkzeug Debugger</title><script>var CONSOLE_MODE = true,\n EVALEX = true,</script>",
		"/telescope/requests": "<!DOCTYPE html><div id=\"telescope\" v-cloak></div><script>window.Telescope = {\"path\":\"telescope\"};</script>", "/rails/info/properties": "<table><tr><td class=\"name\">Rails version</td><td>7.1</td></tr></table>",
		"/_ignition/health-check": `{"can_execute_commands":true}`, "/_cat/indices?v": "health status index uuid                   pri rep docs.count\ngreen  open   users x8Q 1 0 12\n",
		"/.vscode/mcp.json": `{"servers":{"db":{"command":"npx"}}}`, "/docker-compose.yml": "# the shop\nservices:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: " + secret + "\n",
		"/.cursorrules": "You are an expert in Go.\n\n- Use the standard library.\n- Deploy with make deploy to " + secret + ".\n", "/.cursor/rules": "- Use the standard library.\n- Deploy with make deploy to deploy.internal.\n",
		"/.gitlab-ci.yml": "stages:\n  - build\nbuild:\n  script:\n    - make\n", "/Jenkinsfile": "pipeline {\n    agent any\n}\n",
		"/Dockerfile": "# the shop\nFROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\n", "/composer.lock": `{"_readme":["x"],"content-hash":"0123","packages":[{"name":"monolog/monolog"}]}`,
		"/.vscode/settings.json": "{\n  // ours\n  \"editor.tabSize\": 4,\n}\n", "/.idea/workspace.xml": "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project version=\"4\">\n  <component name=\"ChangeListManager\"/>\n</project>\n",
		"/openapi.yaml":    "openapi: 3.0.1\ninfo:\n  title: Shop\n",
		"/crossdomain.xml": "<?xml version=\"1.0\"?>\n<cross-domain-policy>\n  <allow-access-from domain=\"*\" secure=\"false\"/>\n</cross-domain-policy>\n", "/clientaccesspolicy.xml": "<?xml version=\"1.0\"?>\n<access-policy><cross-domain-access><policy><allow-from><domain uri=\"*\"/></allow-from></policy></cross-domain-access></access-policy>\n",
		"/composer.json": `{"name":"shop/shop","require":{"php":">=8.2"}}`, "/package.json": `{"name":"shop","version":"1.0.0","dependencies":{"left-pad":"1.3.0"}}`,
	}
	shared := map[string]string{
		"An environment file": envFile, "A file with keys of AWS": awsFile, "A private key": keyFile, "A copy of the settings": wpFile, "A copy of the database": sqlFile,
		"A file with keys of Google": googleKey, "The source of a program": phpFile, "The server's own settings": webConfig, "A log": phpLog, "The settings of PHP": phpInfo,
		"The description of the API": openAPI, "The schema of the GraphQL API": graphqlDoc, "A folder": listPage, "The folder of an AI agent": listPage, "The instructions of an AI agent": agentText,
	}
	for _, row := range table {
		switch {
		case files[row.Path] != "":
		case strings.HasSuffix(row.Path, ".sql.gz"):
			files[row.Path] = gzipped(t, sqlFile)
		case strings.HasSuffix(row.Path, ".tar.gz"):
			files[row.Path] = gzipped(t, tarFile())
		case strings.HasSuffix(row.Path, ".tar"):
			files[row.Path] = tarFile()
		case strings.HasSuffix(row.Path, ".zip"):
			files[row.Path] = zipFile("index.php")
		case row.Name == "The settings of an AI agent" && strings.Contains(row.Path, "mcp"):
			files[row.Path] = mcpFile
		case row.Name == "The settings of an AI agent":
			files[row.Path] = agentFile
		default:
			files[row.Path] = shared[row.Name]
		}
		if files[row.Path] == "" {
			t.Errorf("%s: nothing is planted", row.Path)
		}
	}
	return files
}

func gzipped(t *testing.T, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// tarFile and zipFile are the beginning of an archive.
func tarFile() string {
	header := make([]byte, 1024)
	copy(header, "index.php")
	copy(header[257:], "ustar\x0000")
	return string(header)
}

func zipFile(name string) string {
	header := make([]byte, 30)
	copy(header, "PK\x03\x04")
	binary.LittleEndian.PutUint16(header[26:], uint16(len(name)))
	return string(header) + name + secret
}

// weakSite serves the planted files, and 404 for the rest.
func weakSite(t *testing.T) http.HandlerFunc {
	t.Helper()
	files := planted(t)
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := files[r.URL.RequestURI()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		switch {
		case strings.HasPrefix(body, "<!"), strings.HasPrefix(body, "<html"), strings.HasPrefix(body, "<table"):
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		case strings.HasPrefix(body, "{"):
			w.Header().Set("Content-Type", "application/json")
		default:
			w.Header().Set("Content-Type", "text/plain")
		}
		_, _ = w.Write([]byte(body)) // to a recorder, which takes all
	}
}
