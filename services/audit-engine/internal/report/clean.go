package report

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabStop is how far a tab reaches in evidence and code.
const tabStop = 4

// cleanLine makes hostile text safe to print on one line: valid UTF-8, line
// breaks and tabs as single spaces, invisible characters made visible.
func cleanLine(s string) string {
	return strings.Join(strings.Fields(visible(s, false)), " ")
}

// cleanText does the same for text whose line breaks count.
func cleanText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Trim(visible(s, true), "\n")
}

// visible copies s, showing as ‹U+…› whatever would print nothing or change the
// order of what is printed: C0 and C1 controls, bidi marks, zero-width and tag
// characters. Such characters are often the finding itself, so none is dropped
// silently but the variation selectors that only choose an emoji's style.
func visible(s string, keepLines bool) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	column := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		before := b.Len()
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "‹%02X›", s[i])
		case r == '\n' && keepLines:
			b.WriteByte('\n')
			column, before = 0, b.Len()
		case r == '\t' && keepLines:
			b.WriteString("    "[column%tabStop:])
		case r == '\n', r == '\t', r == '\u00a0', r == '\u202f':
			b.WriteByte(' ')
		case r == '\ufe0e', r == '\ufe0f':
		case unprintable(r):
			fmt.Fprintf(&b, "‹U+%04X›", r)
		default:
			b.WriteRune(r)
		}
		column += utf8.RuneCountInString(b.String()[before:])
		i += size
	}
	return b.String()
}

// plainASCII reports whether s needs no cleaning: the common, fast case.
func plainASCII(s string) bool {
	for i := range len(s) {
		if (s[i] < ' ' && s[i] != '\n') || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func unprintable(r rune) bool {
	return unicode.Is(unicode.C, r) || // controls, formats, surrogates, private use
		unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) ||
		unicode.Is(unicode.Variation_Selector, r) ||
		r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' // blank Hangul fillers
}

// capRunes cuts s after limit characters and lines after maxLines, and says how
// many characters it left out.
func capRunes(s string, limit, maxLines int) (kept string, cut int) {
	end, runes, lines := len(s), 0, 1
	for i, r := range s {
		if r == '\n' {
			lines++
		}
		if runes == limit || lines > maxLines {
			end = i
			break
		}
		runes++
	}
	return s[:end], utf8.RuneCountInString(s[end:])
}

// shorten cuts s to at most n characters and marks the cut.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	kept, _ := capRunes(s, n-1, math.MaxInt)
	return strings.TrimRight(kept, " ") + "…"
}
