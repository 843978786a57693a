package exposed

import "doorstep.example/pkg/auditapi"

// MaxRows bounds the table: what a target must put up with.
const MaxRows = 150

// The checks that the rows belong to, by their ids.
const (
	VCS         = "exposed-vcs"
	Secrets     = "exposed-secrets"
	Backups     = "exposed-backups"
	Status      = "exposed-status"
	AgentFiles  = "exposed-agent-files"
	Description = "exposed-api-description"
	GraphQL     = "graphql-introspection"
	CrossDomain = "cross-domain-policy"
	Listing     = "directory-listing"
)

// Row is one address to ask for. Rows with the same Name are one finding.
type Row struct {
	Path     string // with the query, if there is one
	Name     string // what it is, to be followed by "can be read by everybody"
	Check    string
	Severity auditapi.Severity
	content  signature
}

// Rows returns the table, worst first, so that an audit that runs out of time has
// left out the least.
func Rows() []Row { return table }

var table = []Row{
	// Critical: what opens the door.
	{"/.git/HEAD", "The Git repository", VCS, auditapi.Critical, text(`\A(ref: refs/|[0-9a-f]{40}\s*\z)`)},
	{"/.git/config", "The Git repository", VCS, auditapi.Critical, text(`^\[core\]\s*\n\s*[a-z]\w+\s*=`).showing("[core]")},
	{"/.git/index", "The Git repository", VCS, auditapi.Critical, magic("DIRC\x00\x00\x00", "the first bytes of a Git index")},
	{"/.git/logs/HEAD", "The Git repository", VCS, auditapi.Critical, text(`\A[0-9a-f]{40} [0-9a-f]{40} `)},
	{"/.svn/wc.db", "The Subversion repository", VCS, auditapi.Critical, sqlite},
	{"/.svn/entries", "The Subversion repository", VCS, auditapi.Critical, text(`\A([89]|1[0-2])\r?\n(\r?\n)?(dir|\z)`)},
	{"/.hg/requires", "The Mercurial repository", VCS, auditapi.Critical, text(`^(revlogv1|dotencode|fncache|share-safe)\r?$`)},
	{"/.hg/store/00manifest.i", "The Mercurial repository", VCS, auditapi.Critical, magic("\x00\x03\x00\x01", "the first bytes of a Mercurial manifest")},
	{"/.bzr/branch-format", "The Bazaar repository", VCS, auditapi.Critical, text(`\ABazaar-NG meta directory, format`)},
	{"/CVS/Root", "The CVS repository", VCS, auditapi.Critical, text(`\A:(pserver|ext|local|gserver):`)},
	{"/.env", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.local", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.production", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.bak", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.backup", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.old", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.dev", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.development", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.env.staging", "An environment file", Secrets, auditapi.Critical, environment},
	{"/api/.env", "An environment file", Secrets, auditapi.Critical, environment},
	{"/app/.env", "An environment file", Secrets, auditapi.Critical, environment},
	{"/backend/.env", "An environment file", Secrets, auditapi.Critical, environment},
	{"/.aws/credentials", "A file with keys of AWS", Secrets, auditapi.Critical, text(`^\s*aws_(access_key_id|secret_access_key)\s*=`)},
	{"/.s3cfg", "A file with keys of AWS", Secrets, auditapi.Critical, text(`^secret_key\s*=`)},
	{"/id_rsa", "A private key", Secrets, auditapi.Critical, privateKey},
	{"/.ssh/id_rsa", "A private key", Secrets, auditapi.Critical, privateKey},
	{"/.ssh/id_ed25519", "A private key", Secrets, auditapi.Critical, privateKey},
	{"/server.key", "A private key", Secrets, auditapi.Critical, privateKey},
	{"/private.key", "A private key", Secrets, auditapi.Critical, privateKey},
	{"/privkey.pem", "A private key", Secrets, auditapi.Critical, privateKey},
	{"/key.pem", "A private key", Secrets, auditapi.Critical, privateKey},
	{"/.git-credentials", "A file with passwords for Git", Secrets, auditapi.Critical, text(`\Ahttps?://[^\s:@/]{1,100}:[^\s@/]{1,200}@`).showing("https://•••:•••@")},
	{"/.netrc", "A file with passwords of a user", Secrets, auditapi.Critical, text(`^\s*machine\s+\S+\s+login\s`)},
	{"/.pgpass", "A file with passwords of a user", Secrets, auditapi.Critical, text(`\A[\w.*-]+:(\d+|\*):[\w*-]+:`)},
	{"/.npmrc", "A file with a token of npm", Secrets, auditapi.Critical, text(`(^|:)_(authToken|auth|password)\s*=\s*"?[\w+/-]`).showing("_authToken=•••")},
	{"/.pypirc", "A file with a password of PyPI", Secrets, auditapi.Critical, text(`^\[(distutils|pypi)\](.*\n)+?\s*password\s*[:=]`).showing("password = •••")},
	{"/.docker/config.json", "A file with keys of registries", Secrets, auditapi.Critical, text(`"auths"\s*:\s*\{\s*"`)},
	{"/.vscode/sftp.json", "A file with access to the server", Secrets, auditapi.Critical, object("host", "username")},
	{"/sftp-config.json", "A file with access to the server", Secrets, auditapi.Critical, text(`[{,\s]"host"\s*:\s*"`)},
	{"/credentials.json", "A file with keys of Google", Secrets, auditapi.Critical, object("type", "private_key")},
	{"/service-account.json", "A file with keys of Google", Secrets, auditapi.Critical, object("type", "private_key")},
	{"/wp-config.php.bak", "A copy of the settings", Secrets, auditapi.Critical, wordpress},
	{"/wp-config.php~", "A copy of the settings", Secrets, auditapi.Critical, wordpress},
	{"/wp-config.php.save", "A copy of the settings", Secrets, auditapi.Critical, wordpress},
	{"/wp-config.php.old", "A copy of the settings", Secrets, auditapi.Critical, wordpress},
	{"/wp-config.txt", "A copy of the settings", Secrets, auditapi.Critical, wordpress},
	{"/config/database.yml", "A file of settings", Secrets, auditapi.Critical, text(`^(default|development|production|test)\s*:.*\n(.*\n)*?\s+(password|username)\s*:`).showing("a name and a password")},
	{"/config/secrets.yml", "A file of settings", Secrets, auditapi.Critical, text(`^\s+secret_key_base\s*:`)},
	{"/application.properties", "A file of settings", Secrets, auditapi.Critical, text(`^spring\.[\w.-]*(password|username|url)\s*=`)},
	{"/application.yml", "A file of settings", Secrets, auditapi.Critical, text(`^spring\s*:\s*\n(.*\n)*?\s+(password|secret|username|url)\s*:`).showing("spring:")},
	{"/appsettings.json", "A file of settings", Secrets, auditapi.Critical, text(`^[\s{]*"ConnectionStrings"\s*:`)},
	{"/config.json", "A file of settings", Secrets, auditapi.Critical, text(`"(db|database|mysql|postgres|smtp|redis|mongo)\w*"\s*:\s*\{[^{}]{0,900}"\w*(password|passwd|pass)"\s*:\s*"[^"]{4,}"|"(db|database|smtp|mysql)_?(password|passwd|pass)"\s*:\s*"[^"]{4,}"`).showing("a password")},
	{"/terraform.tfstate", "A file of settings", Secrets, auditapi.Critical, object("terraform_version", "lineage")},
	{"/backup.sql", "A copy of the database", Secrets, auditapi.Critical, dump},
	{"/dump.sql", "A copy of the database", Secrets, auditapi.Critical, dump},
	{"/db.sql", "A copy of the database", Secrets, auditapi.Critical, dump},
	{"/database.sql", "A copy of the database", Secrets, auditapi.Critical, dump},
	{"/backup/backup.sql", "A copy of the database", Secrets, auditapi.Critical, dump},
	{"/backup.sql.gz", "A copy of the database", Secrets, auditapi.Critical, compressed(dump)},
	{"/dump.sql.gz", "A copy of the database", Secrets, auditapi.Critical, compressed(dump)},
	{"/db.sqlite3", "A database", Secrets, auditapi.Critical, sqlite},
	{"/database.sqlite", "A database", Secrets, auditapi.Critical, sqlite},

	// High: what most likely holds a way in.
	{"/backup.zip", "An archive of the site", Backups, auditapi.High, zipped},
	{"/site.zip", "An archive of the site", Backups, auditapi.High, zipped},
	{"/www.zip", "An archive of the site", Backups, auditapi.High, zipped},
	{"/backup.tar.gz", "An archive of the site", Backups, auditapi.High, packed},
	{"/www.tar.gz", "An archive of the site", Backups, auditapi.High, packed},
	{"/site.tar.gz", "An archive of the site", Backups, auditapi.High, packed},
	{"/backup.tar", "An archive of the site", Backups, auditapi.High, tarred},
	{"/config.php~", "The source of a program", Backups, auditapi.High, php},
	{"/config.php.bak", "The source of a program", Backups, auditapi.High, php},
	{"/config.php.old", "The source of a program", Backups, auditapi.High, php},
	{"/index.php~", "The source of a program", Backups, auditapi.High, php},
	{"/index.php.bak", "The source of a program", Backups, auditapi.High, php},
	{"/.index.php.swp", "The source of a program", Backups, auditapi.High, magic("b0VIM ", "the first bytes of a file that Vim left")},
	{"/.config.php.swp", "The source of a program", Backups, auditapi.High, magic("b0VIM ", "the first bytes of a file that Vim left")},
	{"/web.config", "The server's own settings", Backups, auditapi.High, markup(`(?s)<configuration[\s>].*?<(system\.web|system\.webServer|connectionStrings|appSettings)[\s>/]`, "<configuration>")},
	{"/web.config.bak", "The server's own settings", Backups, auditapi.High, markup(`(?s)<configuration[\s>].*?<(system\.web|system\.webServer|connectionStrings|appSettings)[\s>/]`, "<configuration>")},
	{"/.htpasswd", "The server's list of passwords", Backups, auditapi.High, text(`^[\w.@-]{1,64}:(\$apr1\$|\$2[aby]\$|\{SHA\}|\$[156]\$|[./0-9A-Za-z]{13}\r?$)`).showing("a name and the hash of a password")},

	// Medium: what shows an attacker the way.
	{"/.htaccess", "The settings of a folder", Backups, auditapi.Medium, text(`^\s*(RewriteEngine\s+On|RewriteRule\s|AuthUserFile\s|<IfModule\s|Options\s+[+-])`)},
	{"/.ssh/authorized_keys", "A list of keys for the server", Backups, auditapi.Medium, text(`^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp256) AAAA`)},
	{"/.bash_history", "A history of commands", Backups, auditapi.Medium, text(`^(sudo|cd|ls|cat|ssh|git|mysql|apt|apt-get|docker|vi|vim|nano)( [\w./~-]|\r?$)(.*\n){2,}(sudo|cd|ls|cat|ssh|git|mysql|apt|apt-get|docker|vi|vim|nano)\b`).showing("a list of commands")},
	{"/.DS_Store", "A list of the site's files", Backups, auditapi.Medium, magic("\x00\x00\x00\x01Bud1", "the first bytes of a list of files that macOS keeps")},
	{"/debug.log", "A log", Backups, auditapi.Medium, text(`^\[\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d( \w[\w/]*)?\] PHP (Warning|Notice|Fatal error|Deprecated|Parse error):`)},
	{"/wp-content/debug.log", "A log", Backups, auditapi.Medium, text(`^\[\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d( \w[\w/]*)?\] PHP (Warning|Notice|Fatal error|Deprecated|Parse error):`)},
	{"/error_log", "A log", Backups, auditapi.Medium, text(`^\[\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d( \w[\w/]*)?\] PHP (Warning|Notice|Fatal error|Deprecated|Parse error):`)},
	{"/storage/logs/laravel.log", "A log", Backups, auditapi.Medium, text(`^\[\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[^\]\n]{0,20}\] \w+\.(ERROR|WARNING|INFO|DEBUG|CRITICAL|EMERGENCY|NOTICE|ALERT):`)},
	{"/server-status", "The status page of Apache", Status, auditapi.Medium, markup(`(?s)<h1>Apache Server Status for .*?<dt>Server Version:|<title>Apache Status</title>.*?<h1>Apache Server Status for `, "Apache Server Status")},
	{"/server-info", "The settings of Apache", Status, auditapi.Medium, markup(`(?s)<h1[^>]{0,100}>Apache Server Information</h1>`, "Apache Server Information")},
	{"/nginx_status", "The status page of nginx", Status, auditapi.Medium, text(`\AActive connections: \d+\s+server accepts handled requests`)},
	{"/stub_status", "The status page of nginx", Status, auditapi.Medium, text(`\AActive connections: \d+\s+server accepts handled requests`)},
	{"/status?full", "The status page of the server", Status, auditapi.Medium, text(`\Apool:\s+\S+\s+process manager:|\AActive connections: \d+\s+server accepts handled requests`).showing("counts of connections")},
	{"/metrics", "The figures of the program", Status, auditapi.Medium, prometheus},
	{"/actuator/prometheus", "The figures of the program", Status, auditapi.Medium, prometheus},
	{"/actuator", "The insides of Spring Boot", Status, auditapi.Medium, text(`(?s)"_links"\s*:\s*\{\s*"self"\s*:\s*\{\s*"href".*?"(env|beans|mappings|metrics|loggers|heapdump|threaddump|configprops|conditions|scheduledtasks|httpexchanges|httptrace|caches|prometheus|logfile|sessions|shutdown|flyway|liquibase|startup|jolokia|quartz)"\s*:`).showing(`"_links": {…}`)},
	{"/actuator/env", "The insides of Spring Boot", Status, auditapi.Medium, object("activeProfiles", "propertySources")},
	{"/actuator/health", "The insides of Spring Boot", Status, auditapi.Medium, object("status", "components")},
	{"/env", "The insides of Spring Boot", Status, auditapi.Medium, object("profiles", "systemProperties")},
	{"/phpinfo.php", "The settings of PHP", Status, auditapi.Medium, phpinfo},
	{"/info.php", "The settings of PHP", Status, auditapi.Medium, phpinfo},
	{"/test.php", "The settings of PHP", Status, auditapi.Medium, phpinfo},
	{"/debug/pprof/", "The profiler of Go", Status, auditapi.Medium, markup(`(?s)<title>/debug/pprof/</title>.*?profiles`, "/debug/pprof/")},
	{"/debug/vars", "The variables of the program", Status, auditapi.Medium, object("cmdline", "memstats")},
	{"/elmah.axd", "The list of errors of ASP.NET", Status, auditapi.Medium, markup(`(?s)<title>Error log for .*?ELMAH`, "Error log for")},
	{"/trace.axd", "The traces of ASP.NET", Status, auditapi.Medium, markup(`(?s)<h1>Application Trace</h1>`, "Application Trace")},
	{"/_profiler/", "The profiler of Symfony", Status, auditapi.Medium, markup(`(?s)<title>\s*Symfony Profiler\s*</title>`, "Symfony Profiler")},
	{"/_profiler/empty/search/results?limit=10", "The profiler of Symfony", Status, auditapi.Medium, markup(`(?s)<title>\s*Symfony Profiler\s*</title>`, "Symfony Profiler")},
	{"/telescope/requests", "The recordings of Laravel", Status, auditapi.Medium, markup(`(?s)<div id="telescope".*?window\.Telescope\s*=`, "window.Telescope")},
	{"/console", "The debugger of Werkzeug", Status, auditapi.Medium, markup(`(?s)<script[^<]{0,300}CONSOLE_MODE = true,\s+EVALEX = true,`, "EVALEX = true")},
	{"/rails/info/properties", "The settings of Rails", Status, auditapi.Medium, markup(`(?s)<td class="name">Rails version</td>`, "Rails version")},
	{"/_ignition/health-check", "The debugger of Laravel", Status, auditapi.Medium, text(`\A\s*\{\s*"can_execute_commands"\s*:\s*(true|false)`)},
	{"/_cat/indices?v", "The list of a search index", Status, auditapi.Medium, text(`\Ahealth\s+status\s+index\s+uuid\s+pri\s+rep\s`)},
	{"/.mcp.json", "The settings of an AI agent", AgentFiles, auditapi.Medium, object("mcpServers")},
	{"/mcp.json", "The settings of an AI agent", AgentFiles, auditapi.Medium, object("mcpServers")},
	{"/.cursor/mcp.json", "The settings of an AI agent", AgentFiles, auditapi.Medium, object("mcpServers")},
	{"/.vscode/mcp.json", "The settings of an AI agent", AgentFiles, auditapi.Medium, object("servers")},
	{"/.claude/settings.json", "The settings of an AI agent", AgentFiles, auditapi.Medium, text(`^[\s{]*"(permissions|hooks|env|model|apiKeyHelper|enabledMcpjsonServers|enableAllProjectMcpServers)"\s*:`)},
	{"/.claude/settings.local.json", "The settings of an AI agent", AgentFiles, auditapi.Medium, text(`^[\s{]*"(permissions|hooks|env|model|apiKeyHelper|enabledMcpjsonServers|enableAllProjectMcpServers)"\s*:`)},
	{"/CLAUDE.md", "The instructions of an AI agent", AgentFiles, auditapi.Medium, markdown},
	{"/AGENTS.md", "The instructions of an AI agent", AgentFiles, auditapi.Medium, markdown},
	{"/.github/copilot-instructions.md", "The instructions of an AI agent", AgentFiles, auditapi.Medium, markdown},
	{"/.cursorrules", "The instructions of an AI agent", AgentFiles, auditapi.Medium, rules},
	{"/.cursor/rules", "The instructions of an AI agent", AgentFiles, auditapi.Medium, rules},
	{"/.claude/", "The folder of an AI agent", AgentFiles, auditapi.Medium, folder},
	{"/.cursor/rules/", "The folder of an AI agent", AgentFiles, auditapi.Medium, folder},
	{"/docker-compose.yml", "A file for building the site", AgentFiles, auditapi.Medium, text(`^services\s*:\s*(#.*)?\r?\n(\s*(#.*)?\n)*\s+[\w.-]+\s*:`).showing("services:")},
	{"/.gitlab-ci.yml", "A file for building the site", AgentFiles, auditapi.Medium, text(`^(stages|before_script|image|include)\s*:(.*\n)+?\s+(script\s*:|- )`).showing("a list of jobs")},
	{"/Jenkinsfile", "A file for building the site", AgentFiles, auditapi.Medium, text(`^\s*pipeline\s*\{\s*(//.*\s*)?(agent|options|environment)\b`).showing("pipeline {")},

	// Low: what saves an attacker work.
	{"/Dockerfile", "A recipe for building the site", AgentFiles, auditapi.Low, text(`^FROM [\w./:@-]+( (AS|as) [\w-]+)?\r?\n(.*\n)*?(RUN|COPY|WORKDIR|CMD|ENTRYPOINT|ENV|ADD|EXPOSE) `).showing("FROM")},
	{"/composer.lock", "A recipe for building the site", AgentFiles, auditapi.Low, object("content-hash", "packages")},
	{"/.vscode/settings.json", "The settings of an editor", AgentFiles, auditapi.Low, text(`^\s*"(editor|files|workbench|python|typescript|javascript|eslint|prettier|go|java|php|git|search|terminal)\.[A-Za-z.]+"\s*:`)},
	{"/.idea/workspace.xml", "The settings of an editor", AgentFiles, auditapi.Low, markup(`(?s)<project version="4">\s*<component name="`, `<project version="4">`)},
	{"/swagger.json", "The description of the API", Description, auditapi.Low, apiDescription},
	{"/openapi.json", "The description of the API", Description, auditapi.Low, apiDescription},
	{"/v3/api-docs", "The description of the API", Description, auditapi.Low, apiDescription},
	{"/v2/api-docs", "The description of the API", Description, auditapi.Low, apiDescription},
	{"/api-docs", "The description of the API", Description, auditapi.Low, apiDescription},
	{"/swagger/v1/swagger.json", "The description of the API", Description, auditapi.Low, apiDescription},
	{"/openapi.yaml", "The description of the API", Description, auditapi.Low, text(`^(openapi\s*:\s*['"]?3\.|swagger\s*:\s*['"]?2\.)`)},
	{"/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", "The schema of the GraphQL API", GraphQL, auditapi.Low, introspection},
	{"/api/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", "The schema of the GraphQL API", GraphQL, auditapi.Low, introspection},
	{"/crossdomain.xml", "A policy for Flash", CrossDomain, auditapi.Low, markup(`(?s)<cross-domain-policy.*?<allow-access-from\s[^>]{0,200}?domain\s*=\s*["']\*["']`, `allow-access-from domain="*"`)},
	{"/clientaccesspolicy.xml", "A policy for Silverlight", CrossDomain, auditapi.Low, markup(`(?s)<access-policy.*?<domain\s[^>]{0,200}?uri\s*=\s*["'](https?://)?\*["']`, `domain uri="*"`)},
	{"/backup/", "A folder", Listing, auditapi.Low, folder},
	{"/uploads/", "A folder", Listing, auditapi.Low, folder},
	{"/files/", "A folder", Listing, auditapi.Low, folder},
	{"/logs/", "A folder", Listing, auditapi.Low, folder},
	{"/wp-content/uploads/", "A folder", Listing, auditapi.Low, folder},

	// Information: what is often published on purpose.
	{"/composer.json", "A list of the site's components", AgentFiles, auditapi.Info, object("require")},
	{"/package.json", "A list of the site's components", AgentFiles, auditapi.Info, object("name", "dependencies")},
}
