package check

import (
	"strings"
	"unicode"
)

// flagTags is how many runes of a flag's tags come next: letters and digits of a
// region, and the end of the tags (Unicode TS 51, "Emoji Tag Sequence"). 0: none do.
func flagTags(next []rune) int {
	const longest = 7
	for i, r := range next[:min(len(next), longest)] {
		switch {
		case r == 0xE007F && i > 0:
			return i + 1
		case 0xE0030 <= r && r <= 0xE0039, 0xE0061 <= r && r <= 0xE007A:
		default:
			return 0
		}
	}
	return 0
}

// isSelector reports a variation selector.
func isSelector(r rune) bool {
	return 0xFE00 <= r && r <= 0xFE0F || 0xE0100 <= r && r <= 0xE01EF
}

// selectorByte is the byte that data hidden in selectors stands for.
func selectorByte(r rune) byte {
	if r >= 0xE0100 {
		return byte(r - 0xE0100 + 16)
	}
	return byte(r - 0xFE00)
}

func isHanBefore(runes []rune, i int) bool {
	return i > 0 && unicode.In(runes[i-1], unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// isJoiner reports the zero-width joiner and its opposite.
func isJoiner(r rune) bool { return r == 0x200C || r == 0x200D }

// joining are scripts in which joiners change how letters look, or where words end.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Phags_Pa, unicode.Mandaic, unicode.Adlam, unicode.Hanifi_Rohingya,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
	unicode.Malayalam, unicode.Sinhala, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Balinese, unicode.Javanese,
}

// joins reports whether the joiner at i has a place there: between letters of a joining
// script, or between emoji.
func joins(runes []rune, i int) bool {
	if i == 0 || isJoiner(runes[i-1]) {
		return false
	}
	before := i - 1
	for before > 0 && unicode.Is(unicode.Mn, runes[before]) && !isSelector(runes[before]) {
		before--
	}
	if unicode.In(runes[before], joining...) {
		return true // a word may end with one
	}
	for before > 0 && (isSelector(runes[before]) || isSkinTone(runes[before])) {
		before--
	}
	return runes[i] == 0x200D && i+1 < len(runes) && isPictograph(runes[before]) && isPictograph(runes[i+1])
}

func isSkinTone(r rune) bool { return 0x1F3FB <= r && r <= 0x1F3FF }

// isPictograph reports what emoji are made of: symbols, and those punctuation marks and
// arrows that have an emoji form.
func isPictograph(r rune) bool {
	return unicode.Is(unicode.So, r) || 0x1F000 <= r && r <= 0x1FAFF || 0x2190 <= r && r <= 0x2BFF
}

// unspaced are scripts that write words without spaces, where a zero-width space says
// where a line may break.
var unspaced = []*unicode.RangeTable{
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Javanese, unicode.Balinese, unicode.Tai_Tham,
	unicode.Han, unicode.Hiragana, unicode.Katakana,
}

func breaksWords(runes []rune, i int) bool {
	return i > 0 && unicode.In(runes[i-1], unspaced...) || i+1 < len(runes) && unicode.In(runes[i+1], unspaced...)
}

// isRightToLeft reports a letter of a script that is written from the right.
func isRightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Samaritan, unicode.Mandaic, unicode.Adlam, unicode.Hanifi_Rohingya) && unicode.IsLetter(r)
}

// isVisibleSign reports numbers, and what stands between words.
func isVisibleSign(r rune) bool { return unicode.In(r, unicode.N, unicode.P, unicode.S) }

// isUnseen reports other characters without a form: word joiner, byte order mark,
// invisible operators, deprecated format characters, fillers that are letters to a
// computer, and control characters.
func isUnseen(r rune) bool {
	switch {
	case r == '\n', r == '\r', r == '\t', r == 0x85:
		return false
	case r == 0x2065, 0x206A <= r && r <= 0x206F, r == 0xFEFF, r == 0x3164, r == 0xFFA0, r == 0x115F, r == 0x1160, 0xFFF9 <= r && r <= 0xFFFB, 0x1D173 <= r && r <= 0x1D17A:
		return true
	}
	return unicode.IsControl(r)
}

func isPrintable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0
}
