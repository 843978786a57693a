package check

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "secrets", Title: "No keys or passwords in pages and scripts", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact: "Programs search the web for such keys around the clock. Whoever finds one uses the service behind it in your name and at your cost, and reads what is stored there.",
		Remediation: serverConfig("Declare the key invalid at the service that issued it, and look there for what was done with it. Keep the new one on the server, in the environment or a secret store, and have the browser ask your server instead of the service. Files with keys in them must not be among those that are served:",
			"location ~ /\\.(?!well-known/) {\n    deny all;\n}",
			"<FilesMatch \"^\\.\">\n    Require all denied\n</FilesMatch>",
			"@hidden path */.*\nrespond @hidden 404"),
		References: []string{"https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html", "https://cwe.mitre.org/data/definitions/798.html"},
		Controls:   controls(exposedData, "13.3.1"),
		Run:        runSecrets,
	})
}

func runSecrets(_ context.Context, site *Site) Result {
	texts := site.texts()
	if len(texts) == 0 {
		return skip("The page could not be read: %s", site.Page.BodyErr)
	}
	seen := map[auditapi.Severity]*sightings{}
	for _, severity := range auditapi.Severities() {
		seen[severity] = &sightings{}
	}
	for _, r := range texts {
		for _, k := range secretKinds {
			found := k.find(r.Body)
			for _, text := range slices.Sorted(maps.Keys(found)) {
				seen[found[text]].add(r, fmt.Sprintf("%s: %s (%d characters)", k.name, masked(text, 6), len(text)))
			}
		}
	}
	for _, script := range ownScripts(site) {
		for _, text := range assignedSecrets(script.Body) {
			seen[auditapi.Medium].add(script, text)
		}
	}
	titles := map[auditapi.Severity]string{
		auditapi.Critical: "A private key is open to everybody",
		auditapi.High:     "A secret key of a service is open to everybody",
		auditapi.Medium:   "A key that others can misuse is open to everybody",
		auditapi.Low:      "A key for trials, or part of a key, is in a page",
		auditapi.Info:     "Keys are in pages that may well be harmless",
	}
	var findings []Finding
	for _, severity := range auditapi.Severities() {
		if seen[severity].empty() {
			continue
		}
		f := Finding{Title: titles[severity], Severity: severity, Evidence: seen[severity].String()}
		if severity == auditapi.Info {
			f.Impact = "Some keys are made to be used in pages, and some texts only look like one. Please make sure that the service accepts such a key from your site only, and for nothing more than the page needs."
		}
		findings = append(findings, f)
	}
	return fail(findings...)
}
