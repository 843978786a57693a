package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.Backups, Title: "No backups, settings or logs among the pages", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact: "What editors, tools and people in a hurry leave beside the pages can be downloaded by anybody who guesses its name, and the usual names are known. Such files show how the site works inside, and often how to get in.",
		Remediation: denyFiles("Remove the file from the folder that the server publishes, and keep backups and logs elsewhere. Replace the passwords and keys in it. To keep it from happening again, refuse such files:",
			`(/\.(ht|ssh|bash_history|DS_Store)|\.(swp|tar|log)(\.gz)?$|/error_log$|/web\.config|(~|\.(bak|old|save))$)`),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information", "https://cwe.mitre.org/data/definitions/530.html"},
		Controls:   controls(exposedData, "13.4.7"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.Backups, keysInside)
		},
	})
}
