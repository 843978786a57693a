package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const product = "  - id: a\n    kind: audit\n    name: N\n    price: 100\n    currency: usd\n    promise: 1m\n"

// load writes a catalogue and reads it back, beside the files that it names.
func load(t *testing.T, yaml string, files map[string]string) (*Catalog, string, error) {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "catalog.yaml")
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, anyKind())
	return c, path, err
}

func TestIn(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, `seller:
  name: S
  support: s@example.com
  tagline: Main
  languages: [de, en]
  legal: [{text: Terms, url: "https://x.test/terms"}]
  translations:
    de: {tagline: Haupt, legal: [{text: AGB, url: "https://x.test/agb"}]}
products:
  - id: a
    kind: audit
    name: N
    tagline: T
    price: 100
    currency: usd
    promise: 1m
    description: [One., Two.]
    includes: [i]
    questions: [{q: Q, a: A}]
    translations:
      de:
        name: Nd
        description: [Eins.]
        questions: [{q: F, a: A}]
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Products[0]
	type shown struct {
		Name, Tagline         string
		Includes, Description []string
		Questions             []Question
	}
	show := func(p Product) shown { return shown{p.Name, p.Tagline, p.Includes, p.Description, p.Questions} }
	for lang, want := range map[string]shown{
		"de": {"Nd", "T", []string{"i"}, []string{"Eins."}, []Question{{"F", "A"}}},
		"en": show(p), "fr": show(p), "": show(p),
	} {
		if diff := cmp.Diff(want, show(p.In(lang))); diff != "" {
			t.Errorf("product in %q: %s", lang, diff)
		}
	}
	for lang, want := range map[string]string{"de": "Haupt AGB", "en": "Main Terms", "fr": "Main Terms"} {
		s := c.Seller.In(lang)
		if got := s.Tagline + " " + s.Legal[0].Text; got != want || s.Name != "S" || s.Support != "s@example.com" {
			t.Errorf("seller in %q: %+v", lang, s)
		}
	}
	if c.Seller.Tagline != "Main" || p.ID != p.In("de").ID || p.In("de").Price != 100 {
		t.Error("a translation changed the product or the seller itself")
	}
	if diff := cmp.Diff([]string{"de", "en"}, c.Seller.Offers()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Languages, Seller{}.Offers()); diff != "" {
		t.Error(diff)
	}
}

func TestTranslationsNameTheirLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		yaml string
		want []string
	}{
		"of a product": {head + product + "    translations:\n      de: {name: x}\n      xx: {name: y}\n      \"f]r.\":\n        name: z\n",
			[]string{`:13: there are no texts in the language "xx"; known are en, de`, `:14: there are no texts in the language "f]r."`}},
		"of the seller": {"seller:\n  name: S\n  support: s@example.com\n  translations:\n    DE:\n      tagline: x\nproducts:\n" + product,
			[]string{`:5: there are no texts in the language "DE"`}},
		"one alone": {head + product + "    translations: {fr: {name: y}}\n", []string{`:11: there are no texts in the language "fr"`}},
		"offered":   {"seller:\n  name: S\n  support: s@example.com\n  languages:\n    - en\n    - tlh\n    - en\nproducts:\n" + product, []string{`:6: there are no texts in the language "tlh"`, `:7: the language "en" appears twice`}},
		"too long":  {head + product + "    translations:\n      de:\n        name: " + strings.Repeat("x", 101) + "\n", []string{`:13: products[0].translations.de.name must have at most 100 characters`}},
		"inside":    {head + product + "    translations:\n      de:\n        questions:\n          - q: x\n", []string{`:14: products[0].translations.de.questions[0].a is missing`}},
		"typo":      {head + product + "    translations:\n      de:\n        nane: x\n", []string{`:13: unknown field "nane"`}},
		"empty":     {head + product + "    description:\n      - One.\n      - \"\"\n", []string{`:13: products[0].description[1] is missing`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, path, err := load(t, test.yaml, nil)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), path+want) {
					t.Errorf("want %q in\n%v", want, err)
				}
			}
			if lines := strings.Count(err.Error(), "\n") + 1; lines != len(test.want) {
				t.Errorf("%d errors, want %d:\n%v", lines, len(test.want), err)
			}
		})
	}
}

// TestDefaultCatalogueSpeaksEveryLanguage wants no half-translated shop.
func TestDefaultCatalogueSpeaksEveryLanguage(t *testing.T) {
	t.Parallel()
	c, err := Load("../../../../deploy/catalog.yaml", anyKind())
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages[1:] {
		s := c.Seller.Translations[lang]
		if s.Tagline == "" || len(s.Legal) != len(c.Seller.Legal) {
			t.Errorf("the seller in %s: %+v", lang, s)
		}
		for _, p := range c.Products {
			if len(p.Description) == 0 || len(p.Questions) == 0 || len(p.Includes) == 0 {
				t.Errorf("%s lacks texts", p.ID)
			}
			got := p.Translations[lang]
			if got.Name == "" || got.Tagline == "" || len(got.Includes) != len(p.Includes) || len(got.Description) != len(p.Description) || len(got.Questions) != len(p.Questions) {
				t.Errorf("%s in %s is not whole", p.ID, lang)
			}
		}
	}
}
