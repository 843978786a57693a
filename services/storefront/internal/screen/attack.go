package screen

import (
	"regexp"
	"strings"
)

const (
	ruleMarkup    rule = "active_markup"
	ruleScriptURL rule = "script_url"
	ruleSQL       rule = "sql_injection"
	ruleTemplate  rule = "template_injection"
	ruleCommand   rule = "command_injection"
	ruleHeader    rule = "header_injection"
	ruleTraversal rule = "path_traversal"
	ruleNULEscape rule = "escaped_nul"
)

// pattern is a rule and what breaks it.
type pattern struct {
	rule rule
	*regexp.Regexp
}

// compile makes one expression of the alternatives, regardless of case. In them, ~
// stands for what separates two words of SQL, and ~? for the same or nothing.
func compile(alternatives ...string) *regexp.Regexp {
	spaces := strings.NewReplacer("~?", `(?:[\s+]|/\*[^*]*\*/)*`, "~", `(?:[\s+]|/\*[^*]*\*/)+`)
	return regexp.MustCompile(`(?i)(?:` + spaces.Replace(strings.Join(alternatives, "|")) + `)`)
}

var (
	markup = compile(
		`<\s*/?\s*script\b`,
		`<!\s*entity\b`,
		// Elements that fetch or run what an attribute names.
		`<\s*(?:iframe|object|embed|applet|svg|img|link|base|form|video|audio)[\s/][^<>]*\b(?:src|srcdoc|data|href|code|action)\s*=`,
		// A handler inside a tag, or after the quote that leaves an attribute.
		`<[a-z/!][^<>]*[\s/"']on[a-z]{3,24}\s*=`,
		`["'][\s/]*on(?:error|load|click|focus|blur|toggle|input|submit|mouse[a-z]+|pointer[a-z]+|key[a-z]+|animation[a-z]+)\s*=`,
	)
	// The word alone is the name of a language: only with code after it is it a URL.
	scriptURL = compile("(?:^|[^\\w])(?:java|vb)script:\\S*[(=`%\\[]")

	sqlInjection = compile(
		// x' OR 1=1, ') or ('a'='a, " or ""="
		`['"]~?\)*~?(?:or|and|xor|\|\||&&)~?\(*(?:\d+|'[^'"]{0,3}'|"[^'"]{0,3}")~?(?:=|<>|!=|<|>|like\b)~?['"\d]`,
		// x' OR true --, x' OR a=a #
		`['"]~?\)*~?(?:or|and|\|\||&&)~?(?:true|false|\d+|\w=\w)~?\)*~?(?:--|#|/\*)`,
		`\bor~\d+~?=~?\d+\b`,
		`['"]\)*~(?:order|group)~by~\d`,
		// A second statement. Drop and Table are words of names, so the ; is needed.
		`;~?(?:drop~(?:table|database|schema|view|user)|delete~from|insert~into|update~\w+~set|truncate~table|alter~(?:table|user|database)|create~(?:table|user)|declare~@|shutdown~?(?:;|--|$)|exec(?:ute)?~?(?:\(|xp_|sp_)|select~(?:\*|@@))`,
		// There are unions with select committees: the columns must look like columns.
		`\bunion~(?:all|distinct)~select\b`,
		`\bunion~select~?(?:null\b|\d+~?(?:,|--|#)|\*|@@|(?:concat|group_concat|char|version|user|database|load_file|count|hex|cast)\(|[\w.]+~?,~?[\w.,]+~from\b)`,
		`['")\d]~?union~select~.*\bfrom\b`,
		`(?-i:UNION~SELECT)~[\w.]+~(?-i:FROM)\b`,
		`^\W*(?-i:UNION~SELECT)\W*$`,
		`\b(?:pg_sleep|xp_cmdshell|information_schema\.|dbms_pipe\.|extractvalue\(|updatexml\(|load_file\(|benchmark\(\d)`,
		`\bwaitfor~delay~?'`,
		`(?:'|\b(?:select|and|or|if)\b)~?\(*~?sleep\(\d`,
		// One word, a quote, and the rest of the statement commented out.
		`^\w*'\)*~?;?~?(?:--|#|/\*)[\s+-]*$`,
	)
	// Fields of a mail merge gone wrong, {{first_name}}, are not among them.
	template = compile(
		`\{\{[^{}]*(?:\d\s*[*+/-]\s*['"]?\d|__\w+__|constructor|\bconfig\b|\bself\.|\b_self\b|\brequest\.|\bcycler\b|\blipsum\b)`,
		`[$#*@]\{\s*\d+\s*[*+/-]\s*\d`,
		`\$\{\s*(?:jndi:|\$\{|lower:|upper:|env:|sys:|java:|::|T\(\s*java)`,
		`<%=`, `<\?(?:php\b|=)`,
	)
	command = compile(
		`\$\(\s*(?:id|whoami|uname|curl|wget|cat|nslookup|ping|sleep)\b`,
		`/etc/(?:passwd|shadow)\b`,
	)
	header = compile(`[\r\n]\s*(?:b?cc|to|from|subject|reply-to|return-path|sender|mime-version|content-type|content-transfer-encoding|set-cookie|location|x-[\w-]+)\s*:`)
	// After a digit it may be a percentage.
	nulEscape = compile(`(?:^|\D)%(?:25)*00`)
)

