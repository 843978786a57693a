package lang

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// formats are the texts of this package, a file a language: how it writes dates,
// money, sizes and durations. Their keys begin with formatPrefix.
//
//go:embed formats/*.yaml
var formats embed.FS

const (
	formatPrefix = "format."
	nameKey      = "language.name"
)

// Load reads every NAME.yaml in the root of fsys, NAME being a language's tag.
// Its error names everything that is wrong: keys that a language lacks or has
// beyond English, placeholders other than English's, missing plural forms, braces
// that are no placeholder.
func Load(fsys fs.FS) (*Catalogue, error) {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the message files: %w", err)
	}
	c := &Catalogue{texts: make(map[string]*Texts, len(files))}
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	for _, file := range files {
		t, err := c.loadLanguage(bundle, fsys, file)
		if err != nil {
			return nil, err
		}
		c.texts[t.tag] = t
	}
	reference := c.texts[english]
	if reference == nil {
		return nil, fmt.Errorf("no %s.yaml among the message files %q", english, files)
	}
	var wrong []error
	for _, file := range files {
		t := c.texts[strings.TrimSuffix(file, ".yaml")]
		wrong = append(wrong, t.compare(reference)...)
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	c.list()
	return c, nil
}

// list fills what is ordered: the languages, and the matcher over them.
func (c *Catalogue) list() {
	for tag, t := range c.texts {
		c.languages = append(c.languages, Language{Tag: tag, Name: t.messages[nameKey].Other})
	}
	slices.SortFunc(c.languages, func(a, b Language) int {
		if (a.Tag == english) != (b.Tag == english) {
			if a.Tag == english {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Tag, b.Tag))
	})
	tags := make([]language.Tag, len(c.languages))
	for i, l := range c.languages {
		tags[i] = language.MustParse(l.Tag)
	}
	c.matcher = language.NewMatcher(tags)
}

// loadLanguage reads the texts of one file and the formats of its language.
func (c *Catalogue) loadLanguage(bundle *i18n.Bundle, fsys fs.FS, file string) (*Texts, error) {
	name := strings.TrimSuffix(file, ".yaml")
	tag, err := language.Parse(name)
	if err != nil || tag.String() != name {
		return nil, fmt.Errorf("%s: the name of a message file is a language's BCP 47 tag, like de.yaml", file)
	}
	t := &Texts{
		catalogue: c, tag: name, messages: make(map[string]*i18n.Message),
		localizer: i18n.NewLocalizer(bundle, name), printer: message.NewPrinter(tag),
	}
	if err := t.add(bundle, fsys, file, false); err != nil {
		return nil, err
	}
	if err := t.add(bundle, formats, path.Join("formats", file), true); err != nil {
		return nil, err
	}
	t.months = strings.Fields(t.messages[formatPrefix+"months"].Other)
	return t, nil
}

// add reads one file. Only the own formats may have keys with the prefix.
func (t *Texts) add(bundle *i18n.Bundle, fsys fs.FS, file string, own bool) error {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return fmt.Errorf("read the texts of %s: %w", t.tag, err)
	}
	parsed, err := bundle.ParseMessageFileBytes(raw, file)
	if err != nil {
		return fmt.Errorf("parse %s: %w", file, err)
	}
	for _, m := range parsed.Messages {
		if strings.HasPrefix(m.ID, formatPrefix) != own {
			return fmt.Errorf("%s: the key %q: %q belongs to package lang", file, m.ID, formatPrefix)
		}
		if t.messages[m.ID] != nil {
			return fmt.Errorf("%s: the key %q is there twice", file, m.ID)
		}
		t.messages[m.ID] = m
	}
	return nil
}

// compare returns what is wrong with t, on its own and against the reference.
func (t *Texts) compare(reference *Texts) []error {
	var wrong []error
	missing, surplus := difference(reference.messages, t.messages), difference(t.messages, reference.messages)
	if len(missing)+len(surplus) > 0 {
		wrong = append(wrong, fmt.Errorf("%s.yaml: missing keys %q, surplus keys %q", t.tag, missing, surplus))
	}
	if t.messages[nameKey] == nil {
		wrong = append(wrong, fmt.Errorf("%s.yaml: the key %q is missing: the language's own name", t.tag, nameKey))
	}
	for _, key := range slices.Sorted(maps.Keys(t.messages)) {
		m, same := t.messages[key], reference.messages[key]
		if err := checkMessage(t.tag, m, isPlural(m) || same != nil && isPlural(same)); err != nil {
			wrong = append(wrong, fmt.Errorf("%s.yaml: %s: %w", t.tag, key, err))
			continue
		}
		if same != nil && !slices.Equal(placeholders(m), placeholders(same)) {
			wrong = append(wrong, fmt.Errorf("%s.yaml: %s: placeholders %q, in English %q", t.tag, key, placeholders(m), placeholders(same)))
		}
	}
	return wrong
}

func difference(a, b map[string]*i18n.Message) []string {
	var only []string
	for key := range a {
		if b[key] == nil {
			only = append(only, key)
		}
	}
	slices.Sort(only)
	return only
}

// checkMessage refuses an empty text, a stray brace, and in one that counts a lack
// of the language's plural forms.
func checkMessage(tag string, m *i18n.Message, counts bool) error {
	forms := pluralForms(m)
	if forms[plural.Other] == "" {
		return errors.New("there is no text")
	}
	for _, text := range forms {
		if strings.ContainsAny(placeholder.ReplaceAllLiteralString(text, ""), "{}") {
			return fmt.Errorf("a brace of %q is not part of a {placeholder}", text)
		}
	}
	if !counts {
		return nil
	}
	// The rules of CLDR tell apart no whole numbers up to 200 but these.
	for n := range 200 {
		form := plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0)
		if forms[form] == "" {
			return fmt.Errorf("the plural form for %d is missing", n)
		}
	}
	return nil
}

func pluralForms(m *i18n.Message) map[plural.Form]string {
	return map[plural.Form]string{
		plural.Zero: m.Zero, plural.One: m.One, plural.Two: m.Two,
		plural.Few: m.Few, plural.Many: m.Many, plural.Other: m.Other,
	}
}

func isPlural(m *i18n.Message) bool {
	return m.Zero != "" || m.One != "" || m.Two != "" || m.Few != "" || m.Many != ""
}

// placeholder is a place for an argument.
var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// placeholders returns the sorted names of the arguments that m needs. One that
// chooses the plural form needs the count, even where it does not show it.
func placeholders(m *i18n.Message) []string {
	var names []string
	for _, text := range pluralForms(m) {
		for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
			names = append(names, match[1])
		}
	}
	if isPlural(m) {
		names = append(names, countArgument)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
