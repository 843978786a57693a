package check

import (
	"context"
	"regexp"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// telling are parts of paths that are meant to stay unseen. The usual places of
// well-known software, such as /wp-admin/, tell nothing.
var (
	telling = regexp.MustCompile(`(?i)(^|[/_.-])(admin|backoffice|backups?|confidential|config|credentials?|customers?[_-]?data|dumps?|hidden|internal|intern|intranet|invoices?|phpmyadmin|private|privat|secrets?|sql|staging)([/_.*$-]|$)`)
	usual   = regexp.MustCompile(`(?i)^/(wp-admin|administrator)(/|$)`)
)

func init() {
	register(Check{
		ID: "robots-hints", Title: "Rules for search engines give no hidden place away", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "robots.txt is for everybody to read, and attackers read it first: what it asks search engines to leave out is where they look. It keeps nobody out.",
		Remediation: serverConfig("Protect such places with a sign-in and take them out of robots.txt. A header keeps pages out of search engines without naming them to everybody:",
			"location /internal/ {\n    auth_basic \"Staff\";\n    auth_basic_user_file /etc/nginx/htpasswd;\n    add_header X-Robots-Tag \"noindex\" always;\n}",
			"<Location /internal/>\n    AuthType Basic\n    AuthName \"Staff\"\n    AuthUserFile /etc/apache2/htpasswd\n    Require valid-user\n    Header always set X-Robots-Tag \"noindex\"\n</Location>",
			"handle /internal/* {\n    basic_auth {\n        staff HASH\n    }\n    header X-Robots-Tag \"noindex\"\n}"),
		References: []string{"https://www.rfc-editor.org/rfc/rfc9309", "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/01-Information_Gathering/03-Review_Webserver_Metafiles_for_Information_Leakage"},
		Controls:   controls(leaks, "13.4.7"),
		Run:        runRobotsHints,
	})
}

func runRobotsHints(_ context.Context, site *Site) Result {
	var named []string
	for _, path := range site.Disallowed {
		if telling.MatchString(path) && !usual.MatchString(path) && len(named) < maxSightings {
			named = append(named, "Disallow: "+quote(path))
		}
	}
	if len(named) == 0 {
		return pass()
	}
	return fail(Finding{Title: "robots.txt names places that should stay unseen", Severity: auditapi.Info,
		Evidence: lines("In /robots.txt:", strings.Join(named, "\n"))})
}
