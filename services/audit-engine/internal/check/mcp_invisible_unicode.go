package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-invisible-unicode", Title: "AI texts hold no invisible or reordered characters", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "AI models read characters that people cannot see. Whole orders can be written with them behind a harmless description, two tools can look the same by name, and a reviewer sees another order of words than the model does.",
		Remediation: serverConfig("Find out where the characters come from, and take them out. Refuse them in names and descriptions when you build or start the server: tag characters (U+E0000 to U+E007F), zero-width characters, bidirectional overrides, variation selectors in a row, control characters. Until it is clean, close the endpoint:",
			"location /mcp { return 503; }",
			"<Location \"/mcp\">\n    Require all denied\n</Location>",
			"respond /mcp* 503"),
		References: []string{"https://www.unicode.org/reports/tr36/", "https://trojansource.codes/", mcpTopTen},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP03"), clauses(owaspLLM, "LLM01"))),
		Run:        mcpOpenCheck(runMCPInvisible),
	})
}

// manyStray is how many invisible characters of one text are no leftovers of copying
// any more: a letter hidden in zero-width characters takes eight of them.
const manyStray = 8

func runMCPInvisible(seen *mcpprobe.Result) Result {
	texts := seen.Texts()
	if len(texts) == 0 && seen.Tools.Problem != "" {
		return skip("The tools of the AI interface could not be listed. %s", seen.Tools.Problem)
	}
	var hidden, reordered, names, stray []string
	for _, text := range texts {
		value := text.Value
		if !text.Name {
			value = strings.TrimPrefix(value, "\ufeff") // files begin with one
		}
		i := findInvisible(value)
		where := "- " + quote(text.Where) + ": "
		switch {
		case i.hidden != "":
			hidden = append(hidden, where+i.hidden)
		case i.reordered != "":
			reordered = append(reordered, where+i.reordered)
		case i.stray > 0 && text.Name:
			names = append(names, where+fmt.Sprintf("%d invisible characters, the first is %s", i.stray, i.first))
		case i.stray >= manyStray:
			hidden = append(hidden, where+fmt.Sprintf("%d invisible characters, the first is %s", i.stray, i.first))
		case i.stray > 0:
			stray = append(stray, where+fmt.Sprintf("%d invisible characters, the first is %s", i.stray, i.first))
		}
	}
	var findings []Finding
	add := func(title string, severity auditapi.Severity, impact string, places []string) {
		if len(places) > 0 {
			findings = append(findings, Finding{Title: title, Severity: severity, Impact: impact, Evidence: lines(mcpAt(seen), some(places, 5))})
		}
	}
	add("AI tool texts hold hidden data", auditapi.High, "", hidden)
	add("AI tool texts are shown in another order than read", auditapi.High, "", reordered)
	add("Names in the AI interface hold invisible characters", auditapi.High, "", names)
	add("AI tool texts hold stray invisible characters", auditapi.Medium, "They are few, and may have come along when text was copied. Models read them nevertheless.", stray)
	return fail(findings...)
}

// invisible is what a text holds that is not seen.
type invisible struct {
	hidden    string // what is hidden, in words; for sure not there by chance
	reordered string // which character turns the order of words round
	stray     int    // characters without a place in the writing around them
	first     string // of them
}

func (i *invisible) add(r rune) {
	if i.stray == 0 {
		i.first = fmt.Sprintf("U+%04X", r)
	}
	i.stray++
}

// findInvisible looks for what cannot be seen, and leaves alone what writing needs:
// joiners in emoji and in scripts that join letters, marks of direction in texts with
// right-to-left letters, selectors of emoji and of Han variants, flags.
func findInvisible(text string) invisible {
	var found invisible
	runes := []rune(text)
	var tags, carried strings.Builder
	rightToLeft := slices.ContainsFunc(runes, isRightToLeft)
	open := 0 // embeddings and isolates that were not closed
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == 0x1F3F4: // a flag may be spelt out in tags
			i += flagTags(runes[i+1:])
		case 0xE0000 <= r && r <= 0xE007F:
			if r >= 0xE0020 {
				tags.WriteRune(r - 0xE0000)
			}
			found.hidden = "characters for tags"
		case isSelector(r):
			if i > 0 && isSelector(runes[i-1]) || r >= 0xE0100 && !isHanBefore(runes, i) {
				carried.WriteByte(selectorByte(r))
				found.hidden = "a row of variation selectors"
			}
		case r == 0x202D || r == 0x202E:
			found.reordered = fmt.Sprintf("the override U+%04X", r)
		case r == 0x202A || r == 0x202B || 0x2066 <= r && r <= 0x2068:
			open++
			if !rightToLeft {
				found.reordered = fmt.Sprintf("U+%04X in a text without right-to-left letters", r)
			}
		case r == 0x202C || r == 0x2069:
			open--
		case r == 0x1B:
			found.hidden = "escape sequences for terminals, which can make text invisible"
		case isJoiner(r):
			if !joins(runes, i) {
				found.add(r)
			}
		case r == 0x200E || r == 0x200F || r == 0x061C:
			if !rightToLeft {
				found.add(r)
			}
		case r == 0x00AD: // words may be broken here, but not twice
			if i > 0 && runes[i-1] == r {
				found.add(r)
			}
		case 0x180B <= r && r <= 0x180F:
			if i == 0 || !unicode.In(runes[i-1], unicode.Mongolian) {
				found.add(r)
			}
		case 0x2060 <= r && r <= 0x2064: // keeps signs and numbers together, or multiplies them
			if i == 0 || i+1 == len(runes) || !isVisibleSign(runes[i-1]) && !isVisibleSign(runes[i+1]) {
				found.add(r)
			}
		case r == 0x200B:
			if !breaksWords(runes, i) {
				found.add(r)
			}
		case isUnseen(r):
			found.add(r)
		}
	}
	if text := tags.String(); text != "" {
		found.hidden += " that read “" + quote(text) + "”"
	} else if text := carried.String(); len(text) > 3 && isPrintable(text) {
		found.hidden += " that read “" + quote(text) + "”"
	}
	if found.reordered == "" && open > 0 {
		found.reordered = "an embedding that is not closed"
	}
	return found
}
