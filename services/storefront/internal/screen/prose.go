package screen

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// sqlObject is a word of SQL with the name that follows it.
var sqlObject = regexp.MustCompile(`(?i)\b(?:table|database|schema|view|from|into|update|join|exec)\s+[\w.]+`)

// sqlWords are words that a bare injection consists of; in a sentence, other words
// stand between them.
var sqlWords = strings.Fields(`
	select union all distinct from where and or xor not null like is in between having group order by limit offset as on
	insert into values update set delete drop truncate alter create table database schema view exec execute declare
	waitfor delay sleep version user users username password passwd pass admin id email name true false`)

// prose reports whether somebody wrote text to be read: it has a letter beyond ASCII,
// or a word that stands by itself and is none of SQL's.
func prose(text string) bool {
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) }) {
		return true
	}
	return slices.ContainsFunc(strings.Fields(sqlObject.ReplaceAllString(text, " ")), func(token string) bool {
		word := strings.ToLower(strings.Trim(token, `.,;:!?()'"-`))
		return len(word) > 1 && !strings.ContainsFunc(word, notLetter) && !slices.Contains(sqlWords, word)
	})
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
