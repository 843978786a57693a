package truth_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
)

// A careless nginx: everything that a hurried deployment leaves in the document root,
// and settings as they come. What is not on the list must not be found.
func TestForgottenFilesAreFound(t *testing.T) {
	t.Parallel()
	tell(t, weakFiles())
}

func weakFiles() []story {
	return append(spread(), story{name: "careless nginx", open: carelessNginx, truth: []string{
		"tls-modern-versions low", "hsts medium", "csp-present medium", "framing medium", "nosniff low", "content-type low", "referrer-policy info", "permissions-policy info", "cross-origin-isolation info",
		"cookie-secure high", "cookie-httponly medium", "cookie-samesite low", "cacheable-session medium", "cors high",
		"mixed-content high", "login-form high", "sri high", "opener low", "vulnerable-libraries medium", "secrets high", "html-comments medium", "source-maps low",
		"version-banner low", "end-of-life medium", "error-pages medium", "directory-listing low", "robots-hints info", "security-txt info",
		"exposed-vcs critical", "exposed-secrets critical", "exposed-backups critical", "exposed-status medium", "exposed-agent-files critical",
		"exposed-api-description low", "graphql-introspection low", "cross-domain-policy low",
	}})
}

// forgotten are files by name, each alone the reason for the finding.
func forgotten() []struct{ path, text, truth string } {
	const instructions = "# Shop\n\nInstructions for the agent that works on this shop.\n\n## Build\n\n- run make\n- never deploy on Fridays\n"
	return []struct{ path, text, truth string }{
		{".git/HEAD", "ref: refs/heads/main\n", "exposed-vcs critical"},
		{".git/config", "[core]\n\trepositoryformatversion = 0\n[remote \"origin\"]\n\turl = git@git.example:shop.git\n", "exposed-vcs critical"},
		{".svn/entries", "12\n", "exposed-vcs critical"},
		{".hg/requires", "dotencode\nfncache\nrevlogv1\n", "exposed-vcs critical"},
		{".env", "APP_ENV=production\nDB_HOST=10.0.0.5\nDB_PASSWORD=" + letters(12) + "\n", "exposed-secrets critical"},
		{".env.bak", "# old\nexport NODE_ENV=production\nexport STRIPE_KEY=" + letters(12) + "\n", "exposed-secrets critical"},
		{"backup.sql", "-- MySQL dump 10.13  Distrib 8.0.36\nCREATE TABLE `customers` (`id` int);\nINSERT INTO `customers` VALUES (1);\n", "exposed-secrets critical"},
		{"dump.sql.gz", zippedUp("-- PostgreSQL database dump\nCREATE TABLE public.customers (id integer);\n"), "exposed-secrets critical"},
		{"db.sqlite3", "SQLite format 3\x00\x10\x00\x01\x01" + strings.Repeat("\x00", 80), "exposed-secrets critical"},
		{"id_rsa", "-----BEGIN " + "OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END " + "OPENSSH PRIVATE KEY-----\n", "exposed-secrets critical"},
		{".aws/credentials", "[default]\naws_access_key_id = " + awsID() + "\naws_secret_access_key = " + letters(40) + "\n", "exposed-secrets critical"},
		{".npmrc", "//registry.example/:_authToken=" + letters(30) + "\n", "exposed-secrets critical"},
		{".git-credentials", "https://ada:" + letters(20) + "@git.example\n", "exposed-secrets critical"},
		{"config/database.yml", "production:\n  adapter: postgresql\n  username: shop\n  password: " + letters(10) + "\n", "exposed-secrets critical"},
		{"application.properties", "spring.datasource.url=jdbc:postgresql://db/shop\nspring.datasource.password=" + letters(10) + "\n", "exposed-secrets critical"},
		{"appsettings.json", "{\n  \"ConnectionStrings\": {\n    \"Shop\": \"Server=db;Database=shop\"\n  }\n}\n", "exposed-secrets critical"},
		{"wp-config.php.bak", "<?php\ndefine( 'DB_PASSWORD', '" + letters(10) + "' );\n", "exposed-secrets critical"},
		{"backup.zip", archive("shop/index.php", "<?php echo 1;"), "exposed-backups high"},
		{"site.tar.gz", zippedUp(tape("shop/index.php", "<?php echo 1;")), "exposed-backups high"},
		{"config.php.bak", "<?php\n$password = \"" + letters(20) + "7a\";\n", "exposed-backups critical"},
		{"index.php~", "<?php\nrequire 'shop.php';\n", "exposed-backups high"},
		{".htpasswd", "ada:$apr1$" + letters(8) + "$" + letters(22) + "\n", "exposed-backups high"},
		{".DS_Store", "\x00\x00\x00\x01Bud1\x00\x00\x10\x00", "exposed-backups medium"},
		{"debug.log", "[02-Nov-2025 10:11:12 UTC] PHP Warning:  Undefined variable $x in /srv/shop.php on line 3\n", "exposed-backups medium"},
		{"storage/logs/laravel.log", "[2025-11-02 10:11:12] production.ERROR: order failed {\"exception\":\"[object]\"}\n", "exposed-backups medium"},
		{".bash_history", "cd /srv/shop\ngit pull\nsudo systemctl restart shop\nls -la\n", "exposed-backups medium"},
		{"server-status", "<!DOCTYPE HTML>\n<html><head><title>Apache Status</title></head><body>\n<h1>Apache Server Status for shop.example (via 10.0.0.5)</h1>\n<dl><dt>Server Version: Apache/2.4.62</dt></dl></body></html>\n", "exposed-status medium"},
		{"phpinfo.php", "<!DOCTYPE html><html><head><title>PHP 8.3.1 - phpinfo()</title></head><body><h1>PHP Version 8.3.1</h1></body></html>\n", "exposed-status medium"},
		{"metrics", "# HELP orders_total Orders.\n# TYPE orders_total counter\norders_total{state=\"paid\"} 12\norders_total{state=\"sent\"} 11\ngo_goroutines 8\n", "exposed-status medium"},
		{"actuator/env", `{"activeProfiles":["prod"],"propertySources":[]}`, "exposed-status medium"},
		{"debug/vars", `{"cmdline":["/srv/shop"],"memstats":{"Alloc":1}}`, "exposed-status medium"},
		{".mcp.json", `{"mcpServers":{"shop":{"command":"node","args":["server.js"]}}}`, "exposed-agent-files medium"},
		{".cursor/mcp.json", fmt.Sprintf(`{"mcpServers":{"git":{"command":"npx","env":{"GITHUB_TOKEN":%q}}}}`, githubToken()), "exposed-agent-files critical"},
		{".claude/settings.json", "{\n  \"permissions\": {\n    \"allow\": [\"Bash(make:*)\"]\n  }\n}\n", "exposed-agent-files medium"},
		{"CLAUDE.md", instructions, "exposed-agent-files medium"},
		{"AGENTS.md", instructions, "exposed-agent-files medium"},
		{".cursorrules", "You are an expert in Go.\n- Always write tests.\n- Never use globals.\n- Prefer the standard library.\n", "exposed-agent-files medium"},
		{"docker-compose.yml", "services:\n  shop:\n    image: shop\n", "exposed-agent-files medium"},
		{"Dockerfile", "FROM debian:12\nRUN apt-get update\n", "exposed-agent-files low"},
		{"package.json", `{"name":"shop","dependencies":{"express":"^4"}}`, "exposed-agent-files info"},
		{"openapi.json", `{"openapi":"3.1.0","info":{"title":"Shop","version":"1"},"paths":{}}`, "exposed-api-description low"},
		{"crossdomain.xml", `<?xml version="1.0"?><cross-domain-policy><allow-access-from domain="*"/></cross-domain-policy>`, "cross-domain-policy low"},
	}
}

