package check

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-path-traversal", Title: "Two dots do not lead out of a folder", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.High,
		Impact: "Two dots in an address or a parameter leave the folder that the site reads from. The audit has only fetched a file that is public anyway; attackers fetch settings with passwords, the program itself and other customers' files in the same way.",
		Remediation: serverConfig("Do not build paths from what visitors send: compare the name with a list, or open it below a root that cannot be left (os.OpenRoot in Go, res.sendFile with the option root in Express, send_from_directory in Flask, realpath and a comparison with the folder in PHP). In nginx, location and alias must both end with a slash.",
			"location /static/ {\n    alias /srv/static/;\n}",
			"Alias \"/static/\" \"/srv/static/\"\nAllowEncodedSlashes Off",
			"handle_path /static/* {\n    root * /srv/static\n    file_server\n}"),
		References: []string{"https://owasp.org/www-community/attacks/Path_Traversal", "https://cwe.mitre.org/data/definitions/22.html", "https://nginx.org/en/docs/http/ngx_http_core_module.html#alias"},
		Controls:   controls(access),
		Run:        runPathTraversal,
	})
}

// A server that shortens /static/../robots.txt or /static/..%2frobots.txt to /robots.txt
// is right: it stays in the root, and the file was public. So a detour proves something
// only where the shortened way leads elsewhere:
//
//   - A parameter: its value with the dots gives the file, the same without them does
//     not. Code that throws the dots away, or shortens within its folder, gives the same
//     for both.
//   - An alias without its slash (nginx): /static../static/app.js. No segment of that
//     path is two dots, so nothing shortens it, and it exists only where the text behind
//     /static is appended to a folder. A random text in place of the dots must not.
//   - A folder with a handler of its own: /static/..%2frobots.txt, where a folder that
//     does not exist in its place must not give the file. A server that shortens paths
//     does so everywhere.
//   - Out and in again: /..%2fpublic/robots.txt, which gives the file only if the server
//     leaves its root and the root's own name is "public". Shortened it is
//     /public/robots.txt, which must not. A server that looks where a path ends finds this
//     one inside and is right; it refuses a random name outside with another status than
//     one inside that it does not have.
//
// The same way to a random name must give something else each time.
type wayOut struct {
	title    string // of the finding
	file     published
	asked    string                     // path and query
	controls func(word string) []string // must not give the file
	absent   func(word string) string   // inside; where set, answered with the status of the first control
}

const (
	outByParameter = "A parameter reaches files outside of its folder"
	outByPath      = "An address reaches files outside of its folder"
)

// Bounds: a probe of all ways is to take some seconds at the pace of a scan.
const (
	maxWaysOut        = 120
	maxFileParameters = 3
	maxDoors          = 5
	maxHandlers       = 2
)

// rootNames are names that web roots often have.
var rootNames = []string{"public", "static", "www", "html", "dist", "htdocs"}

func runPathTraversal(ctx context.Context, site *Site) Result {
	files, err := site.published(ctx)
	if err != nil {
		return skip(silent)
	}
	if len(files) == 0 {
		return skip("The site publishes neither a robots.txt nor a script or style sheet that a way out of a folder could be proven with.")
	}
	var findings []Finding
	known := func(title string) bool {
		return slices.ContainsFunc(findings, func(f Finding) bool { return f.Title == title })
	}
	list := slices.Concat(site.parameterWays(files), site.aliasWays(files), site.folderWays(files), rootWays(files), hiddenWays("/download", files[0]))
	for _, d := range list[:min(len(list), maxWaysOut)] {
		if known(d.title) {
			continue
		}
		answer, proven, err := site.confirmed(func(word string) (*guard.Response, bool, error) { return site.take(ctx, d, word) })
		switch {
		case err != nil && len(findings) == 0:
			return skip(silent)
		case err != nil:
			return fail(findings...)
		case proven:
			findings = append(findings, Finding{Title: d.title, Severity: auditapi.High, Evidence: lines(
				"Asked for "+quote(d.asked), at(answer), "The answer holds the public file "+quote(d.file.path)+".",
				"Not so without the dots, and not for a random name. Confirmed with a second name.")})
		}
	}
	return fail(findings...)
}

