package check

import (
	"context"
	"net/http"
	"regexp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// versionNumber is a version with a dot in it. A product's name alone tells little,
// and a lone number is more often the name of a machine.
var versionNumber = regexp.MustCompile(`(^|[/ (]v?)\d+\.\d+`)

// loadBalancer is what Amazon's answer with themselves: it never changes, and customers
// cannot switch it off.
const loadBalancer = "awselb/2.0"

// bannerHeaders are where servers and frameworks introduce themselves.
var bannerHeaders = []string{
	"Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator",
	"Liferay-Portal", "MicrosoftSharePointTeamServices", "X-Jenkins", "X-Mod-Pagespeed", "X-OWA-Version", "X-Powered-CMS",
}

// signed is how servers sign the error pages that they come with: nginx, Apache, Tomcat,
// Jetty.
var signed = regexp.MustCompile(`(?i)(?:<center>|<address>|<h3>|>Powered by )((?:nginx|openresty|Apache|Apache Tomcat|Jetty:/)/ ?\d[^<]{0,100})<`)

func init() {
	register(Check{
		ID: "version-banner", Title: "No version numbers of the software in use", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Version numbers tell attackers which known holes to try. When a hole becomes known, lists of sites with that version are ready to be worked through within hours.",
		Remediation: serverConfig("Switch the version off, in the server and in the framework behind it (PHP: expose_php = Off).",
			"server_tokens off;\nproxy_hide_header X-Powered-By;",
			"ServerTokens Prod\nServerSignature Off\nHeader always unset X-Powered-By",
			"header -Server\nheader -X-Powered-By"),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/01-Information_Gathering/02-Fingerprint_Web_Server"},
		Controls:   controls(leaks, "13.4.6"),
		Run:        runVersionBanner,
	})
}

func runVersionBanner(ctx context.Context, site *Site) Result {
	var seen sightings
	for _, page := range site.pages() {
		for _, name := range bannerHeaders {
			for _, value := range page.Header.Values(name) {
				if versionNumber.MatchString(value) && value != loadBalancer {
					seen.add(page.Response, name+": "+quote(value))
				}
			}
		}
		for _, generator := range page.Document().Meta("generator") {
			if versionNumber.MatchString(generator) {
				seen.add(page.Response, "generator: "+quote(generator))
			}
		}
	}
	if r := site.unknown(ctx); r != nil && seen.empty() && r.Status >= http.StatusBadRequest {
		if m := signed.FindSubmatch(r.Body[:min(len(r.Body), maxBannerText)]); m != nil {
			seen.add(r, "The error page: "+quote(string(m[1])))
		}
	}
	if seen.empty() {
		return pass()
	}
	return fail(Finding{Title: "The site tells which software versions it runs", Severity: auditapi.Low, Evidence: seen.String()})
}
