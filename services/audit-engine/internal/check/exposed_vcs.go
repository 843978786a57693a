package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.VCS, Title: "The history of the source stays private", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact: "From these files anybody can rebuild the source of the site with all its history. Passwords and keys that were ever in it are found within minutes, also those that were deleted since, and the source shows where the site can be attacked.",
		Remediation: denyFiles("Take the folder out of what the server publishes: copy only the finished files there, or build the site elsewhere. Then replace every password and key that was ever in the source; treat them as known. Until the folder is gone, refuse all that is hidden:",
			`/(\.(git|svn|hg|bzr)|CVS)(/|$)`),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information", "https://cwe.mitre.org/data/definitions/527.html"},
		Controls:   controls(exposedData, "13.4.1"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.VCS, asFound)
		},
	})
}
