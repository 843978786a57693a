package lang

import (
	"fmt"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/message"
)

// countArgument is the argument that chooses the plural form.
const countArgument = "count"

// Texts are the texts in one language. They are safe for concurrent use.
type Texts struct {
	catalogue *Catalogue
	tag       string
	messages  map[string]*i18n.Message
	localizer *i18n.Localizer
	printer   *message.Printer
	months    []string
}

// Tag is the language's BCP 47 tag, fit for an HTML lang attribute.
func (t *Texts) Tag() string { return t.tag }

// T returns a text with its arguments, which are pairs of a placeholder's name and
// a value: T("order.sent", "product", p). A whole number is written as Number does;
// hand over a string to have it as it is. The pair "count", n also chooses the
// plural form.
//
// Arguments are data: a placeholder in one is left alone. An unknown key or a
// missing argument gives ⟦key⟧ and is remembered for Catalogue.Check.
func (t *Texts) T(key string, args ...any) string {
	text, err := t.text(key, args)
	if err != nil {
		t.catalogue.mistakes.add(t.tag, key, err.Error())
		return "⟦" + key + "⟧"
	}
	return text
}

func (t *Texts) text(key string, args []any) (string, error) {
	m := t.messages[key]
	if m == nil {
		return "", fmt.Errorf("there is no such text")
	}
	values, err := pairs(args)
	if err != nil {
		return "", err
	}
	text := m.Other
	if isPlural(m) {
		if text, err = t.plural(key, values[countArgument]); err != nil {
			return "", err
		}
	}
	var missing string
	text = placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := match[1 : len(match)-1]
		value, ok := values[name]
		if !ok {
			missing = name
		}
		return t.show(value)
	})
	if missing != "" {
		return "", fmt.Errorf("the argument %q is missing", missing)
	}
	return text, nil
}

// plural returns the form of a text for a number, its placeholders still in it.
func (t *Texts) plural(key string, count any) (string, error) {
	if count == nil {
		return "", fmt.Errorf("the argument %q is missing", countArgument)
	}
	// The parser that parses nothing: arguments never meet a template.
	text, err := t.localizer.Localize(&i18n.LocalizeConfig{
		MessageID: key, PluralCount: count, TemplateParser: template.IdentityParser{},
	})
	// A form that only fractions or millions have falls back to "other", with an
	// error beside the text.
	if text == "" {
		return "", fmt.Errorf("choose the plural form: %w", err)
	}
	return text, nil
}

func pairs(args []any) (map[string]any, error) {
	values := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok || i+1 == len(args) {
			return nil, fmt.Errorf("the arguments are not pairs of a name and a value")
		}
		values[name] = args[i+1]
	}
	return values, nil
}

// show writes an argument.
func (t *Texts) show(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int:
		return t.Number(int64(v))
	case int64:
		return t.Number(v)
	default:
		return fmt.Sprint(v)
	}
}
