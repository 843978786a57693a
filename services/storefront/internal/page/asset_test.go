package page

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// firstPaint is how much a buyer on a phone may have to load before the front page
// stands, compressed.
const firstPaint = 60 << 10

func get(r *Renderer, method, path string, header http.Header) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, nil)
	for name, values := range header {
		req.Header[name] = values
	}
	w := httptest.NewRecorder()
	r.Static().ServeHTTP(w, req)
	return w
}

func TestFirstPaintIsLight(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	var b bytes.Buffer
	if err := r.Catalogue(&b, german, Catalogue{Products: []Card{card(), card(), card(), card()}}); err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	total := zipped.Len()
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	doc.Find("link[href^='/static/'], script[src], img[src]").Each(func(_ int, s *goquery.Selection) {
		w := get(r, http.MethodGet, s.AttrOr("href", s.AttrOr("src", "")), http.Header{"Accept-Encoding": {"br, gzip"}})
		total += w.Body.Len()
	})
	if total > firstPaint {
		t.Errorf("the front page takes %d bytes, more than %d", total, firstPaint)
	}
}

// TestStyleNamesWhatExists: a font under a name without a hash would be a 404.
func TestStyleNamesWhatExists(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	url, err := r.assets.url("style.css")
	if err != nil {
		t.Fatal(err)
	}
	fonts := regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(get(r, http.MethodGet, url, nil).Body.String(), -1)
	if len(fonts) != 2 {
		t.Fatalf("fonts = %v, want two", fonts)
	}
	for _, font := range fonts {
		if w := get(r, http.MethodGet, font[1], nil); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "font/woff2" {
			t.Errorf("%s: %d %s", font[1], w.Code, w.Header().Get("Content-Type"))
		}
	}
}

func TestStaticNegotiates(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	url, err := r.assets.url("style.css")
	if err != nil {
		t.Fatal(err)
	}
	plain := get(r, http.MethodGet, url, http.Header{"Accept-Encoding": {"gzip;q=0, br"}})
	zipped := get(r, http.MethodGet, url, http.Header{"Accept-Encoding": {"deflate, gzip;q=0.8"}})
	if got := plain.Header().Get("Content-Encoding"); got != "" {
		t.Errorf("refused gzip: Content-Encoding = %q", got)
	}
	if got := zipped.Header().Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("wanted gzip: Content-Encoding = %q", got)
	}
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if inflated, err := io.ReadAll(z); err != nil || !bytes.Equal(inflated, plain.Body.Bytes()) {
		t.Errorf("both answers differ (%v)", err)
	}
	for name, w := range map[string]*httptest.ResponseRecorder{"plain": plain, "gzip": zipped} {
		if w.Header().Get("Vary") != "Accept-Encoding" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers = %v", name, w.Header())
		}
		again := get(r, http.MethodGet, url, http.Header{"Accept-Encoding": {map[string]string{"plain": "", "gzip": "gzip"}[name]}, "If-None-Match": {w.Header().Get("ETag")}})
		if again.Code != http.StatusNotModified {
			t.Errorf("%s: asked again: %d, want 304", name, again.Code)
		}
	}
	if w := get(r, http.MethodHead, url, nil); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
	if w := get(r, http.MethodPost, url, nil); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d, want 405", w.Code)
	}
}

// TestNamesFollowContent: another colour gets other names, or browsers would keep
// the old theme for a year.
func TestNamesFollowContent(t *testing.T) {
	t.Parallel()
	a, err := New(Shop{Name: "S", Color: "#0f766e"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Shop{Name: "S", Color: "#6d28d9"})
	if err != nil {
		t.Fatal(err)
	}
	for name, same := range map[string]bool{"theme.css": false, "hero-dark.svg": false, "icon-light.svg": false, "style.css": true, "live.js": true} {
		if got := a.assets.urls[name] == b.assets.urls[name]; got != same {
			t.Errorf("%s: the same name for both colours = %v, want %v", name, got, same)
		}
		if !strings.HasPrefix(a.assets.urls[name], prefix) {
			t.Errorf("%s is not under %s", name, prefix)
		}
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	doc := document(t, func(w io.Writer) error { return r.Catalogue(w, english, Catalogue{Products: []Card{card()}}) })
	var assets []string
	doc.Find("link[href^='/static/'], script[src], img[src]").Each(func(_ int, s *goquery.Selection) {
		assets = append(assets, s.AttrOr("href", s.AttrOr("src", "")))
	})
	if len(assets) < 3 {
		t.Fatalf("assets = %v", assets)
	}
	total := 0
	for _, path := range assets {
		w := httptest.NewRecorder()
		r.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		total += w.Body.Len()
	}
	if total > 200<<10 {
		t.Errorf("%d bytes of assets", total)
	}
	w := httptest.NewRecorder()
	r.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/static/../page.go", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("outside the folder: %d", w.Code)
	}
}
