package notify

import (
	"regexp"
	"strings"
	"unicode"
)

// marks are characters that make links, mentions and markup in one chat or another,
// and what stands for them: it looks alike and does nothing.
var marks = strings.NewReplacer("<", "‹", ">", "›", "[", "(", "]", ")", "`", "'", "*", "∗", "~", "∼", "|", "¦", `\`, "＼")

var (
	address = regexp.MustCompile(`^[\w.%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
	// group matches the names that call everybody; some chats see them inside words too.
	group = regexp.MustCompile(`(?i)@(everyone|here|channel|all|group|room|team|users)`)
	// domain matches the dot in what a chat would take for the name of a host.
	domain = regexp.MustCompile(`([\pL\pN])\.(\pL)`)
)

// Plain makes hostile text harmless on one line of a chat: no link, no mention, no
// markup, nothing invisible. Mail addresses stay as they are, because somebody may
// have to write to one; hosts are written as in reports of incidents, evil[.]example.
func Plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cc, r):
			return ' '
		case r == unicode.ReplacementChar, unicode.Is(unicode.Cf, r): // what turns the line round or hides in it
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, ""))
	words := strings.Fields(marks.Replace(s))
	for i, word := range words {
		words[i] = defuse(word)
	}
	return strings.Join(words, " ")
}

func defuse(word string) string {
	core := strings.Trim(word, "‹›(),;:.'\"")
	if address.MatchString(core) && !group.MatchString(core) {
		return word
	}
	word = strings.ReplaceAll(word, "@", "＠")
	word = strings.ReplaceAll(word, "://", "[:]//")
	return domain.ReplaceAllString(word, "$1[.]$2")
}
