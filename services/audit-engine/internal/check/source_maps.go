package check

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "source-maps", Title: "The source of the scripts is not published", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The file turns the packed scripts back into the original source, with names, comments and folders. That makes it much easier to find weak spots, and shows work that you may want to keep to yourself.",
		Remediation: serverConfig("Build without source maps for customers (Vite: build.sourcemap = false; webpack: devtool: false), or with hidden ones that only your error tracking gets, and delete those that were put online.",
			"location ~ \\.map$ {\n    return 404;\n}",
			"<FilesMatch \"\\.map$\">\n    Require all denied\n</FilesMatch>",
			"@maps path *.map\nrespond @maps 404"),
		References: []string{"https://tc39.es/ecma426/", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/SourceMap"},
		Controls:   controls(leaks, "13.4.7"),
		Run:        runSourceMaps,
	})
}

const (
	maxMaps    = 4       // are asked for
	mapTrailer = 4 << 10 // bytes at the end of a script in which its map is named
)

// runSourceMaps asks for the maps that scripts name. Those of public libraries are
// public anyway.
func runSourceMaps(ctx context.Context, site *Site) Result {
	var seen, names sightings
	asked, unanswered := 0, 0
	for _, script := range mapless(site.Scripts) {
		if script.BodyErr != nil || publicLibrary(script.URL) {
			continue
		}
		named := cmp.Or(mapOf(script), path.Base(script.URL.EscapedPath())+".map")
		text, inline := strings.CutPrefix(named, "data:")
		switch {
		case inline:
			if files, _ := ownSources(decodeData(text)); len(files) > 0 {
				seen.add(script, "The script holds its source: "+fileNames(files))
			}
		case asked < maxMaps:
			place := besideScript(script.URL, named)
			if place == "" {
				continue
			}
			asked++
			answer, err := site.Fetch(ctx, place)
			if err != nil || answer.BodyErr != nil {
				unanswered++
				continue
			}
			if answer.Status != http.StatusOK {
				continue
			}
			if whole, named := ownSources(answer.Body); len(whole) > 0 {
				seen.add(answer, "The source of "+address(script)+": "+fileNames(whole))
			} else if len(named) > 0 {
				names.add(answer, "The files that "+address(script)+" was made from: "+fileNames(named))
			}
		}
	}
	switch {
	case !seen.empty():
		return fail(Finding{Title: "The source of the site's scripts can be downloaded", Severity: auditapi.Low, Evidence: seen.String()})
	case !names.empty():
		return fail(Finding{Title: "A map tells how the site's scripts were made", Severity: auditapi.Low, Evidence: names.String(),
			Impact: "The file names the parts of the original source and its folders, and gives the packed scripts their line breaks back. The text of the source is not in it."})
	case unanswered > 0 && unanswered == asked:
		return skip("The files in which the source may be did not arrive, or are longer than 5 MiB.")
	}
	return pass()
}

// mapless sorts those scripts last that do not say where their map is: builds with hidden
// maps leave it beside the script all the same.
func mapless(scripts []*guard.Response) []*guard.Response {
	hidden := func(r *guard.Response) bool { return mapOf(r) == "" }
	last := slices.DeleteFunc(slices.Clone(scripts), func(r *guard.Response) bool { return !hidden(r) })
	return append(slices.DeleteFunc(slices.Clone(scripts), hidden), last...)
}

// mapOf returns where the script says that its map is. The header comes first, then
// the last comment.
func mapOf(r *guard.Response) string {
	for _, name := range []string{"SourceMap", "X-SourceMap"} {
		if value := r.Header.Get(name); value != "" {
			return value
		}
	}
	body := r.Body
	i := max(bytes.LastIndex(body, []byte("//# sourceMappingURL=")), bytes.LastIndex(body, []byte("//@ sourceMappingURL=")))
	if i < 0 {
		return ""
	}
	named := body[i+len("//# sourceMappingURL="):]
	if end := bytes.IndexAny(named, " \t\r\n'\"`"); end >= 0 {
		named = named[:end]
	}
	if len(named) > maxAddress && !bytes.HasPrefix(named, []byte("data:")) || len(bytes.TrimSpace(body[i+len("//# sourceMappingURL=")+len(named):])) > mapTrailer {
		return "" // a text within a program, such as one that makes maps
	}
	return string(named)
}

// besideScript returns path and query of a map that lies beside its script, or "".
func besideScript(script *url.URL, named string) string {
	u, err := script.Parse(named)
	if err != nil || u.Scheme != script.Scheme || u.Host != script.Host || !strings.HasPrefix(u.RequestURI(), "/") {
		return ""
	}
	return u.RequestURI()
}

func decodeData(text string) []byte {
	kind, data, _ := strings.Cut(text, ",")
	if !strings.HasSuffix(kind, ";base64") {
		plain, err := url.PathUnescape(data)
		if err != nil {
			return nil
		}
		return []byte(plain)
	}
	decoded, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil
	}
	return decoded
}

// sourceMap is a map, or one of several after each other in an index map (ECMA-426).
type sourceMap struct {
	Version        int       `json:"version"`
	Mappings       string    `json:"mappings"`
	Sources        []string  `json:"sources"`
	SourcesContent []*string `json:"sourcesContent"`
	Sections       []struct {
		Map sourceMap `json:"map"`
	} `json:"sections"`
}

// ownSources returns the names of the files whose text is in the map, and of those that
// it only leads to, without those of libraries.
func ownSources(text []byte) (whole, named []string) {
	text = bytes.TrimPrefix(text, []byte(")]}'")) // the format allows this before it
	var m sourceMap
	if json.Unmarshal(text, &m) != nil || m.Version != 3 {
		return nil, nil
	}
	whole, named = m.own()
	for _, section := range m.Sections {
		more, others := section.Map.own()
		whole, named = append(whole, more...), append(named, others...)
	}
	return whole, named
}

func (m sourceMap) own() (whole, named []string) {
	for i, name := range m.Sources {
		if slices.ContainsFunc([]string{"node_modules/", "webpack/", "(webpack)", "vite/", "/bower_components/"}, func(part string) bool { return strings.Contains(name, part) }) {
			continue
		}
		switch {
		case i < len(m.SourcesContent) && m.SourcesContent[i] != nil && strings.TrimSpace(*m.SourcesContent[i]) != "":
			whole = append(whole, name)
		case m.Mappings != "":
			named = append(named, name)
		}
	}
	return whole, named
}

func fileNames(files []string) string {
	const most = 3
	var names []string
	for _, f := range files[:min(len(files), most)] {
		names = append(names, quote(f))
	}
	text := strings.Join(names, ", ")
	if more := len(files) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
