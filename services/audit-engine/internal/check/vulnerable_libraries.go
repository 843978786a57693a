package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "vulnerable-libraries", Title: "Script libraries are free of known holes", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact: "The hole is public, with instructions. Whether it can be used depends on how the pages use the library; programs that search the web for old versions simply try.",
		Remediation: serverConfig("Update the library. Until then, a policy without 'unsafe-inline' keeps most scripts that are smuggled in from running:",
			`add_header Content-Security-Policy "script-src 'self'; object-src 'none'; base-uri 'none'" always;`,
			`Header always set Content-Security-Policy "script-src 'self'; object-src 'none'; base-uri 'none'"`,
			`header Content-Security-Policy "script-src 'self'; object-src 'none'; base-uri 'none'"`),
		References: []string{"https://owasp.org/Top10/A06_2021-Vulnerable_and_Outdated_Components/", "https://github.com/advisories"},
		Controls:   controls(components, "15.2.1"),
		Run:        runVulnerableLibraries,
	})
}

// inUse is one version of a library that the site uses.
type inUse struct {
	library scriptLibrary
	version version
	seen    *sightings
}

func runVulnerableLibraries(_ context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	var findings []Finding
	for _, u := range librariesInUse(site) {
		if flaws := u.library.known(u.version); len(flaws) > 0 {
			findings = append(findings, outdated(u, flaws))
		}
	}
	return fail(findings...)
}

// librariesInUse tells versions by the addresses of scripts and by how scripts of
// the site introduce themselves, in the order of the table.
func librariesInUse(site *Site) []inUse {
	var list []inUse
	note := func(l scriptLibrary, v version) *sightings {
		for _, u := range list {
			if u.library.name == l.name && u.version == v {
				return u.seen
			}
		}
		list = append(list, inUse{l, v, &sightings{}})
		return list[len(list)-1].seen
	}
	for _, page := range site.markup() {
		for _, r := range page.Document().Resources {
			if r.Tag != "script" && r.Rel != "modulepreload" {
				continue
			}
			if l, v, found := libraryAt(r.URL); found {
				note(l, v).add(page.Response, "<script> "+quote(r.URL.String()))
			}
		}
	}
	for _, r := range site.texts() {
		for _, l := range libraries {
			for _, v := range l.introduced(r.Body) {
				note(l, v).add(r, "It introduces itself as version "+v.String()+".")
			}
		}
	}
	slices.SortStableFunc(list, func(a, b inUse) int {
		if a.library.name != b.library.name {
			return position(a.library) - position(b.library)
		}
		return a.version.compare(b.version)
	})
	return list
}

func position(l scriptLibrary) int {
	return slices.IndexFunc(libraries, func(other scriptLibrary) bool { return other.name == l.name })
}

// outdated is the finding for a version with known flaws.
func outdated(u inUse, flaws []flaw) Finding {
	name := u.library.name + " " + u.version.String()
	order := auditapi.Severities()
	worst, newest, hopeless := len(order)-1, u.version, false
	text := []string{u.seen.String(), ""}
	for _, f := range flaws {
		worst = min(worst, slices.Index(order, f.severity))
		first, _ := f.mended(u.version)
		mended := "mended in " + first.String()
		if f.unfixed {
			mended, hopeless = "not mended", true
		} else if newest.less(first) {
			newest = first
		}
		text = append(text, fmt.Sprintf("%s: %s; %s. %s", f.id, f.what, mended, f.source()))
	}
	text = append(text, "", "Table of known holes: "+librariesDate)
	remedy := fmt.Sprintf("Update %s to %s or newer, best the newest version of all, and test the pages that use it.", u.library.name, newest)
	if hopeless {
		remedy = fmt.Sprintf("Replace %s: nobody mends it any more. Until then, use it only with texts of your own.", u.library.name)
	}
	return Finding{Title: name + " has known holes", Severity: order[worst], Evidence: strings.Join(text, "\n"), Remediation: remedy}
}
