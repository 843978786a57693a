package check

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
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
	var seen sightings
	asked, unanswered := 0, 0
	for _, script := range site.Scripts {
		if script.BodyErr != nil || publicLibrary(script.URL) {
			continue
		}
		named := mapOf(script)
		text, inline := strings.CutPrefix(named, "data:")
		switch {
		case named == "":
		case inline:
			if files := ownSources(decodeData(text)); len(files) > 0 {
				seen.add(script, "The script holds its source: "+fileNames(files))
			}
		case asked < maxMaps:
			path := besideScript(script.URL, named)
			if path == "" {
				continue
			}
			asked++
			answer, err := site.Ask(ctx, http.MethodGet, path, nil)
			if err != nil || answer.BodyErr != nil {
				unanswered++
				continue
			}
			if files := ownSources(answer.Body); answer.Status == http.StatusOK && len(files) > 0 {
				seen.add(answer, "The source of "+address(script)+": "+fileNames(files))
			}
		}
	}
	switch {
	case !seen.empty():
		return fail(Finding{Title: "The source of the site's scripts can be downloaded", Severity: auditapi.Low, Evidence: seen.String()})
	case unanswered > 0 && unanswered == asked:
		return skip("The files in which the source may be did not arrive, or are longer than 5 MiB.")
	}
	return pass()
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

// ownSources returns the names of the files whose text is in the map and that are
// not those of libraries.
func ownSources(text []byte) []string {
	text = bytes.TrimPrefix(text, []byte(")]}'")) // the format allows this before it
	var m struct {
		Version        int       `json:"version"`
		Sources        []string  `json:"sources"`
		SourcesContent []*string `json:"sourcesContent"`
	}
	if json.Unmarshal(text, &m) != nil || m.Version != 3 {
		return nil
	}
	var own []string
	for i, name := range m.Sources {
		if i >= len(m.SourcesContent) || m.SourcesContent[i] == nil || strings.TrimSpace(*m.SourcesContent[i]) == "" {
			continue
		}
		if !slices.ContainsFunc([]string{"node_modules/", "webpack/", "(webpack)", "vite/", "/bower_components/"}, func(part string) bool { return strings.Contains(name, part) }) {
			own = append(own, name)
		}
	}
	return own
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
