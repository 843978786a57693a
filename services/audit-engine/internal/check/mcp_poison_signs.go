package check

import (
	"regexp"

	"doorstep.example/pkg/auditapi"
)

// poisonSign is a way of speaking that honest descriptions use too, but not together
// with another of these.
type poisonSign struct {
	rule poisonRule     // what it is called where it is the worst of the signs
	hit  *regexp.Regexp // over plain text
	undo *regexp.Regexp // before it in its sentence, turns it round; nil: poisonNot alone
	soft bool           // together with another soft one, it is still honest
}

// poisonFile is a file with secrets. Keys that are public and examples are none.
const poisonFile = `(?:/?\.ssh/id_[a-z0-9]+(?:[^.\w]|\.\W|\.?$)|\bid_(?:rsa|ed25519)(?:[^.\w]|\.\W|\.?$)|\.aws/credentials|/etc/(?:passwd|shadow)|\bmcp\.json\b|claude_desktop_config|\.netrc\b|\.git-credentials|\.kube/config|\.env(?:[^.\w-]|\.\W|\.?$))`

// poisonDenied anywhere before it in a sentence: the sentence forbids it.
var poisonDenied = regexp.MustCompile(`\b(?:do not|don't|never|must not|should not|refuses?)\b`)

// poisonSigns stand worst first.
var poisonSigns = []poisonSign{
	{ // secrets are asked for
		rule: poisonRule{title: poisonLeak, severity: auditapi.Critical},
		hit: regexp.MustCompile(`\b(?:read(?:_file)?|open|cat|load|fetch|get|include|send|pass|append|attach|copy|upload|post|put)\b[^!?\n]{0,60}?` + poisonFile +
			`|\b(?:call|collect|gather|include|pass|send|append|attach|put|forward|upload|copy|repeat)\b[^.!?\n]{0,50}\b(?:environment variables|(?:all|the user's|their|any|every) (?:api keys?|access tokens?|passwords?|credentials|private keys?|secrets?|(?:saved |stored )?cookies)|(?:full|entire|complete|whole) (?:chat|conversation|message|transcript|history|context|dialogue)|full text of the (?:user|conversation|chat))` +
			`|\bcopy of (?:the|this|every|each|all) (?:conversation|chat|messages?|session)\b|\b(?:contents?|text) of (?:every|all|each|any) (?:files?|documents?|messages?)\b[^.!?\n]{0,20}\byou (?:have )?(?:read|seen|opened)\b` +
			`|\b(?:supply|provide|pass|give)\b[^.!?\n]{0,20}\bthe user's [^.!?\n]{0,20}\b(?:password|passphrase|api key|access token|private key|card number)\b|\bwhen(?:ever)? (?:a|the) user (?:mentions|enters|types|shares|supplies|provides|gives|pastes|reveals|states)\b[^.!?\n]{0,20}\b(?:passwords?|secrets?|keys?|card)\b` +
			`|\b(?:contents? of|read(?:_file)?|open|cat) (?:the )?(?:file )?["'\x60]?(?:~|\$home)/\.\w[\w./-]+|\b(?:read|collect|gather|grab|fetch|take|copy|dump)\b[^.!?\n]{0,30}\bbrowser'?s? (?:saved |stored |session )?(?:cookies|passwords)\b|\b(?:fetch|read|find|extract|take|grab|dump) (?:the user's|all|any|every) (?:(?:private|ssh|api|secret) keys|passwords|credentials)\b` +
			`|\b(?:list|read|open|search|scan)(?:_files?|_directory)?\b[^.!?\n]{0,40}\bhome (?:directory|folder)\b|\bprintenv\b|\benv \||\| ?base64\b|\bask (?:the user )?for (?:their|his|her|the user's) (?:password|passphrase|pin|api key|access token|card number|seed phrase)\b`),
	},
	{ // values are carried off
		rule: poisonRule{title: poisonLeak, severity: auditapi.Critical}, soft: true,
		hit: regexp.MustCompile(`\b(?:embed|encode|hide)\b[^!?\n]{0,40}\bin (?:the |a )?(?:query string|url|address|link)\b|\buse [\w.+-]+@[\w-]+\.[a-z]|\b(?:pass|include|attach|embed|put|append|insert|copy|place|send|post|upload|forward|transmit|supply|provide|e-?mail|bcc(?:ed)?)\b[^!?\n]{0,100}?(?:\bto [\w.+-]+@[\w-]+\.[a-z]|\b(?:in|into|as|to) (?:the )?(?:["'\x60][a-z_]+["'\x60]|[a-z_]+ (?:parameter|argument|field)\b|[a-z]{1,2}\b)|\bto https?://)`),
	},
	{ // values of other calls are changed
		rule: poisonRule{title: poisonShadow, severity: auditapi.Critical},
		hit:  regexp.MustCompile(`\b(?:argument|parameter|field|recipient|iban|address|account|wallet|amount)s?["'\x60]?\b[^.!?\n]{0,20}\b(?:changed|replaced|set|altered|modified|overwritten|redirected) (?:to|by|with)\b`), undo: poisonDenied,
	},
	{ // calls of other tools are spoken of
		rule: poisonRule{title: poisonShadow, severity: auditapi.High},
		hit:  regexp.MustCompile(`\bwhen(?:ever)? (?:any|another) (?:other )?tool (?:named|called)\b|\b(?:do not|don't|never) (?:use|call) (?:it|them|that one)[;,.:]? (?:but )?(?:always )?(?:use|call) this (?:one|tool)\b|\bwhen(?:ever)? (?:the )?["'\x60]?[a-z]+_[a-z_]+["'\x60]?(?: tool)? is (?:invoked|called|used|run)\b|\b(?:every|each|any|all) (?:calls?|uses?|invocations?) (?:of|to) (?:the )?["'\x60]?[a-z_]+["'\x60]?(?: tool)? (?:must|should|needs? to|ha(?:s|ve) to)\b|\b(?:when(?:ever)?|as soon as|once) this tool is (?:present|available|loaded|installed|enabled|listed)\b|\b(?:results|output|answers|data) (?:from|of) (?:any |all )?other (?:tools|servers)\b|\bother (?:tools|servers) (?:(?:cannot|can't|must not|are not to) be\b|are (?:all )?(?:broken|insecure|unsafe|dangerous|compromised|malicious|untrusted|fake)\b)|\ball (?:e-?mails?|messages|payments?|transfers?) (?:sent|made) (?:with|by|through|via) ["'\x60]?[a-z_]+["'\x60]? must\b`),
	},
	{ // orders from before do not count
		rule: poisonRule{title: poisonOverride, severity: auditapi.Critical}, undo: poisonDenied,
		hit: regexp.MustCompile(`\bas if\b[^.!?\n]{0,30}\b(?:earlier|previous|prior|original|other)\b[^.!?\n]{0,20}\b(?:directions|instructions|rules|guidelines|messages|prompts?)\b|\b(?:previous|prior|earlier|original) (?:system )?(?:prompt|instructions?|rules|guidelines) (?:is|are|has been|have been) (?:now )?(?:obsolete|void|superseded|replaced|cancelled|outdated|revoked)\b|\b(?:whatever|no matter what|regardless of what|even if) the user (?:says|asks|asked|wants|requests|requested|prefers|objects)\b|\b(?:regardless of|no matter|instead of) (?:the|which|what) [a-z]+ (?:that )?the user (?:says|gives|gave|asks|asked|enters|wants|names|named|chose|chooses|typed|specifies|specified|provides)\b|\bobey (?:the |all )?(?:commands?|instructions?|orders?)\b`),
	},
	{ // approval is left out
		rule: poisonRule{title: poisonConsent, severity: auditapi.High}, undo: poisonDenied,
		hit: regexp.MustCompile(`\b(?:disable|suppress|bypass|turn off)\b[^.!?\n]{0,20}\b(?:confirmations?|approvals?|permission|consent)\b|\bwithout (?:any |the user's |user |further )?(?:approval|confirmation|permission|consent)\b|\bwithout (?:first )?asking(?: (?:the |your )?(?:user|human|them|him|her|anyone))?\s*(?:[.,;!)\n]|$)|\bskip (?:(?:the|any|all|every) (?:confirmation|approval|consent|permission)s?|(?:confirmation|approval|consent|permission) (?:dialogs?|prompts?))\b|\b(?:user|human|operator) has (?:already )?(?:approved|consented to|authori[sz]ed) (?:all|any|every|everything|this)\b`),
	},
	{ // the user is kept in the dark
		rule: poisonRule{title: poisonHide, severity: auditapi.High}, soft: true,
		hit: regexp.MustCompile(`\b(?:user|human|operator)s? (?:must not|must never|should not|should never|may not|cannot|can't|mustn't|shouldn't|(?:does not|doesn't|do not|don't) need to|need not|won't|never) (?:ever )?(?:know|learn|notice|see|find out|be told|be informed|reali[sz]e)\b|\b(?:do not|don't|never|must not)\b[^.!?;\n]{0,40}\b(?:mention|reveal|disclose|tell|admit) (?:it|this|that|(?:to )?the (?:user|human|operator))\b|\b(?:should|must|may) (?:not|never) be (?:shown|mentioned|revealed|disclosed|told|visible|reported|explained|displayed) to (?:the )?(?:user|human|operator)s?\b|\bno need to (?:mention|tell|say)\b|\b(?:quietly|secretly|covertly) (?:also )?(?:e-?mail|send|copy|forward|read|add|include|call|store|save)\b|\bwithout (?:telling|informing) (?:them|the user|anyone)\b|\bhidden (?:step|instruction|note|task)s?\b|\bkeep (?:this|it|that) (?:secret|hidden|quiet|to yourself)\b`),
	},
	{ // it speaks with the voice of the system
		rule: poisonRule{title: poisonRole, severity: auditapi.High}, soft: true,
		hit: regexp.MustCompile(`\b(?:notes?|notice|message|instructions?|reminder|attention) (?:for|to) (?:the |any )?(?:ai|llm|model|assistant|agent)s?\b|\binstructions? override\b|\bonly (?:trustworthy|trusted|safe|secure) (?:tool|server)\b|\bsystem (?:notice|message|update|alert|override)\b|\bpolicy (?:has been |was |is )?updated\b|\bhighest (?:authority|priority)\b|\byou are (?:required|obliged|ordered|now)\b|\bit is mandatory\b|\bnew (?:role|instructions?|orders?) ?:|<(?:system|admin|secret)>|\b(?:follow|obey|trust) only (?:what|the (?:instructions|outputs?|results?))\b|\bthe (?:assistant|model|agent|ai|llm) (?:must|shall|has to)\b`), undo: poisonDenied,
	},
}

// maxApart is how far two signs may lie apart.
const maxApart = 400

// signs finds two different signs close to each other: the worse one, and the passage
// that begins with the first of them.
func signs(text string) (*poisonRule, string) {
	at := make([]int, len(poisonSigns))
	for i, sign := range poisonSigns {
		at[i] = sign.first(text)
		for j := range i {
			if at[i] >= 0 && at[j] >= 0 && (!sign.soft || !poisonSigns[j].soft) && max(at[i], at[j])-min(at[i], at[j]) <= maxApart {
				return &poisonSigns[j].rule, cutQuote(text[min(at[i], at[j]):])
			}
		}
	}
	return nil, ""
}

// first is where the sign stands for the first time, or -1.
func (s poisonSign) first(text string) int {
	for _, hit := range s.hit.FindAllStringIndex(text, 20) {
		before := sentenceBefore(text, hit[0])
		if !poisonTalk.MatchString(before) && !poisonNot.MatchString(before) && (s.undo == nil || !s.undo.MatchString(before)) {
			return hit[0]
		}
	}
	return -1
}
