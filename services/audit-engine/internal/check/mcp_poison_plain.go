package check

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
)

// plainText is text as the rules read it: lower case, single spaces but for the ends of
// lines, typographic quotes as plain ones, without invisible characters and disguises.
func plainText(text string) string {
	text = spelledOut.ReplaceAllStringFunc(text, func(word string) string { return strings.ReplaceAll(word, " ", "") })
	var b strings.Builder
	gap := byte(0)
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r':
			gap = '\n'
			continue
		case unicode.IsSpace(r):
			if gap == 0 {
				gap = ' '
			}
			continue
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r) && r >= 0xFE00:
			continue
		case '！' <= r && r <= '～':
			r -= '！' - '!' // full-width letters
		case r == '’' || r == '‘':
			r = '\''
		case r == '“' || r == '”':
			r = '"'
		}
		if gap != 0 && b.Len() > 0 {
			b.WriteByte(gap)
		}
		gap = 0
		b.WriteRune(unicode.ToLower(r))
	}
	plain := mixedWord.ReplaceAllStringFunc(b.String(), lookalikes.Replace)
	return digitInWord.ReplaceAllStringFunc(plain, func(three string) string {
		return three[:1] + string("oizeas_t"[three[1]-'0']) + three[2:]
	})
}

var (
	// spelledOut is a word with a space after each letter.
	spelledOut = regexp.MustCompile(`(?:\b[A-Za-z] ){2,}[A-Za-z]\b`)
	// digitInWord is a digit in place of the letter that it looks like.
	digitInWord = regexp.MustCompile(`[a-z][013457][a-z]`)
	// mixedWord holds Latin letters and such of scripts with lookalikes.
	mixedWord  = regexp.MustCompile(`[\p{Cyrillic}\p{Greek}]*[a-z][a-z\p{Cyrillic}\p{Greek}]*`)
	lookalikes = strings.NewReplacer("а", "a", "е", "e", "о", "o", "р", "p", "с", "c", "у", "y", "х", "x", "і", "i", "ѕ", "s", "ј", "j", "ԁ", "d", "һ", "h", "к", "k",
		"ο", "o", "α", "a", "ι", "i", "ν", "v", "ρ", "p", "υ", "u", "κ", "k")
	encoded = regexp.MustCompile(`[A-Za-z0-9+/_-]{40,}={0,2}`)
)

// plainName is a name as the rules read it, with its parts as words.
func plainName(name string) string { return strings.Join(words(name), " ") }

// maxEncoded is how many words of one text are looked at for what they encode.
const maxEncoded = 10

// decoded is what Base64 in text says where it says something, plain.
func decoded(text string) string {
	var all []string
	for _, word := range encoded.FindAllString(text, maxEncoded) {
		word = strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(word)
		if raw, err := base64.RawStdEncoding.DecodeString(word); err == nil && isPrintable(string(raw)) {
			all = append(all, plainText(string(raw)))
		}
	}
	return strings.Join(all, "\n")
}
