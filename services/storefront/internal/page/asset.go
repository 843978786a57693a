package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"text/template"
	"time"
)

// prefix is where Static expects to be mounted.
const prefix = "/static/"

// media types by extension; a table of our own, because the system's differs
// from machine to machine and nosniff makes a wrong one fatal.
var media = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

//go:embed static/*.css static/*.js static/*.svg static/*.woff2
var static embed.FS

// asset is one file as it is served.
type asset struct {
	body, zipped []byte // zipped is nil where it would not be shorter
	media, etag  string
}

// assets serves files under names that contain their hash, so that browsers may
// keep them for ever.
type assets struct {
	urls  map[string]string // by plain name
	files map[string]asset  // by URL
}

// newAssets reads the embedded files, fills in the palette, then the style
// sheet, which names the others.
func newAssets(p palette) (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	entries, err := static.ReadDir("static")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		body, err := static.ReadFile("static/" + entry.Name())
		if err != nil {
			return nil, err
		}
		switch name := entry.Name(); path.Ext(name) {
		case ".svg":
			err = a.addDrawing(name, string(body), p)
		case ".css":
			continue
		default:
			err = a.add(name, body)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := a.add("theme.css", []byte(p.css())); err != nil {
		return nil, err
	}
	return a, a.addStyle()
}

// addDrawing makes one file a scheme: a drawing inside <img> sees neither the
// page's style sheet nor, under our policy, one of its own.
func (a *assets) addDrawing(name, body string, p palette) error {
	t, err := template.New(name).Option("missingkey=error").Parse(body)
	if err != nil {
		return err
	}
	for suffix, colors := range map[string]scheme{"-light": p.light, "-dark": p.dark} {
		var b bytes.Buffer
		if err := t.Execute(&b, colors.keys()); err != nil {
			return err
		}
		if err := a.add(strings.TrimSuffix(name, ".svg")+suffix+".svg", b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// addStyle replaces asset names in the style sheet by their URLs.
func (a *assets) addStyle() error {
	t, err := template.New("style.css").Funcs(template.FuncMap{"asset": a.url}).ParseFS(static, "static/style.css")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, nil); err != nil {
		return err
	}
	return a.add("style.css", b.Bytes())
}

func (a *assets) add(name string, body []byte) error {
	ext := path.Ext(name)
	kind, ok := media[ext]
	if !ok {
		return fmt.Errorf("no media type for %s", name)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:6])
	file := asset{body: body, media: kind, etag: hash}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if b.Len() < len(body)*9/10 {
		file.zipped = b.Bytes()
	}
	url := prefix + strings.TrimSuffix(name, ext) + "." + hash + ext
	a.urls[name], a.files[url] = url, file
	return nil
}

// url returns where a file is served; templates call it as asset.
func (a *assets) url(name string) (string, error) {
	url, ok := a.urls[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %s", name)
	}
	return url, nil
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
		return
	}
	file, ok := a.files[r.URL.Path]
	if !ok {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", file.media)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body, etag := file.body, file.etag
	if file.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body, etag = file.zipped, etag+"-gzip"
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func acceptsGzip(header string) bool {
	for offer := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(offer), ";")
		weight = strings.TrimSpace(weight)
		if strings.EqualFold(coding, "gzip") && weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000" {
			return true
		}
	}
	return false
}