// take reports whether the way, and none of its controls, leads to the file.
func (s *Site) take(ctx context.Context, d wayOut, word string) (*guard.Response, bool, error) {
	answer, err := s.get(ctx, d.asked, nil)
	if err != nil || !d.file.in(answer) {
		return answer, false, err
	}
	status := 0
	for _, control := range d.controls(word) {
		other, err := s.get(ctx, control, nil)
		if err != nil || d.file.in(other) {
			return other, false, err
		}
		status = cmp.Or(status, other.Status)
	}
	if d.absent != nil {
		other, err := s.get(ctx, d.absent(word), nil)
		return answer, err == nil && other.Status == status, err
	}
	return answer, true, nil
}

// published is a file that everybody may read.
type published struct {
	path string // escaped
	body []byte
}

// minFile is how many bytes a file must have that is recognized inside of a page.
const minFile = 20

// in reports whether the answer is the file, or has it inside, as when a page includes it.
func (p published) in(r *guard.Response) bool {
	text := bytes.TrimSpace(p.body)
	return r.Status == http.StatusOK && r.BodyErr == nil &&
		(bytes.Equal(r.Body, p.body) || len(text) >= minFile && bytes.Contains(r.Body, text))
}

// published returns robots.txt and then one script or style sheet, as far as there are.
func (s *Site) published(ctx context.Context) ([]published, error) {
	var files []published
	usable := func(r *guard.Response) bool {
		unknown := s.unknown(ctx)
		return r.Status == http.StatusOK && r.BodyErr == nil && len(bytes.TrimSpace(r.Body)) > 0 && !isHTML(r) &&
			!strings.Contains(r.URL.EscapedPath(), "%") && (unknown == nil || !bytes.Equal(unknown.Body, r.Body))
	}
	robots, err := s.get(ctx, "/robots.txt", nil)
	if err != nil {
		return nil, err
	}
	if usable(robots) {
		files = append(files, published{path: "/robots.txt", body: robots.Body})
	}
	for _, r := range s.Scripts {
		if firstFolder(r.URL.EscapedPath()) != "" && usable(r) {
			return append(files, published{path: r.URL.EscapedPath(), body: r.Body}), nil
		}
	}
	for _, page := range s.markup() {
		for _, resource := range page.Document().Resources {
			if resource.Rel != "stylesheet" || !sameOrigin(resource.URL, s.Page.URL) || firstFolder(resource.URL.EscapedPath()) == "" {
				continue
			}
			sheet, err := s.get(ctx, resource.URL.EscapedPath(), nil)
			if err != nil {
				return nil, err
			}
			if usable(sheet) {
				files = append(files, published{path: resource.URL.EscapedPath(), body: sheet.Body})
			}
			return files, nil
		}
	}
	return files, nil
}

// firstFolder is that of a path; empty: the file lies in the root.
func firstFolder(path string) string {
	first, _, below := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !below {
		return ""
	}
	return first
}

// fileParameterNames are parameters that often name a file, and fileValue what they then hold.
var (
	fileParameterNames = []string{"file", "filename", "path", "page", "template", "tpl", "doc", "document", "download", "include", "view", "dir", "folder", "load", "read", "attachment", "asset", "resource", "image", "img", "src"}
	fileValue          = regexp.MustCompile(`(?i)^[^:?]*[^:?/]\.[a-z][a-z0-9]{1,4}$`)
)

func (p parameter) namedAsFile() bool {
	return slices.Contains(fileParameterNames, strings.ToLower(p.name))
}

// fileParameters are those whose name or value looks like a file's. The number of a page
// is no file.
func (s *Site) fileParameters() []parameter {
	list := s.parameters(func(p parameter) bool {
		return p.namedAsFile() && (p.value == "" || strings.Trim(p.value, "0123456789") != "")
	})
	list = append(list, s.loaded(func(p parameter) bool { return fileValue.MatchString(p.value) })...)
	list = append(list, s.parameters(func(p parameter) bool { return !p.namedAsFile() && fileValue.MatchString(p.value) })...)
	list = append(list, s.scripted(func(p parameter) bool { return p.namedAsFile() && p.shows() })...)
	return list[:min(len(list), maxFileParameters)]
}

