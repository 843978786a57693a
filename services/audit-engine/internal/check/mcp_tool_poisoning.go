package check

import (
	"regexp"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mcp-tool-poisoning", Title: "Tool descriptions do not give orders to the AI model", Area: AreaMCP,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact: "AI models read these texts as instructions, people mostly never see them. An assistant that connects to the site follows them with everything it can reach: files, mails, accounts of its user. If you did not write them, somebody has changed your server or a part of it.",
		Remediation: serverConfig("Find out where the text comes from: your code, a dependency, or data that is put into descriptions. Take it out, tell your users, and replace credentials that may have been handed over. Say in descriptions what a tool does and takes, nothing else. Review changes of descriptions like changes of code, and do not load them from places that others can write to. Until it is clean, close the endpoint:",
			"location /mcp { return 503; }",
			"<Location \"/mcp\">\n    Require all denied\n</Location>",
			"respond /mcp* 503"),
		References: []string{mcpToolRules, mcpTopTen, "https://genai.owasp.org/llmrisk/llm01-prompt-injection/"},
		Controls:   mcpControls(slices.Concat(clauses(owaspMCP, "MCP03", "MCP06"), clauses(owaspLLM, "LLM01"))),
		Run:        mcpOpenCheck(runMCPPoisoning),
	})
}

// emptySpace hides what follows below the edge of a window.
var emptySpace = regexp.MustCompile(`(?:(?:[ \t\x{a0}]*\n){60,}[ \t\x{a0}]*|[ \t\x{a0}]{400,})(\S)`)

// maxPoisonText is how much text is judged in all. Honest
// interfaces have a tenth of it; the patterns would take minutes for what a hostile one
// can send.
const maxPoisonText = 256 << 10

func runMCPPoisoning(seen *mcpprobe.Result) Result {
	texts := seen.Texts()
	if len(texts) == 0 && seen.Tools.Problem != "" {
		return skip("The tools of the AI interface could not be listed. %s", seen.Tools.Problem)
	}
	places := map[string][]string{} // by title
	severity := map[string]auditapi.Severity{}
	var titles []string
	add := func(title string, worst auditapi.Severity, where, passage string) {
		if places[title] == nil {
			titles = append(titles, title)
			severity[title] = worst
		}
		if slices.Index(auditapi.Severities(), worst) < slices.Index(auditapi.Severities(), severity[title]) {
			severity[title] = worst
		}
		places[title] = append(places[title], "- "+quote(where)+": “"+quote(passage)+"”")
	}
	read, seenBefore := 0, map[string]bool{}
	for _, text := range texts {
		if seenBefore[text.Value] {
			continue
		}
		seenBefore[text.Value] = true
		if read += len(text.Value); read > maxPoisonText {
			break
		}
		if rule, passage := worstPoison(text); rule != nil {
			add(rule.title, rule.severity, text.Where, passage)
		} else if hit := emptySpace.FindStringSubmatchIndex(text.Value); hit != nil {
			add("AI tool texts are hidden behind empty space", auditapi.High, text.Where, text.Value[hit[2]:])
		}
	}
	var findings []Finding
	for _, title := range titles {
		findings = append(findings, Finding{Title: title, Severity: severity[title], Evidence: lines(mcpAt(seen), some(places[title], 5))})
	}
	if len(findings) == 0 && read > maxPoisonText {
		return skip("The descriptions of the AI interface are longer than %d KiB, too long to be judged.", maxPoisonText>>10)
	}
	return fail(findings...)
}

// worstPoison is the worst rule that finds something in the text, and what it finds.
func worstPoison(text mcpprobe.Text) (worst *poisonRule, passage string) {
	versions := []string{plainText(text.Value), decoded(text.Value)}
	if text.Name {
		versions = append(versions, plainName(text.Value))
	}
	for _, plain := range versions {
		if rule, found := signs(plain); rule != nil && worst == nil {
			worst, passage = rule, found
		}
		for i, rule := range poisonRules {
			if worst != nil && (worst.severity == auditapi.Critical || rule.severity == worst.severity) {
				continue
			}
			if found, ok := rule.poisoned(plain); ok {
				worst, passage = &poisonRules[i], found
			}
		}
	}
	return worst, passage
}
