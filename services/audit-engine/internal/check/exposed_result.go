package check

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
)

// exposedResult is the result of the check id, whose addresses the scan has asked for.
// Files of one kind are one finding, made by judge from the worst of them.
func exposedResult(site *Site, id string, judge func(Finding, exposed.Hit) Finding) Result {
	if site.Exposed == nil {
		return skip("The time for the audit ran out before the site was asked for such files.")
	}
	var findings []Finding
	var names []string
	for _, hit := range site.Exposed.Hits(id) {
		f := judge(Finding{Title: hit.Name + " can be read by everybody", Severity: hit.Severity, Evidence: site.exposure(hit)}, hit)
		i := slices.Index(names, hit.Name)
		if i < 0 {
			names, findings = append(names, hit.Name), append(findings, f)
			continue
		}
		findings[i].Evidence = lines(findings[i].Evidence, f.Evidence)
		if severer(f.Severity, findings[i].Severity) {
			f.Evidence = findings[i].Evidence
			findings[i] = f
		}
	}
	if gap := site.Exposed.Gap(id); gap != "" && len(findings) == 0 {
		return skip("%s", gap)
	}
	return fail(findings...)
}

// asFound is the judge of checks whose table says it all.
func asFound(f Finding, _ exposed.Hit) Finding { return f }

// keysInside raises a finding whose file holds keys or passwords.
func keysInside(f Finding, hit exposed.Hit) Finding {
	if kind := keyIn(hit.Body); kind != "" {
		f.Severity = auditapi.Critical
		f.Title = "Keys can be read in " + strings.ToLower(hit.Name[:1]) + hit.Name[1:]
		f.Evidence = lines(f.Evidence, "Inside: "+kind+" (not shown here)")
	}
	return f
}

// severer reports whether a is worse than b.
func severer(a, b auditapi.Severity) bool {
	order := auditapi.Severities()
	return slices.Index(order, a) < slices.Index(order, b)
}

// exposure tells where a file was found and by what it was recognized.
func (s *Site) exposure(hit exposed.Hit) string {
	address, _, _ := strings.Cut(hit.Path, "?")
	text := lines(quote(s.Page.URL.Scheme+"://"+s.Page.URL.Host+address)+" answered "+strconv.Itoa(hit.Status)+" "+http.StatusText(hit.Status),
		"Recognized by: "+quote(hit.Seen))
	if hit.Control != "" {
		text = lines(text, quote(hit.Control))
	}
	return text
}

// namedKey is a value behind a name that says that it is secret.
var namedKey = regexp.MustCompile(`(?i)(?:password|passwd|secret|api_?key|access_?key|token)["']?\s*(?:=>|[:=,])\s*["']?([^\s"',;)$<{%*\[(][^\s"',;)]{11,200})`)

// keyIn names the kind of the first key or password in a file, or returns nothing.
func keyIn(body []byte) string {
	for _, kind := range secretKinds {
		for _, severity := range kind.find(body) {
			if !severer(auditapi.High, severity) {
				return kind.name
			}
		}
	}
	for _, found := range namedKey.FindAllSubmatch(body, maxMatches) {
		if value := string(found[1]); looksSecret(value) && !strings.Contains(value, "://") {
			return "a password or key"
		}
	}
	return ""
}

// denyFiles is the remediation of checks on files that should not be there: what to
// do, then how to refuse them.
func denyFiles(what, pattern string) string {
	return serverConfig(what,
		"location ~* "+pattern+" {\n    deny all;\n}",
		"<LocationMatch \""+pattern+"\">\n    Require all denied\n</LocationMatch>",
		"@private path_regexp "+pattern+"\nrespond @private 404")
}
