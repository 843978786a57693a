package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.Status, Title: "Status pages and figures are not for everybody", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "These pages are made for the people who run the site. They show versions, addresses inside the network, what visitors are doing and how busy you are, sometimes settings with passwords in them.",
		Remediation: serverConfig("Let only your own network ask for them, or switch them off (Spring Boot: management.endpoints.web.exposure.include=health; PHP: delete the file that calls phpinfo(); Go: do not import net/http/pprof into the public server; Symfony, Laravel and Rails: leave the development mode).",
			"location ~ ^/(server-status|server-info|nginx_status|stub_status|metrics|actuator|debug) {\n    allow 10.0.0.0/8;\n    deny all;\n}",
			"<LocationMatch \"^/(server-status|server-info|metrics|actuator|debug)\">\n    Require ip 10.0.0.0/8\n</LocationMatch>",
			"@inside {\n    path /metrics /actuator* /debug/*\n    not remote_ip private_ranges\n}\nrespond @inside 404"),
		References: []string{"https://httpd.apache.org/docs/2.4/mod/mod_status.html", "https://docs.spring.io/spring-boot/reference/actuator/endpoints.html", "https://cwe.mitre.org/data/definitions/497.html"},
		Controls:   controls(exposedData, "13.4.5"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.Status, asFound)
		},
	})
}