// exits lead out of a folder by up and then into below. The last three pass filters that
// look once, or for slashes.
var exits = []struct{ up, below string }{
	{"../", ""}, {"../../", ""}, {"../../../", ""}, {"../", "public/"}, {"../", "static/"}, {"....//", ""}, {"..%2f", ""}, {`..\`, ""},
}

func (s *Site) parameterWays(files []published) []wayOut {
	var list []wayOut
	for _, p := range s.fileParameters() {
		// Code that insists on a folder gets it.
		inside := path.Dir(p.value) + "/"
		if strings.HasPrefix(inside, ".") || strings.HasPrefix(inside, "/") {
			inside = ""
		}
		back := strings.Repeat("../", strings.Count(inside, "/"))
		for _, file := range files {
			for _, exit := range exits {
				list = append(list, p.wayOut(file, inside, back+exit.up, exit.below))
			}
		}
	}
	// Parameters that no link shows: all of them at once.
	return append(list, hiddenWays("/", files[0])...)
}

func hiddenWays(path string, file published) []wayOut {
	var list []wayOut
	for _, exit := range exits[:2] {
		list = append(list, hidden(path, fileParameterNames).wayOut(file, "", exit.up, exit.below))
	}
	return list
}

// wayOut is the way to file by a value of the parameter: into the folder inside, up and
// out of it, and into below.
func (p parameter) wayOut(file published, inside, up, below string) wayOut {
	name := strings.TrimPrefix(file.path, "/")
	return wayOut{title: outByParameter, file: file, asked: p.with(inside + up + below + name), controls: func(word string) []string {
		return []string{p.with(inside + up + below + word + path.Ext(name)), p.with(below + name), p.with(inside + below + name)}
	}}
}

// aliasWays are the ways behind a folder's name, see wayOut.
func (s *Site) aliasWays(files []published) []wayOut {
	var list []wayOut
	for _, file := range files {
		own := firstFolder(file.path)
		for _, f := range s.firstFolders() {
			if own != "" && f != own {
				continue // only the folder's own name is known to lie beside it
			}
			list = append(list, wayOut{title: outByPath, file: file, asked: "/" + f + ".." + file.path, controls: func(word string) []string {
				return []string{"/" + f + "../" + word + path.Ext(file.path), "/" + f + word + file.path}
			}})
		}
	}
	return list
}

// outOfFolder are ways up, as filters and decoders on the way read them.
var outOfFolder = []string{"..%2f", "../", "%2e%2e/", "..%5c", "..%252f", "....//", "..;/"}

// folderWays are the ways out of a folder with a handler of its own, see wayOut.
func (s *Site) folderWays(files []published) []wayOut {
	var list []wayOut
	folders := s.firstFolders()
	for _, file := range files {
		if firstFolder(file.path) != "" {
			continue
		}
		for _, f := range folders[:min(len(folders), maxHandlers)] {
			for _, up := range outOfFolder {
				list = append(list, wayOut{title: outByPath, file: file, asked: "/" + f + "/" + up + file.path[1:], controls: func(word string) []string {
					return []string{"/" + f + "/" + up + word + path.Ext(file.path), "/" + word + "/" + up + file.path[1:], "/" + f + file.path, "/" + f + "/" + word + file.path}
				}})
			}
		}
	}
	return list
}

// firstFolders are those of what the site's pages load, then link.
func (s *Site) firstFolders() []string {
	var list []string
	add := func(u *url.URL) {
		if u == nil || !sameOrigin(u, s.Page.URL) {
			return
		}
		if f := firstFolder(u.EscapedPath()); f != "" && len(list) < maxDoors && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for _, r := range s.Scripts {
		add(r.URL)
	}
	for _, page := range s.markup() {
		for _, r := range page.Document().Resources {
			add(r.URL)
		}
	}
	for _, page := range s.markup() {
		for _, a := range page.Document().Anchors {
			add(a.URL)
		}
	}
	return list
}

// rootWays lead out of the root, or of a folder's place on the disk, and in again by
// the name that it may have there.
func rootWays(files []published) []wayOut {
	var list []wayOut
	for _, file := range files {
		before, rest := "", file.path
		if own := firstFolder(file.path); own != "" {
			before, rest = "/"+own, strings.TrimPrefix(file.path, "/"+own)
		}
		for _, dots := range []string{"/..%2f", "/../", "/.%2e/", "/..%5c"} {
			for _, name := range rootNames {
				if before == "/"+name {
					continue // shortened, it is the file's own address
				}
				list = append(list, wayOut{title: outByPath, file: file, asked: before + dots + name + rest, controls: func(word string) []string {
					return []string{before + dots + word + rest, "/" + name + rest}
				}, absent: func(word string) string { return before + "/" + word + rest }})
			}
		}
	}
	return list
}
