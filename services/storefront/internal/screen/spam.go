package screen

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	ruleHoneypot  rule = "filled"
	ruleOnlyLinks rule = "only_links"
)

const (
	// manyLinks with not a word beside them. Somebody who asks about a few sites may
	// list just these.
	manyLinks = 5
	// greeting is how many bytes of letters and digits beside forum links are no
	// message yet: a word or two.
	greeting = 16
)

// Links in the ways that people and robots write them, the longest form first.
var (
	forumLink = regexp.MustCompile(`(?is)\[(?:url|link)=["']?https?://.*?\[/(?:url|link)\]|\[url\]\s*https?://.*?\[/url\]`)
	plainLink = regexp.MustCompile(`(?is)<a\s[^<>]*href\s*=.*?</a\s*>|\bhttps?://\S+|\bwww\.\S+\.\S+`)
)

// onlyLinks reports whether message is links and nothing else. Forum markup does
// nothing here, so two such links are enough: they come from a robot that tries all
// dialects.
func onlyLinks(message string) bool {
	forum := len(forumLink.FindAllStringIndex(message, manyLinks))
	rest := forumLink.ReplaceAllString(message, " ")
	plain := len(plainLink.FindAllStringIndex(rest, manyLinks))
	written := text(plainLink.ReplaceAllString(rest, " "))
	return (forum+plain >= manyLinks && written == 0) || (forum > 0 && forum+plain > 1 && written <= greeting)
}

// text returns how many bytes of letters and digits are in s. Scripts with few, dense
// characters take more bytes for each.
func text(s string) int {
	return len(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s))
}
