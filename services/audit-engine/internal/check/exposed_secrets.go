package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.Secrets, Title: "No files with passwords, keys or customers' data", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact: "Programs ask every site on the internet for these files, all day long. Whoever has one signs in to the database, the mail account or the cloud as you, or has your customers' data. If it holds data of people, the law may ask you to report that within 72 hours (GDPR, Article 33).",
		Remediation: denyFiles("Move the file out of the folder that the server publishes, today. Replace every password and key in it; treat them as known, and look in the logs of the services behind them for visits that were not yours. To keep it from happening again, refuse such files:",
			`(/\.(env|aws|ssh|s3cfg|git-credentials|netrc|pgpass|npmrc|pypirc|docker|vscode)|\.(sql|sqlite3?|key|pem)(\.gz)?$|(~|\.(bak|old|save|backup))$)`),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information", "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"},
		Controls:   controls(exposedData, "13.4.7", "13.3.1"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.Secrets, asFound)
		},
	})
}