// sites is how many sites the files are spread over, so that none hides another.
const sites = 6

// spread are careful sites that have forgotten a few files each, and pages that nginx
// makes itself.
func spread() []story {
	var stories []story
	for i := range sites {
		files := map[string]string{"index.html": document("Shop", "<p>Welcome.</p>"), ".well-known/security.txt": securityText()}
		s := story{name: fmt.Sprintf("files %d", i), open: ownNginx("", files)}
		for n, f := range forgotten() {
			if n%sites == i {
				files[f.path] = f.text
				check, _, _ := strings.Cut(f.truth, " ")
				s.truth, s.named = worst(append(s.truth, f.truth)), append(s.named, check+" /"+f.path+" answered")
			}
		}
		stories = append(stories, s)
	}
	for name, s := range map[string]struct{ lines, truth string }{
		"stub_status":        {"location = /stub_status { stub_status; }", "exposed-status medium"},
		"autoindex":          {"location /backup/ { autoindex on; }", "directory-listing medium"},
		"GraphQL":            {`location = /graphql { default_type application/json; return 200 '{"data":{"__schema":{"queryType":{"name":"Query"}}}}'; }`, "graphql-introspection low"},
		"server_tokens":      {"server_tokens on;", "version-banner low"},
		"stack trace on 404": {"error_page 404 /trace.txt; location = /trace.txt { internal; }", "error-pages medium"},
	} {
		stories = append(stories, story{name: name, truth: []string{s.truth}, open: ownNginx(s.lines, map[string]string{
			"index.html": document("Shop", "<p>Welcome.</p>"), ".well-known/security.txt": securityText(), "backup/orders-2023.sql": "-- nothing\n",
			"trace.txt": "panic: no route\n\ngoroutine 7 [running]:\nmain.serve(0x0)\n\t/srv/shop/main.go:12 +0x1\n",
		})})
	}
	return stories
}

