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

	"doorstep.example/pkg/lang"
)

// Shop is what every page says about the seller.
type Shop struct {
	Name    string
	Tagline string
	Color   string // #rrggbb; empty: the house's
	LogoURL string // stands for the name at the top; served by ourselves, see Policy; may be empty
	URL     string // the shop's public address, without a path; may be empty
	Support string // an email address
	Address string // postal, one line or several
	Legal   []Link
	// Languages are the tags of those that pages are offered in; empty: all that there
	// are texts for. The first is for whoever prefers none of them.
	Languages    []string
	Translations map[string]ShopText // by tag; a language may be missing
	Sandbox      bool                // no real money moves: every page says so
}

// ShopText is what a seller says in another language; what is empty is said as in Shop.
type ShopText struct {
	Tagline string
	Legal   []Link
}

func (s Shop) in(tag string) Shop {
	t := s.Translations[tag]
	s.Tagline = cmp.Or(t.Tagline, s.Tagline)
	if len(t.Legal) > 0 {
		s.Legal = t.Legal
	}
	return s
}

// Link is a text, or the key of one, that leads somewhere.
type Link struct{ Text, URL string }

// Hidden is a form value that the buyer does not see.
type Hidden struct{ Name, Value string }

// View is how a visitor looks at a page.
type View struct {
	Lang string // a tag, as Match returns it
	Path string // of the page, with its query, for the links to its other languages; empty: the front page
}

// Renderer writes pages. It is safe for concurrent use.
type Renderer struct {
	shop    Shop
	palette palette
	assets  *assets
	texts   *lang.Catalogue
	offered []lang.Language
	pages   map[string]map[string]*template.Template // by language, then by page
}

// all: because partials begin with an underscore.
//
//go:embed all:template
var templates embed.FS

//go:embed text/*.yaml
var messages embed.FS

// New parses all templates and texts and computes the shop's palette. An error means
// that the shop's description is unusable.
func New(shop Shop) (*Renderer, error) {
	files, err := fs.Sub(messages, "text")
	if err != nil {
		return nil, fmt.Errorf("page: find the texts: %w", err)
	}
	return newRenderer(shop, files)
}

func newRenderer(shop Shop, files fs.FS) (*Renderer, error) {
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
	texts, err := lang.Load(files)
	if err != nil {
		return nil, fmt.Errorf("page: load texts: %w", err)
	}
	r := &Renderer{shop: shop, palette: palette, assets: assets, texts: texts, pages: map[string]map[string]*template.Template{}}
	if r.offered, err = offered(texts, shop.Languages); err != nil {
		return nil, fmt.Errorf("page: the shop's languages: %w", err)
	}
	for _, l := range r.offered {
		if r.pages[l.Tag], err = r.parse(texts.In(l.Tag)); err != nil {
			return nil, fmt.Errorf("page: parse templates: %w", err)
		}
	}
	return r, nil
}

// Static serves the files that pages load, under /static/.
func (r *Renderer) Static() http.Handler { return r.assets }

// parse makes one template set a folder, in one language: layout, shared partials,
// the page.
func (r *Renderer) parse(texts *lang.Texts) (map[string]*template.Template, error) {
	base, err := template.New("layout.tmpl").
		Funcs(speaker{texts}.funcs()).
		Funcs(template.FuncMap{"asset": r.assets.url, "color": r.color}).
		ParseFS(templates, "template/*.tmpl")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(templates, "template/*/*.tmpl")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, file := range files {
		name := folderOf(file)
		if pages[name] != nil {
			continue
		}
		set, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if pages[name], err = set.ParseFS(templates, "template/"+name+"/*.tmpl"); err != nil {
			return nil, err
		}
	}
	return pages, nil
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
	Shop      Shop
	Lang      string
	Languages []choice
	Page      any
}

// write renders into memory first: half a page is worse than an error.
func (r *Renderer) write(w io.Writer, v View, page, define string, data any) error {
	tag := r.offer(v.Lang)
	all := view{Shop: r.shop.in(tag), Lang: tag, Languages: r.choices(tag, v.Path), Page: data}
	var b bytes.Buffer
	if err := r.pages[tag][page].ExecuteTemplate(&b, cmp.Or(define, "layout.tmpl"), all); err != nil {
		return fmt.Errorf("render the page %s: %w", page, err)
	}
	_, err := b.WriteTo(w)
	return err
}

// folderOf is the page that a template file belongs to.
func folderOf(file string) string { return path.Base(path.Dir(file)) }
