package catalog

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func picture(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><use href="#a"/><path id="a" d="M0 0h1"/></svg>`

func withLogo(name string) string {
	return "seller:\n  name: S\n  support: s@example.com\n  logo: " + name + "\nproducts:\n" + product
}

func TestLogo(t *testing.T) {
	t.Parallel()
	dot := picture(t, 1, 1)
	for name, want := range map[string]*Image{
		"logo.png": {ContentType: "image/png", Content: []byte(dot)}, "logo.SVG": {ContentType: "image/svg+xml", Content: []byte(svg)},
	} {
		c, _, err := load(t, withLogo(name), map[string]string{"logo.png": dot, "logo.SVG": svg})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, c.Logo); diff != "" {
			t.Error(diff)
		}
	}
	c, _, err := load(t, head+product, nil)
	if err != nil || c.Logo != nil {
		t.Errorf("without a logo: %v, %v", c.Logo, err)
	}
}

func TestLogoRefused(t *testing.T) {
	t.Parallel()
	tag := func(inside string) string { return `<svg xmlns="http://www.w3.org/2000/svg">` + inside + `</svg>` }
	for _, test := range []struct{ name, content, want string }{
		{"none.png", "", "does not exist beside the catalogue: none.png"},
		{"../logo.png", "", "must lie below the catalogue's folder"},
		{"/etc/passwd", "", "must lie below the catalogue's folder"},
		{".", "", "is not a file"},
		{"l.gif", "GIF89a", "must be a .png or a .svg file"},
		{"l.png", svg, "is not a PNG picture"},
		{"l.png", picture(t, 2001, 1), "is larger than 2000 pixels"},
		{"l.png", picture(t, 30, 30)[:60], "is a damaged PNG picture"},
		{"l.png", picture(t, 1, 1) + strings.Repeat("x", 100<<10), "is larger than 100 KB"},
		{"l.svg", "", "is not an SVG picture"},
		{"l.svg", "<html/>", "is not an SVG picture: its first element must be"},
		{"l.svg", "<svg/>", "is not an SVG picture: its first element must be"},
		{"l.svg", tag("<g>"), "is not an SVG picture"},
		{"l.svg", `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + tag("<text>&x;</text>"), "is not an SVG picture"},
		{"l.svg", tag("<script>alert(1)</script>"), "must not have a <script>"},
		{"l.svg", tag("<g><foreignObject/></g>"), "must not have a <foreignObject>"},
		{"l.svg", tag(`<g onload="alert(1)"/>`), "must not have the attribute onload"},
		{"l.svg", tag(`<a href="javascript:alert(1)"/>`), "must not link to or load anything"},
		{"l.svg", tag(`<image xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://x.test/a.png"/>`), "must not link to or load anything"},
	} {
		files := map[string]string{}
		if strings.HasPrefix(test.name, "l.") {
			files[test.name] = test.content
		}
		_, path, err := load(t, withLogo(test.name), files)
		if err == nil || !strings.Contains(err.Error(), path+":4: seller.logo "+test.want) {
			t.Errorf("%s %.60q: %v, want %q", test.name, test.content, err, test.want)
		}
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	files := map[string]string{"sample.pdf": "%PDF-1.7", "sample.html": "<p>"}
	for sample, want := range map[string]string{
		"sample.pdf": "", "https://x.test/sample": "",
		"sample.html": "must be a .pdf file", "none.pdf": "does not exist", "../x.pdf": "must lie below", "javascript://x": "must be a file or an https:// address",
		"https:///x": "must be a file or an https:// address", "//x.test/a.pdf": "must lie below",
	} {
		c, path, err := load(t, head+product+"    sample: "+sample+"\n", files)
		if want == "" {
			if err != nil || c.Products[0].SampleIsURL() != strings.HasPrefix(sample, "https") {
				t.Errorf("%s: %v", sample, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), path+":11: products[0].sample "+want) {
			t.Errorf("%s: %v, want %q", sample, err, want)
		}
	}
}
