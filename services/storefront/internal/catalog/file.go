package catalog

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	maxLogo      = 100 << 10 // every page loads it
	maxLogoWidth = 2000      // pixels either way; a small file can hold a huge picture
	maxSample    = 50 << 20
)

// Image is a picture, ready to be served.
type Image struct {
	ContentType string // image/png or image/svg+xml
	Content     []byte
}

// SampleIsURL reports whether the sample lies elsewhere. If not, it is a file relative
// to the catalogue.
func (p Product) SampleIsURL() bool { return strings.Contains(p.Sample, "://") }

// files checks the files that the catalogue names, and reads the logo.
func (l *loader) files(c *Catalog) {
	if c.Seller.Logo != "" {
		image, err := l.logo(c.Seller.Logo)
		if err != nil {
			l.add("$.seller.logo", "seller.logo %v", err)
		}
		c.Logo = image
	}
	for i, p := range c.Products {
		if err := l.sample(p); err != nil {
			at := fmt.Sprintf("products[%d].sample", i)
			l.add("$."+at, "%s %v", at, err)
		}
	}
}

func (l *loader) logo(name string) (*Image, error) {
	path, err := l.beside(name, maxLogo, "100 KB")
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png":
		return &Image{ContentType: "image/png", Content: content}, checkPNG(content)
	case ".svg":
		return &Image{ContentType: "image/svg+xml", Content: content}, checkSVG(content)
	default:
		return nil, errors.New("must be a .png or a .svg file")
	}
}

func (l *loader) sample(p Product) error {
	if p.Sample == "" {
		return nil
	}
	if p.SampleIsURL() {
		u, err := url.Parse(p.Sample)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
			return errors.New("must be a file or an https:// address")
		}
		return nil
	}
	if strings.ToLower(filepath.Ext(p.Sample)) != ".pdf" {
		return errors.New("must be a .pdf file, or an https:// address")
	}
	_, err := l.beside(p.Sample, maxSample, "50 MB")
	return err
}

// beside returns the path of a file in or below the catalogue's folder.
func (l *loader) beside(name string, most int64, inWords string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", errors.New("must lie below the catalogue's folder")
	}
	path := filepath.Join(filepath.Dir(l.path), name)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("does not exist beside the catalogue: %s", name)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("is not a file: %s", name)
	case info.Size() > most:
		return "", fmt.Errorf("is larger than %s: %s", inWords, name)
	}
	return path, nil
}

func checkPNG(content []byte) error {
	size, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return errors.New("is not a PNG picture")
	}
	if size.Width > maxLogoWidth || size.Height > maxLogoWidth {
		return fmt.Errorf("is larger than %d pixels", maxLogoWidth)
	}
	if _, err := png.Decode(bytes.NewReader(content)); err != nil {
		return errors.New("is a damaged PNG picture")
	}
	return nil
}

// checkSVG wants a picture and nothing else: whoever opens its address by itself has a
// document of this shop before them, in which a script would run and a link lead as the
// shop's own.
func checkSVG(content []byte) error {
	d := xml.NewDecoder(bytes.NewReader(content))
	for root := true; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && !root {
			return nil
		}
		if err != nil {
			return errors.New("is not an SVG picture")
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if root && (start.Name.Local != "svg" || start.Name.Space != "http://www.w3.org/2000/svg") {
			return errors.New(`is not an SVG picture: its first element must be <svg xmlns="http://www.w3.org/2000/svg">`)
		}
		root = false
		if err := checkElement(start); err != nil {
			return err
		}
	}
}

func checkElement(e xml.StartElement) error {
	switch strings.ToLower(e.Name.Local) {
	case "script", "foreignobject", "iframe", "object", "embed":
		return fmt.Errorf("must not have a <%s>", e.Name.Local)
	}
	for _, a := range e.Attr {
		name := strings.ToLower(a.Name.Local)
		if strings.HasPrefix(name, "on") {
			return fmt.Errorf("must not have the attribute %s", a.Name.Local)
		}
		if name == "href" && !strings.HasPrefix(a.Value, "#") && !strings.HasPrefix(a.Value, "data:image/") {
			return errors.New("must not link to or load anything from elsewhere")
		}
	}
	return nil
}
