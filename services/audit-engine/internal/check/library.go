package check

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// scriptLibrary is a script library with the holes that are known of its versions.
type scriptLibrary struct {
	name     string
	files    []string // names of its files, without version, .min and .js
	packages []string // names of its packages and folders at content networks; default: files
	banners  []banner // how it introduces itself in its text
	flaws    []flaw
}

// flaw is one public advisory.
type flaw struct {
	id       string // of the CVE, or of GitHub's advisory where there is no CVE
	severity auditapi.Severity
	branches []branch // the versions that have it; each ends with the one that is mended
	what     string   // what it allows, and when
	unfixed  bool     // no version of the branch is mended
}

// advisory makes a flaw. Branches are separated by commas; see parseBranch.
func advisory(id string, severity auditapi.Severity, branches, what string) flaw {
	f := flaw{id: id, severity: severity, what: what}
	for b := range strings.SplitSeq(branches, ", ") {
		f.branches = append(f.branches, parseBranch(b))
	}
	return f
}

// unfixed is advisory for what nobody mends any more.
func unfixed(id string, severity auditapi.Severity, branches, what string) flaw {
	f := advisory(id, severity, branches, what)
	f.unfixed = true
	return f
}

// source is where the advisory can be read.
func (f flaw) source() string {
	if strings.HasPrefix(f.id, "GHSA-") {
		return "https://github.com/advisories/" + f.id
	}
	return "https://nvd.nist.gov/vuln/detail/" + f.id
}

// mended returns the first version after v that does not have the flaw. ok is false
// when v does not have it.
func (f flaw) mended(v version) (first version, ok bool) {
	for _, b := range f.branches {
		if b.holds(v) {
			return b.before, true
		}
	}
	return version{}, false
}

// known returns the flaws that the version has.
func (l scriptLibrary) known(v version) []flaw {
	return slices.DeleteFunc(slices.Clone(l.flaws), func(f flaw) bool { _, ok := f.mended(v); return !ok })
}

func (l scriptLibrary) folders() []string {
	if len(l.packages) > 0 {
		return l.packages
	}
	return l.files
}

// exact is a version as one release has it: three numbers or four. "2" and "2.6" at
// a content network mean the newest of them.
const exact = `\d{1,5}\.\d{1,5}\.\d{1,6}(?:\.\d{1,5})?(?:-[0-9A-Za-z][0-9A-Za-z.-]{0,20})?`

var (
	versionOnly  = regexp.MustCompile(`^v?(` + exact + `)$`)
	fileVersion  = regexp.MustCompile(`^(.+?)[-._@]v?(` + exact + `)$`)
	fileSuffixes = []string{
		".js", ".mjs", ".cjs", ".min", "-min", ".slim", ".pack", ".prod", ".production", ".development", ".dev", ".umd", ".bundle", ".runtime", ".global",
		".esm-browser", ".esm", ".iife", ".compat", ".common", ".custom", ".debug", ".full",
	}
)

// baseName takes extension and kind of build off a file's name.
func baseName(file string) string {
	for again := true; again; {
		again = false
		for _, suffix := range fileSuffixes {
			if rest, found := strings.CutSuffix(file, suffix); found && rest != "" {
				file, again = rest, true
			}
		}
	}
	return file
}

// libraryAt tells library and version from the address of a script, in the forms
// that are in use:
//
//	…/jquery-1.8.3.min.js
//	…/ajax/libs/jquery/1.8.3/jquery.min.js
//	…/npm/jquery@1.8.3/dist/jquery.min.js
//	/wp-includes/js/jquery/jquery.min.js?ver=3.7.1
//	//cdn.ckeditor.com/4.16.0/standard/ckeditor.js
func libraryAt(u *url.URL) (l scriptLibrary, v version, found bool) {
	segments := strings.FieldsFunc(strings.ToLower(u.Path), func(c rune) bool { return c == '/' || c == ',' })
	if len(segments) == 0 || len(u.Path) > maxAddress {
		return scriptLibrary{}, version{}, false
	}
	if labels := strings.Split(strings.ToLower(u.Hostname()), "."); len(labels) > 1 {
		segments = slices.Insert(segments, 0, labels[len(labels)-2])
	}
	file := baseName(segments[len(segments)-1])
	for i, segment := range segments {
		if strings.HasPrefix(segment, "@") && i+1 < len(segments) {
			segment += "/" + segments[i+1] // @angular/core@17.0.0
		}
		if name, text, at := cutLast(segment, "@"); at && name != "" {
			if l, v, found = libraryNamed(name, text, scriptLibrary.folders); found {
				return l, v, true
			}
		}
		if i > 0 && versionOnly.MatchString(segment) {
			if l, v, found = libraryNamed(segments[i-1], segment, scriptLibrary.folders); found && slices.Contains(l.files, file) {
				return l, v, true
			}
		}
	}
	if m := fileVersion.FindStringSubmatch(file); m != nil {
		return libraryNamed(m[1], m[2], func(l scriptLibrary) []string { return l.files })
	}
	if strings.HasPrefix(u.Path, "/wp-includes/") {
		return libraryNamed(file, u.Query().Get("ver"), func(l scriptLibrary) []string { return l.files })
	}
	return scriptLibrary{}, version{}, false
}

// libraryNamed looks name up among those that names gives for each library.
func libraryNamed(name, text string, names func(scriptLibrary) []string) (scriptLibrary, version, bool) {
	i := slices.IndexFunc(libraries, func(l scriptLibrary) bool { return slices.Contains(names(l), name) })
	if i < 0 || !versionOnly.MatchString(text) || strings.HasSuffix(text, "-wp") { // WordPress mends its own jQuery
		return scriptLibrary{}, version{}, false
	}
	v, ok := parseVersion(text)
	return libraries[i], v, ok
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// publicLibrary reports whether a script is the file of a library that everybody
// can download, as far as its name tells.
func publicLibrary(u *url.URL) bool {
	file := baseName(strings.ToLower(u.Path[strings.LastIndexByte(u.Path, '/')+1:]))
	if m := fileVersion.FindStringSubmatch(file); m != nil {
		file = m[1]
	}
	return slices.ContainsFunc(libraries, func(l scriptLibrary) bool { return slices.Contains(l.files, file) })
}

// banner is how a library introduces itself.
type banner struct {
	word    string         // a text in it by which it is found quickly
	pattern *regexp.Regexp // its group is the version
}

// introduces makes a banner. VERSION in the pattern stands for the version.
func introduces(word, pattern string) banner {
	return banner{word, regexp.MustCompile(strings.ReplaceAll(pattern, "VERSION", "("+exact+")"))}
}

// Bounds of the search for banners, in one text.
const (
	maxWords   = 500  // places with the word that are looked at
	maxBanners = 5    // versions of one library
	around     = 1000 // bytes after the word, within which the banner ends
	before     = 60   // and before it, where the banner begins
)

// introduced returns the versions of l that introduce themselves in text.
func (l scriptLibrary) introduced(text []byte) []version {
	var list []version
	for _, b := range l.banners {
		for from, n := 0, 0; n < maxWords && len(list) < maxBanners; n++ {
			at := bytes.Index(text[from:], []byte(b.word))
			if at < 0 {
				break
			}
			at += from
			from = at + len(b.word)
			m := b.pattern.FindSubmatch(text[max(0, at-before):min(len(text), from+around)])
			if m == nil {
				continue
			}
			if v, ok := parseVersion(string(m[1])); ok && v.preview != "wp" && !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
	}
	return list
}
