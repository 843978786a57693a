package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.CrossDomain, Title: "No old policy lets every site read this one", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The file allows programs for Flash or Silverlight, and PDF readers that still honour it, to read answers of this site with your visitor's cookies, whoever wrote the program. Browsers have left these behind, so the danger is small; so is the use of the file.",
		Remediation: serverConfig("Delete the file. If something of yours still needs it, name the sites it is for instead of *.",
			"location ~ ^/(crossdomain|clientaccesspolicy)\\.xml$ {\n    return 404;\n}",
			"RedirectMatch 404 ^/(crossdomain|clientaccesspolicy)\\.xml$",
			"@policy path /crossdomain.xml /clientaccesspolicy.xml\nrespond @policy 404"),
		References: []string{"https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/08-Test_RIA_Cross_Domain_Policy", "https://cwe.mitre.org/data/definitions/942.html"},
		Controls:   controls(access, "3.4.2"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.CrossDomain, func(f Finding, hit exposed.Hit) Finding {
				f.Title = hit.Name + " lets every site in"
				return f
			})
		},
	})
}
