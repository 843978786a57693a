package report

import (
	"regexp"
	"strings"
)

// passage is a piece of a text for people: prose, a list item, or code.
type passage struct {
	code   bool
	marker string // of a list item: • or its number
	text   string
}

var listItem = regexp.MustCompile(`^\s{0,3}(?:([-*•])|(\d{1,2}[.)]))\s+(\S.*)$`)

// passages takes a text apart. Code stands between lines of ``` or is indented
// by four spaces; a line that starts with a dash or a number is a list item; all
// other line breaks are kept.
func passages(s string) []passage {
	var out []passage
	fenced, blank := false, false
	add := func(p passage) {
		last := len(out) - 1
		if last >= 0 && !blank && out[last].code == p.code && p.marker == "" {
			out[last].text += "\n" + p.text
		} else {
			out = append(out, p)
		}
		blank = false
	}
	for line := range strings.SplitSeq(cleanText(s), "\n") {
		item := listItem.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			fenced, blank = !fenced, true
		case fenced:
			add(passage{code: true, text: line})
		case strings.TrimSpace(line) == "":
			blank = true
		case strings.HasPrefix(line, "    "):
			add(passage{code: true, text: line[4:]})
		case item != nil && item[1] != "":
			add(passage{marker: "•", text: item[3]})
		case item != nil:
			add(passage{marker: strings.Replace(item[2], ")", ".", 1), text: item[3]})
		default:
			add(passage{text: strings.TrimSpace(line)})
		}
	}
	for i := range out {
		if out[i].code {
			out[i].text = strings.Trim(out[i].text, "\n")
		}
	}
	return out
}

// firstSentence is the beginning of a text's first prose, for a summary.
func firstSentence(s string) string {
	for _, p := range passages(s) {
		if p.code {
			continue
		}
		text := strings.ReplaceAll(strings.Join(strings.Fields(p.text), " "), "`", "")
		for i := range len(text) {
			if end := i + 1; text[i] == '.' && end > 25 && (end == len(text) || text[end] == ' ') {
				return shorten(text[:end], 180)
			}
		}
		return shorten(strings.TrimSuffix(text, ":"), 180)
	}
	return ""
}
