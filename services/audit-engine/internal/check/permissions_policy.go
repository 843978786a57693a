package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "permissions-policy", Title: "Camera, microphone and location under control", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "Scripts in the page, also those of others that you load, may ask visitors for camera, microphone or location in your name. A policy switches off what the site does not need, so that nobody is even asked.",
		Remediation: setHeader("Switch off what the site does not use.",
			"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"),
		References: []string{"https://www.w3.org/TR/permissions-policy/"},
		Controls:   controls(hardening),
		Run: func(_ context.Context, site *Site) Result {
			if !site.HTML() {
				return skip(notHTML)
			}
			if site.Page.Header.Get("Permissions-Policy") != "" {
				return pass()
			}
			return fail(Finding{Title: "Scripts may ask for camera, microphone and location", Severity: auditapi.Info,
				Evidence: lines(at(site.Page), headerLine(site.Page.Header, "Permissions-Policy"))})
		},
	})
}
