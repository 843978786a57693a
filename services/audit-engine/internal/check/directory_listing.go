package check

import (
	"cmp"
	"context"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// maxFolders is how many folders of the site are asked for.
const maxFolders = 8

// bucket is how a store of files in the cloud heads a list of them.
var bucket = regexp.MustCompile(`\A\s*(<\?xml[^>]{0,100}\?>\s*)?<(ListBucketResult|EnumerationResults)[\s>]`)

func init() {
	register(Check{
		ID: "directory-listing", Title: "Folders do not list their files", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "Everybody can browse through the files, also those that no page links to: drafts, backups, uploads of other customers.",
		Remediation: serverConfig("Switch the lists off.",
			"autoindex off;", "Options -Indexes", "# Caddy lists files only with `file_server browse`: remove the word `browse`."),
		References: []string{"https://cwe.mitre.org/data/definitions/548.html"},
		Controls:   controls(exposedData, "13.4.3"),
		Run:        runDirectoryListing,
	})
}

// A site that lists even a folder that cannot exist shows no files with it.
func runDirectoryListing(ctx context.Context, site *Site) Result {
	if isListing(site.Page) {
		return fail(listed(site.Page, ""))
	}
	if site.Exposed != nil {
		for _, hit := range site.Exposed.Hits(exposed.Listing) {
			if answer, err := site.Ask(ctx, http.MethodGet, hit.Path, nil); err == nil {
				return fail(listed(answer, site.exposure(hit)))
			}
		}
	}
	asked := 0
	for _, folder := range folders(site) {
		answer, err := site.Ask(ctx, http.MethodGet, folder, nil)
		if err != nil || answer.BodyErr != nil {
			continue
		}
		asked++
		if isListing(answer) && !site.listsAnything(ctx, folder) {
			return fail(listed(answer, ""))
		}
	}
	if asked == 0 && !site.HTML() {
		return skip("The address does not answer with a web page, so no folders of the site are known.")
	}
	return pass()
}

func isListing(r *guard.Response) bool {
	start := r.Body[:min(len(r.Body), exposed.Window)]
	return r.Status == http.StatusOK && (isHTML(r) && exposed.List.Match(start) || bucket.Match(start))
}

// listsAnything reports whether a folder beside this one, which nobody has made, is
// answered with a list as well.
func (s *Site) listsAnything(ctx context.Context, folder string) bool {
	answer, err := s.Ask(ctx, http.MethodGet, path.Join(path.Dir(strings.TrimSuffix(folder, "/")), noFolder)+"/", nil)
	return err == nil && isListing(answer)
}

const (
	noFolder    = "no-such-folder-8f2c51d7"
	listedTitle = "A folder of the site lists its files"
)

// delicate fits links to files that are hardly ever meant for everybody: copies of
// databases, key stores, private keys, settings. Archives may be downloads.
var delicate = regexp.MustCompile(`(?i)href="([^"<>]{1,200}\.(?:sql|dump|kdbx|p12|pfx|key|env)(?:\.(?:gz|bz2|xz|zip|bak|old))?)"`)

// maxNamed is how many files of a list are named.
const maxNamed = 5

// listed is the finding about a list. seen may hold what else was seen of it.
func listed(r *guard.Response, seen string) Finding {
	f := Finding{Title: listedTitle, Severity: auditapi.Low, Evidence: lines(cmp.Or(seen, at(r)), "The answer is a list of the files in the folder.")}
	var names []string
	for _, m := range delicate.FindAllSubmatch(r.Body, maxNamed) {
		names = append(names, quote(string(m[1])))
	}
	if len(names) > 0 {
		f.Title, f.Severity = "A folder lists files that look confidential", auditapi.Medium
		f.Evidence = lines(f.Evidence, "Among them, by their names (they were not opened):", strings.Join(names, "\n"))
		f.Impact = "Everybody can see these files, and most likely fetch them: copies of databases, keys or settings, by their names. Search engines index such lists, and attackers look for them."
	}
	return f
}

// folders are those that the page loads something from or links a file in, on its own
// host, and then the ones around them.
func folders(site *Site) []string {
	var list []string
	take := func(folder string) {
		if strings.HasPrefix(folder, "/") && folder != "/" && !slices.Contains(list, folder+"/") {
			list = append(list, folder+"/")
		}
	}
	document := site.Document()
	for _, r := range document.Resources {
		if r.URL.Host == site.Page.URL.Host {
			take(path.Dir(r.URL.EscapedPath()))
		}
	}
	for _, a := range document.Anchors {
		if a.URL.Host == site.Page.URL.Host && path.Ext(a.URL.EscapedPath()) != "" {
			take(path.Dir(a.URL.EscapedPath()))
		}
	}
	for i := 0; i < len(list); i++ { // the list grows on the way
		take(path.Dir(path.Dir(list[i])))
	}
	return list[:min(len(list), maxFolders)]
}
