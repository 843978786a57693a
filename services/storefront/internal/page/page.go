package page

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"time"
)

// Shop is what every page says about the seller.
type Shop struct {
	Name    string
	Tagline string
	Color   string // #rrggbb; empty: the house's
	URL     string // the seller's own site; may be empty
	Support string // an e-mail address
	Address string // postal, one line or several
	Legal   []Link
	Sandbox bool // no real money moves: every page says so
}

// Link is a text that leads somewhere.
type Link struct{ Text, URL string }

// Hidden is a form value that the buyer does not see.
type Hidden struct{ Name, Value string }

// Renderer writes pages. It is safe for concurrent use.
type Renderer struct {
	shop    Shop
	palette palette
	assets  *assets
	pages   map[string]*template.Template
}

// all: because partials begin with an underscore.
//
//go:embed all:template
var templates embed.FS

// New parses all templates and computes the shop's palette. An error means that
// the shop's description is unusable.
func New(shop Shop) (*Renderer, error) {
	if shop.Name == "" {
		return nil, errors.New("page: the shop has no name")
	}
	palette, err := newPalette(cmp.Or(shop.Color, houseColor))
	if err != nil {
		return nil, fmt.Errorf("page: the shop's color: %w", err)
	}
	assets, err := newAssets(palette)
	if err != nil {
		return nil, fmt.Errorf("page: prepare static files: %w", err)
	}
	r := &Renderer{shop: shop, palette: palette, assets: assets, pages: map[string]*template.Template{}}
	if err := r.parse(); err != nil {
		return nil, fmt.Errorf("page: parse templates: %w", err)
	}
	return r, nil
}

// Static serves the files that pages load, under /static/.
func (r *Renderer) Static() http.Handler { return r.assets }

// parse makes one template set a folder: layout, shared partials, the page.
func (r *Renderer) parse() error {
	base, err := template.New("layout.tmpl").Funcs(r.funcs()).ParseFS(templates, "template/*.tmpl")
	if err != nil {
		return err
	}
	folders, err := fs.Glob(templates, "template/*/*.tmpl")
	if err != nil {
		return err
	}
	for _, file := range folders {
		name := folderOf(file)
		if r.pages[name] != nil {
			continue
		}
		set, err := base.Clone()
		if err != nil {
			return err
		}
		if r.pages[name], err = set.ParseFS(templates, "template/"+name+"/*.tmpl"); err != nil {
			return err
		}
	}
	return nil
}

func (r *Renderer) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":   r.assets.url,
		"color":   r.color,
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock":   func(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" },
		"day":     func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"moment":  func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04") + " UTC" },
	}
}

// color is a colour of the palette, for attributes that no style sheet reaches.
func (r *Renderer) color(in, name string) (string, error) {
	colors := map[string]scheme{"light": r.palette.light, "dark": r.palette.dark}
	value, ok := colors[in][name]
	if !ok {
		return "", fmt.Errorf("there is no colour %s in %s", name, in)
	}
	return value, nil
}

// view is what the layout gets.
type view struct {
	Shop Shop
	Page any
}

// write renders into memory first: half a page is worse than an error.
func (r *Renderer) write(w io.Writer, page, define string, data any) error {
	var b bytes.Buffer
	if err := r.pages[page].ExecuteTemplate(&b, cmp.Or(define, "layout.tmpl"), view{Shop: r.shop, Page: data}); err != nil {
		return fmt.Errorf("render the page %s: %w", page, err)
	}
	_, err := b.WriteTo(w)
	return err
}

// folderOf is the page that a template file belongs to.
func folderOf(file string) string { return path.Base(path.Dir(file)) }
