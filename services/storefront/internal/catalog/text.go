package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Languages are those that the shop's own texts are written in, by BCP 47 tag. The
// catalogue's main texts may be in any of them; its translations are in the others.
var Languages = []string{"en", "de"}

// SellerText is what a seller says in another language; what is empty is said as in
// the main text.
type SellerText struct {
	Tagline string `yaml:"tagline" validate:"max=160"`
	Legal   []Link `yaml:"legal" validate:"dive"`
}

// ProductText is what a product is called and described as in another language; what
// is empty is said as in the main text.
type ProductText struct {
	Name        string     `yaml:"name" validate:"max=100"`
	Tagline     string     `yaml:"tagline" validate:"max=200"`
	Includes    []string   `yaml:"includes"`
	Description []string   `yaml:"description" validate:"dive,required,max=2000"`
	Questions   []Question `yaml:"questions" validate:"dive"`
}

// Offers returns the languages that the shop offers, in the catalogue's order.
func (s Seller) Offers() []string {
	if len(s.Languages) > 0 {
		return s.Languages
	}
	return Languages
}

// In returns the seller as they present themselves in a language.
func (s Seller) In(lang string) Seller {
	t := s.Translations[lang]
	s.Tagline, s.Legal = cmp.Or(t.Tagline, s.Tagline), either(t.Legal, s.Legal)
	return s
}

// In returns the product as it is presented in a language.
func (p Product) In(lang string) Product {
	t := p.Translations[lang]
	p.Name, p.Tagline = cmp.Or(t.Name, p.Name), cmp.Or(t.Tagline, p.Tagline)
	p.Includes, p.Description = either(t.Includes, p.Includes), either(t.Description, p.Description)
	p.Questions = either(t.Questions, p.Questions)
	return p
}

func either[T any](translated, main []T) []T {
	if len(translated) > 0 {
		return translated
	}
	return main
}

// languages checks that every language that the file names is one of the shop's.
func (l *loader) languages(c *Catalog) {
	known := strings.Join(Languages, ", ")
	for i, lang := range c.Seller.Languages {
		at := fmt.Sprintf("$.seller.languages[%d]", i)
		if !slices.Contains(Languages, lang) {
			l.add(at, "there are no texts in the language %q; known are %s", lang, known)
		}
		if slices.Index(c.Seller.Languages, lang) < i {
			l.add(at, "the language %q appears twice", lang)
		}
	}
	unknown := func(at, lang string) {
		if !slices.Contains(Languages, lang) {
			l.addAt(l.keyLine(at, lang), "there are no texts in the language %q; known are %s", lang, known)
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(c.Seller.Translations)) {
		unknown("$.seller.translations", lang)
	}
	for i, p := range c.Products {
		for _, lang := range slices.Sorted(maps.Keys(p.Translations)) {
			unknown(fmt.Sprintf("$.products[%d].translations", i), lang)
		}
	}
}

// keyLine finds where a key of the map at path stands. The key may be anything, so it
// is not made part of a path.
func (l *loader) keyLine(path, key string) int {
	if p, err := yaml.PathString(path); err == nil {
		if node, err := p.FilterFile(l.file); err == nil {
			if m, ok := node.(*ast.MappingNode); ok {
				for _, value := range m.Values {
					if t := value.Key.GetToken(); t.Value == key {
						return position(t)
					}
				}
			}
		}
	}
	return l.line(path)
}