// lineRules are for fields of one line.
var lineRules = []pattern{
	{ruleMarkup, markup},
	{ruleScriptURL, scriptURL},
	{ruleSQL, sqlInjection},
	{ruleTemplate, template},
	{ruleCommand, command},
	{ruleHeader, header},
	{ruleNULEscape, nulEscape},
}

// urlRules are for web addresses, besides lineRules. One ../ alone is tolerated: it
// comes from relative links that were glued together.
var urlRules = []pattern{
	{ruleScriptURL, compile(`^\s*(?:(?:java|vb|live)script\s*:|data:\s*text/html)`)},
	{ruleTraversal, compile(`(?:\.\.[/\\]){2}`, `\.\.\\`, `(?:\.|%(?:25)*2e){2}%(?:25)*(?:2f|5c|c0%(?:25)*af)`, `(?:%(?:25)*2e){2}[/\\]`, `/proc/self/`, `\bwin\.ini\b`)},
	{ruleSQL, compile(`\band~\d+~?=~?\d+\b`)},
	{ruleNULEscape, compile(`%(?:25)*00`)},
}

// messageRules are for free text that is nothing but a payload. Their markup must run
// something: people paste the HTML that they ask about.
var messageRules = []pattern{
	{ruleMarkup, compile(
		`<\s*script\b[^<>]*\bsrc\s*=`,
		"<\\s*(?:script\\b[^<>]*>|[a-z][^<>]*[\\s/\"']on[a-z]{3,24}\\s*=)[^<]*(?:\\b(?:alert|confirm|prompt|eval|fetch|import|atob)\\s*[(`]|\\bdocument\\.|\\blocation\\b)",
	)},
	{ruleScriptURL, compile("^\\s*(?:java|vb)script:\\S*[(=`%\\[]")},
	{ruleSQL, sqlInjection},
	{ruleTemplate, template},
	{ruleTraversal, compile(`(?:\.\.[/\\]){2}`, `/etc/(?:passwd|shadow)\b`)},
}

// firstIn returns the first rule that text breaks, as it is or under escapes.
func firstIn(patterns []pattern, text string) rule {
	for _, layer := range layers(text) {
		for _, p := range patterns {
			if p.MatchString(layer) {
				return p.rule
			}
		}
	}
	return ""
}

// attackInMessage refuses a payload without prose. Who writes about a payload, or
// quotes one in a question, is a customer, above all of security audits.
func attackInMessage(text string) rule {
	for _, p := range messageRules {
		if p.MatchString(text) && !prose(text) {
			return p.rule
		}
	}
	return ""
}

// layers returns text, and what it becomes when percent-escapes are taken off once and
// twice, as programs behind a form do.
func layers(text string) []string {
	all := []string{text}
	for range 2 {
		inner := unescape(all[len(all)-1])
		if inner == all[len(all)-1] {
			break
		}
		all = append(all, inner)
	}
	return all
}

// unescape takes off the percent-escapes that are well formed and leaves the others:
// in a name, % is a character like any other.
func unescape(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		if c, ok := escaped(text); ok {
			b.WriteByte(c)
			text = text[3:]
		} else {
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
	return b.String()
}

// escaped returns the byte that the escape at the beginning of text stands for.
func escaped(text string) (byte, bool) {
	if len(text) < 3 || text[0] != '%' {
		return 0, false
	}
	high, low := strings.IndexByte(hexDigits, text[1]|0x20), strings.IndexByte(hexDigits, text[2]|0x20)
	if high < 0 || low < 0 {
		return 0, false
	}
	return byte(high<<4 | low), true
}

const hexDigits = "0123456789abcdef"
