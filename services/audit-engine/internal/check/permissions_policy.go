package check

import (
	"context"
	"slices"
	"strings"

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
		Run:        runPermissionsPolicy,
	})
}

// powerful are the features that are worth most to somebody else. By default only the
// page itself has them, not the frames in it.
var powerful = []string{"camera", "microphone", "geolocation", "display-capture", "payment", "usb", "serial", "hid", "bluetooth", "midi"}

func runPermissionsPolicy(_ context.Context, site *Site) Result {
	if !site.HTML() {
		return skip(notHTML)
	}
	values := site.Page.Header.Values("Permissions-Policy")
	evidence := lines(at(site.Page), headerLine(site.Page.Header, "Permissions-Policy"))
	if strings.TrimSpace(strings.Join(values, "")) == "" {
		if site.Page.Header.Get("Feature-Policy") != "" {
			evidence = lines(evidence, headerLine(site.Page.Header, "Feature-Policy"), "Feature-Policy is the older name of the header; not all browsers still read it.")
		}
		return fail(Finding{Title: "Scripts may ask for camera, microphone and location", Severity: auditapi.Info, Evidence: evidence})
	}
	features, err := parseDictionary(strings.Join(values, ", "))
	if err != nil {
		return fail(Finding{Title: "Permissions-Policy is invalid, so browsers ignore it", Severity: auditapi.Info, Evidence: lines(evidence, err.Error())})
	}
	var open []string
	for _, name := range powerful {
		if slices.Contains(features[name].values, "*") {
			open = append(open, name)
		}
	}
	if len(open) > 0 {
		return fail(Finding{
			Title: "Frames of any site may ask for what the policy guards", Severity: auditapi.Info,
			Evidence: lines(evidence, "Given to every site: "+strings.Join(open, ", ")),
			Impact:   "With * a page of another site that stands in a frame of yours may ask visitors too. Without the header it could not.",
		})
	}
	return pass()
}