// worst keeps the worst line of each check.
func worst(truth []string) []string {
	last := truth[len(truth)-1]
	check, severity, _ := strings.Cut(last, " ")
	for i, line := range truth[:len(truth)-1] {
		if other, before, _ := strings.Cut(line, " "); other == check {
			if rank(severity) < rank(before) {
				truth[i] = last
			}
			return truth[:len(truth)-1]
		}
	}
	return truth
}

// ownNginx starts a careful nginx with more lines and these files.
func ownNginx(lines string, files map[string]string) func(*testing.T) string {
	return func(t *testing.T) string {
		addr := free.address(t)
		nginx(t, server(addr, lines), files, addr)
		return "https://localhost:" + port(addr) + "/"
	}
}

// server is the block of a careful nginx with more lines.
func server(addr, lines string) string {
	tokens := "server_tokens off;"
	if strings.Contains(lines, "server_tokens") {
		tokens = ""
	}
	return fmt.Sprintf("server { listen %s ssl; CERTIFICATE %s %s charset utf-8; root DIR/html; %s %s }", addr, modernTLS, tokens, nginxHeaders(), lines)
}

// carelessNginx has it all.
func carelessNginx(t *testing.T) string {
	addr := free.address(t)
	files := map[string]string{
		"index.html": `<!doctype html><title>Shop</title><!-- staging: password: kranich7Wald, database on 10.24.3.17 -->
<script src="http://cdn.example/track.js"></script><script src="https://cdn.polyfill.io/v3/polyfill.min.js"></script><script src="/js/jquery-1.8.3.js"></script><script src="/js/shop.js"></script>
<img src="http://images.example/lamp.jpg" alt=""><a href="https://neighbour.example/" target="_blank" rel="opener">Neighbour</a>
<a href="/signin.html">Sign in</a>`,
		"signin.html":         `<!doctype html><title>Sign in</title><form method="get" action="/signin.html"><input name="user"><input type="password" name="password"></form>`,
		"js/shop.js":          fmt.Sprintf("const key = %q;\nfetch('http://192.168.7.20/api');\n//# sourceMappingURL=shop.js.map\n", "sk_"+"live_"+letters(40)),
		"js/shop.js.map":      `{"version":3,"sources":["../src/shop.ts"],"sourcesContent":["export const cart = []"],"names":[],"mappings":"AAAA"}`,
		"js/jquery-1.8.3.js":  "/*! jQuery v1.8.3 jquery.com | jquery.org/license */",
		"robots.txt":          "User-agent: *\nDisallow: /backoffice/\n",
		"uploads/invoice.txt": "Invoice\n",
		"trace.txt":           "panic: no route\n\ngoroutine 7 [running]:\nmain.serve(0x0)\n",
	}
	for _, f := range forgotten() {
		files[f.path] = f.text
	}
	nginx(t, fmt.Sprintf(`server { listen %s ssl; CERTIFICATE root DIR/html; autoindex on; error_page 404 /trace.txt;
		add_header X-Powered-By PHP/7.2.1; add_header Set-Cookie "PHPSESSID=%s; path=/"; add_header Cache-Control "public, max-age=600";
		add_header Access-Control-Allow-Origin $http_origin; add_header Access-Control-Allow-Credentials true;
		location = /nginx_status { stub_status; }
		location = /graphql { default_type application/json; return 200 '{"data":{"__schema":{"queryType":{"name":"Query"}}}}'; }
	}`, addr, token()), files, addr)
	return "https://localhost:" + port(addr) + "/"
}

// zippedUp is text after gzip.
func zippedUp(text string) string {
	var b bytes.Buffer
	out := gzip.NewWriter(&b)
	_, _ = out.Write([]byte(text)) // into memory
	_ = out.Close()
	return b.String()
}

// archive is a ZIP file.
func archive(name, text string) string {
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	file, _ := out.Create(name) // into memory
	_, _ = file.Write([]byte(text))
	_ = out.Close()
	return b.String()
}

// tape is a tar file.
func tape(name, text string) string {
	var b bytes.Buffer
	out := tar.NewWriter(&b)
	_ = out.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600}) // into memory
	_, _ = out.Write([]byte(text))
	_ = out.Close()
	return b.String()
}
