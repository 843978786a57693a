// Package lang holds the texts of a program in all its languages, and writes
// dates, money, sizes and durations as people do in each.
//
// A program has one file a language, en.yaml, de.yaml, …, of nested maps; a text is
// named by its keys joined with dots. English is the reference: every other file
// has exactly its keys and its {placeholders}. A text that depends on a number is a
// map of CLDR's plural forms:
//
//	language:
//	  name: English
//	order:
//	  sent: "{product} is on its way."
//	  files:
//	    one: "{count} file"
//	    other: "{count} files"
//
// The message files are read by go-i18n, which keeps some keys for itself: a map
// with a text under id, description, hash, leftdelim, rightdelim, translation, zero,
// one, two, few, many or other is one message, not a group.
//
// Texts are plain text, never HTML: whoever shows one escapes it.
package lang

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// english is the tag of the reference language and of the last resort.
const english = "en"

// Catalogue is all texts of a program in all its languages. It is safe for
// concurrent use.
type Catalogue struct {
	languages []Language // English first
	texts     map[string]*Texts
	matcher   language.Matcher // over languages, in that order
	mistakes  mistakes
}

// Language is one that a program speaks.
type Language struct {
	Tag  string // BCP 47: de
	Name string // as its speakers call it: Deutsch
}

// Languages returns all languages, English first, then by name.
func (c *Catalogue) Languages() []Language { return slices.Clone(c.languages) }

// Has tells whether there are texts in the language with that very tag.
func (c *Catalogue) Has(tag string) bool { return c.texts[tag] != nil }

// In returns the texts in a language; English for an unknown one.
func (c *Catalogue) In(tag string) *Texts {
	if t := c.texts[tag]; t != nil {
		return t
	}
	return c.texts[english]
}

// maxAccept bounds an Accept-Language header, in bytes: browsers send less than
// half of it, and the parser's work grows with its length.
const maxAccept = 200

// Match returns the tag of the language to use: the one that a person chose if
// there is such, else the best for an Accept-Language header (RFC 9110, section
// 12.5.4), else English. Both may be anything a stranger sent.
func (c *Catalogue) Match(chosen, acceptLanguage string) string {
	if c.Has(chosen) {
		return chosen
	}
	if len(acceptLanguage) > maxAccept {
		// Whole entries only: half a tag could be another language.
		acceptLanguage = acceptLanguage[:max(0, strings.LastIndexByte(acceptLanguage[:maxAccept], ','))]
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return english
	}
	_, i, _ := c.matcher.Match(wanted...)
	return c.languages[i].Tag
}

// Check returns every wrong use of a text since Load, joined: an unknown key, a
// missing argument. Tests call it after they have shown every page or mail.
func (c *Catalogue) Check() error { return c.mistakes.err() }

// maxMistakes bounds what is remembered of a program that runs for months.
const maxMistakes = 100

// mistakes remembers wrong uses of texts, each once.
type mistakes struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (m *mistakes) add(tag, key, what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen = make(map[string]bool)
	}
	if len(m.seen) < maxMistakes {
		m.seen[fmt.Sprintf("text %q in %s: %s", key, tag, what)] = true
	}
}

func (m *mistakes) err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []error
	for text := range m.seen {
		all = append(all, errors.New(text))
	}
	slices.SortFunc(all, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(all...)
}
