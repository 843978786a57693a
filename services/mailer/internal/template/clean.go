package template

import (
	"reflect"
	"regexp"
	"strings"
	"unicode"
)

// clean makes every text in the struct that v points at fit to show. Line breaks
// become spaces (in a postal address, commas): a name with a line break could
// otherwise write its own paragraph, or its own header. Only a Message keeps them.
func clean(v any) { cleanValue(reflect.ValueOf(v).Elem(), "") }

func cleanValue(v reflect.Value, field string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				cleanValue(v.Field(i), v.Type().Field(i).Name)
			}
		}
	case reflect.String:
		text := v.String()
		switch field {
		case "Message":
			v.SetString(manyLines(text))
		case "Address":
			v.SetString(oneLine(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), ", ")))
		default:
			v.SetString(oneLine(text))
		}
	}
}

// manyLines cleans each line of text, and leaves at most one empty line between two.
func manyLines(text string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for i, line := range lines {
		lines[i] = oneLine(line)
	}
	return strings.Trim(emptyLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"), "\n")
}

// oneLine returns text as one line without invisible characters: control
// characters, and the marks that reverse what a reader sees. The joiners of emoji
// and of Persian or Indic words stay.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200c' || r == '\u200d':
			return r
		case unicode.IsSpace(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.Join(strings.Fields(text), " ")
}

// clip shortens text to at most n characters, at a word where one ends nearby.
func clip(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	short := string(runes[:n-1])
	if i := strings.LastIndexByte(short, ' '); i > len(short)*3/4 {
		short = short[:i]
	}
	return strings.TrimRight(short, " ,;:–-") + "…"
}

var emptyLines = regexp.MustCompile(`\n{3,}`)

// tidy ends a plain text: no blanks at line ends, at most one empty line.
func tidy(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.TrimSpace(emptyLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n")) + "\n"
}

// textWidth is the classic width of a plain mail.
const textWidth = 72

func wrap(text string) string { return wrapAt(text, textWidth) }

// wrapAt breaks text at words; an address is never broken.
func wrapAt(text string, limit int) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i == 0:
			width = -1
		case width+1+n > limit:
			b.WriteByte('\n')
			width = -1
		default:
			b.WriteByte(' ')
		}
		b.WriteString(word)
		width += 1 + n
	}
	return b.String()
}
