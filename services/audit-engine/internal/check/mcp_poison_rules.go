package check

import (
	"regexp"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// poisonRule is one way of talking to the model behind the user's back. A rule counts
// when all its patterns match within the same passage, in any order: what one of them
// says alone stands in honest descriptions too.
type poisonRule struct {
	title    string // of the finding
	severity auditapi.Severity
	patterns []*regexp.Regexp // over lower-case text with single spaces
}

// Words that rules share. A target is what such texts are after.
const (
	poisonMust    = `(?:must|always|first|before|make sure to|ensure|you should|you need to|you have to|required to|otherwise|never|do not|don't|important|prior to|the (?:assistant|model|agent|llm|ai) (?:should|shall|needs to|has to))`
	poisonTarget  = `(?:~?/?\.ssh/(?:id_|\*|authorized|$|\W)|id_rsa\b|id_ed25519\b|id_ecdsa\b|\bssh (?:private )?keys?\b|\.aws/credentials|/etc/shadow|/etc/passwd|\.cursor/mcp\.json|\bmcp\.json\b|claude_desktop_config|\.git-credentials|\.netrc\b|\.kube/config|\.docker/config\.json|\.npmrc\b|\.env(?:[^.\w-]|\.\W|\.?$)|\bkeychain\b|\bsaved passwords\b|\bbrowser cookies\b|\bprivate keys?\b|\bseed phrase\b|\bcredentials file\b|\bapi keys?\b|\baccess tokens?\b|\benvironment variables?\b)`
	poisonTake    = `\b(?:read|open|cat|load|access|retrieve|collect|gather|fetch|get|find|list|take|copy|extract|dump|look up|content|contents|include|send|pass|append|attach)\b`
	poisonCarry   = `\b(?:pass|put|include|append|insert|place|supply|attach|add|paste|encode|write|provide|send|submit|post|forward|upload|transmit|copy|return|exfiltrate)\b`
	poisonChannel = `(?:\b(?:as|in|into|to|via|through|with|using|inside) (?:the |a |an |this |its |your |every |hidden )?["'\x60]?[a-z_]*["'\x60]? ?(?:parameter|argument|field|sidenote|side note|note|metadata|comment|footnote|context|header|query string|feedback|remark)s?\b|https?://|\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b|\bto (?:our|the|this) (?:server|webhook|endpoint|collector|address)\b|\b(?:its|their) (?:full |whole |entire |raw )?(?:contents?|text|values?|output)\b)`
	poisonUser    = `(?:the |your )?(?:user|human|operator|customer|person|anyone|anybody|developer)s?`
)

func poison(title string, severity auditapi.Severity, patterns ...string) poisonRule {
	r := poisonRule{title: title, severity: severity}
	for _, p := range patterns {
		r.patterns = append(r.patterns, regexp.MustCompile(p))
	}
	return r
}

// Titles of findings, one for each aim.
const (
	poisonLeak     = "AI tool texts tell the model to hand over secrets"
	poisonOverride = "AI tool texts tell the model to drop its instructions"
	poisonCommand  = "AI tool texts tell the model to run foreign programs"
	poisonHide     = "AI tool texts tell the model to deceive the user"
	poisonShadow   = "AI tool texts change how other tools are used"
	poisonConsent  = "AI tool texts tell the model to skip approval"
	poisonRole     = "AI tool texts pretend to come from the AI system"
)

// poisonRules are from published attacks on MCP clients: hidden reading of keys and
// configurations, shadowing of a trusted server's tools, faked system messages.
var poisonRules = []poisonRule{
	poison(poisonLeak, auditapi.Critical,
		poisonTake+`[^.!?]{0,80}`+poisonTarget+`|`+poisonTarget+`[^.!?:]{0,60}`+poisonTake, poisonCarry+`[^!?]{0,120}`+poisonChannel, `\b`+poisonMust+`\b`, poisonImperative),
	poison(poisonLeak, auditapi.Critical,
		`\b(?:include|pass|send|provide|append|repeat|copy|reveal|output|put|return|write|attach)\b[^.!?]{0,50}\byour (?:full |entire |complete |original |own |hidden )*(?:system (?:prompt|message|instructions)|initial instructions|hidden instructions)`),
	poison(poisonLeak, auditapi.Critical,
		`\b(?:include|pass|send|append|attach|put|forward|copy|upload|transmit)\b[^.!?]{0,60}\b(?:full|entire|complete|whole|all previous|all prior)\b[^.!?]{0,20}\b(?:conversation|chat|messages?|dialogue|session)\b[^.!?]{0,60}(?:https?://|\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b|\b(?:sidenote|side note|metadata|hidden|footnote|telemetry|feedback)\b)`),
	poison(poisonLeak, auditapi.Critical,
		`\b(?:include|pass|send|append|attach|put|add|copy|insert|embed)\b[^.!?]{0,30}\b(?:last|previous|recent|preceding|earlier|full|entire|whole)(?: [a-z0-9]+)? (?:messages?|conversation|chat|transcript|prompts?|history)\b[^.!?]{0,30}\b(?:to|in|into|as|via) (?:the |this )?["'\x60]?(?:comment|notes?|hint|ref|reference|trace|debug|telemetry|analytics|feedback|side_?note|metadata|meta|tracking|extra)\b`),
	poison(poisonLeak, auditapi.Critical, `\bexfiltrate\b`, poisonImperative),
	poison(poisonShadow, auditapi.Critical,
		`\b(?:replace|swap|substitute|exchange|change|rewrite)\b[^.!?]{0,30}\b(?:iban|account number|bank details|wallet|payee|recipient|beneficiary)\b[^.!?]{0,20}\b(?:with|by|to|for) ["'\x60]?(?:[a-z]{2}\d{2}|bc[1i][a-z0-9]|0x[0-9a-f]|\d{6}|[\w.+-]+@[\w-]+\.[a-z])`),
	poison(poisonShadow, auditapi.Critical,
		`\b(?:any|all|every|each)(?: [a-z]+)? (?:transfers?|payments?|e-?mails?|messages?|orders?|invoices?|refunds?|transactions?)\b[^.!?]{0,50}\b(?:must|should|shall|ha(?:s|ve) to|needs? to) (?:also )?(?:go|be (?:sent|paid|copied|forwarded|delivered|made|addressed|routed|bcc'd|cc'd)) to\b[^.!?]{0,20}(?:\b(?:account|iban|wallet)\W+(?:number )?[a-z]{0,2}\d|[\w.+-]+@[\w-]+\.[a-z]|https?://|\+\d[\d ]{6}|\b0x[0-9a-f]{6})`),
	poison(poisonShadow, auditapi.High,
		`\b(?:rather than|instead of|in place of|not|over) (?:any|all|the) (?:other|another) (?:[a-z-]+ )?(?:tools?|servers?)\b`,
		`\beven (?:if|when) (?:the user|asked|they)\b|\b(?:the )?others (?:are|may be) (?:all )?(?:broken|insecure|unsafe|dangerous|compromised|malicious|untrusted|fake)\b`),
	poison(poisonRole, auditapi.High,
		`\byour (?:real|true|actual|secret|hidden) (?:goal|task|purpose|mission|objective|job|role) is\b`),
	poison(poisonLeak, auditapi.Critical,
		`!\[[^\]]{0,80}\]\(https?://[^)]{0,200}[?&=/](?:[^)]{0,60}[{<$%\[])`, `\b(?:append|include|add|insert|render|output|show|end|put)\b`, `\b(?:conversation|chat|history|messages?|secrets?|tokens?|keys?|credentials|context)\b`),
	poison(poisonLeak, auditapi.Critical,
		`\bcontents? (?:of|from)\b.{0,40}\b(?:id rsa|id ed25519|ssh (?:private )?key|etc passwd|etc shadow|aws credentials|mcp json)\b`),
	poison(poisonOverride, auditapi.Critical,
		`(?:^|[^a-z])(?:ignore|disregard|forget|do not follow|stop following)(?: all| any| of| the| its| your| every| these| those)* (?:previous|prior|earlier|above|preceding|existing|other|original|system|safety|developer)(?: or [a-z]+| and [a-z]+)?(?: system| safety| user)? (?:instructions?|prompts?|directives?|guidelines?|guidance|guardrails?|rules|messages?|policies|policy|constraints)\b`),
	poison(poisonOverride, auditapi.Critical,
		`\b(?:these|this|the following|my) (?:instructions?|directives?|rules?) (?:override|overrides|supersede|supersedes|take precedence over|takes precedence over|have priority over)\b[^.!?]{0,40}\b(?:previous|prior|other|system|user|all|any|safety)\b`),
	poison(poisonOverride, auditapi.Critical,
		`\byour (?:previous|prior|earlier|existing|original|other|safety|system| )+ (?:instructions?|guidelines?|guardrails?|rules|policies|constraints) (?:(?:do|does) not apply|no longer (?:apply|applies|count|hold)|are (?:void|cancelled|suspended|revoked|lifted))\b`),
	poison(poisonOverride, auditapi.Critical,
		`\b(?:bypass|disable|override|turn off|circumvent|ignore)\b[^.!?]{0,20}\b(?:your|the model's|the assistant's) (?:own )?(?:safety|content|security|alignment|ethical|system)?\s?(?:filters?|guardrails?|guidelines|restrictions|policies|safeguards|training|instructions)\b`),
	poison(poisonCommand, auditapi.Critical,
		`\b(?:you must|must|always|first|before|make sure to|ensure|need to|have to)\b[^!?]{0,100}\b(?:run|execute|paste|invoke|launch)\b[^!?]{0,60}(?:\bcurl\b[^!?]{0,160}(?:\|\s*(?:ba|z)?sh\b| -d\b|--data|@)|\bwget\b[^!?]{0,160}\|\s*(?:ba|z)?sh\b|\bbase64 (?:-d|--decode)|\biex\b|invoke-expression|\bnc \S+ \d+|/dev/tcp/|python3? -c\b)`),
	poison(poisonHide, auditapi.High,
		`\b(?:do not|don't|never|must not|should not|shouldn't|avoid|without|refrain from|no need to)\b(?: ever| even)? (?:tell|telling|inform|informing|mention|mentioning|reveal|revealing|notify|notifying|disclose|disclosing|alert|alerting|let|letting|say|saying|show|showing)\b[^.!?]{0,40}\b`+poisonUser+`\b[^.!?]{0,30}\b(?:about (?:this|these|it|that|the (?:above|file|files|extra|additional|transfer|copy|read|reading|step|instruction))|that you|that this|of this|know|why you|what you)`),
	poison(poisonHide, auditapi.High,
		`\b(?:do not|don't|never|must not)(?: ever)? (?:tell|inform) (?:the |your )?(?:user|human|operator)\s*(?:[.!\n]|$)`),
	poison(poisonOverride, auditapi.Critical,
		`\b(?:prioriti[sz]e|obey|follow|place|put) (?:these|this|the following) (?:directives?|instructions?|rules?|description)\b[^.!?]{0,20}\b(?:above|over|before) (?:all |any |every |the )*(?:user|system|other)(?:'s)? (?:requests?|instructions?|prompts?|messages?|rules?|wishes)\b`),
	poison(poisonConsent, auditapi.High,
		`\b(?:do not|don't|never|must not) ask (?:the user|them|anyone)\b`, `\b(?:approve|confirm|accept) (?:it|this|them|the (?:call|request)) automatically\b`),
	poison(poisonOverride, auditapi.Critical,
		`\bforget (?:everything|all|anything|whatever)\b[^.!?]{0,20}\byou (?:were|have been|know|learned|have learned)\b`),
	poison(poisonHide, auditapi.High,
		`\blie (?:and (?:say|claim|tell)|to the (?:user|human|operator))\b|\b(?:pretend|claim) (?:to the (?:user|human|operator) )?that (?:nothing|no (?:file|data|message)|you did not)\b`),
	poison(poisonHide, auditapi.High,
		`\balso (?:add|include|insert|append|send|copy|forward|call|run)\b[^!?]{0,120}\b(?:quietly|secretly|covertly)\b`, `\b(?:when|whenever|before|after|always|must|you)\b`),
	poison(poisonHide, auditapi.High,
		`\b(?:do not|don't|never|must not|should not|avoid) (?:ever )?(?:mention|mentioning|reveal|revealing|disclose|disclosing|show|showing|explain|explaining)\b[^.!?]{0,12}(?:\bthis\b|\bthese\b|\bit\b|\bthat you\b|\bthe (?:above|instruction|instructions|side ?note|extra|additional|hidden|copy|bcc)\b)[^.!?]{0,40}\bto (?:`+poisonUser+`)\b`),
	poison(poisonHide, auditapi.High,
		`\b(?:do not|don't|never|must not) mention that you (?:first |also |have |had |need |must |are |were |did |just |will |read|sent|copied)`),
	poison(poisonHide, auditapi.High,
		`\b(?:keep|hide|conceal|withhold)\b(?: this| it| these| the)(?: [a-z]+){0,4} (?:secret |hidden |private |confidential )?from (?:the |your )?(?:user|human|operator)\b`),
	poison(poisonHide, auditapi.High,
		`\b(?:silently|secretly|covertly|quietly|discreetly|stealthily)\b,? (?:also )?(?:read|send|upload|forward|copy|transmit|exfiltrate|collect|append|attach|include|leak|e-?mail|bcc)\b|\b(?:read|send|forward|copy|upload|transmit|include|append|delete|call|collect)\b(?:[^.!?]|\.\S){0,80}\bwithout (?:telling|informing) (?:the |your )?(?:user|human|operator)\b`),
	poison(poisonHide, auditapi.High,
		`\b(?:user|human|operator) (?:must|should|may|can) (?:never|not) (?:know|notice|find out|be told|be informed|become aware)\b`),
	poison(poisonHide, auditapi.High,
		`\b(?:without|so that|and make sure that?)\b(?: the)? `+poisonUser+`(?:'s)? (?:knowing|noticing|knowledge|awareness|being aware|does not notice|doesn't notice|never notices|is not aware)`),
	poison(poisonShadow, auditapi.Critical,
		`\b(?:tool|tools|send_?e?mail|server|servers)\b`,
		`\b(?:must|always|should|make sure to|ensure|need to|have to|only)\b[^!?]{0,60}\b(?:send|forward|route|redirect|bcc|cc|copy|post|proxy|transfer|deliver|pay|change|set|replace|add)\b[^!?]{0,100}(?:\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b|https?://|\biban\b|\bwallet\b|0x[0-9a-f]{8,})`,
		`\b(?:all|any|every|each|the) (?:other )?(?:outgoing |sent |future |following )?(?:e-?mails?|messages?|mails?|payments?|transfers?|transactions?|invoices?|files?|requests?|recipient|address|destination|queries|results)\b`,
		`\b(?:when|whenever|if|every time|before|after|instead|even if|regardless|other tools?|another tool|any tool)\b`, poisonImperative, poisonForeign),
	poison(poisonShadow, auditapi.High,
		`\b(?:do not|don't|never|must not|stop|avoid)(?: ever)? (?:use|using|call|calling|invoke|invoking|trust|trusting)\b[^.!?]{0,40}\b(?:from|of|on|by|provided by|offered by) (?:any |all |the )?(?:other|another|different|alternative) (?:mcp )?servers?\b`),
	poison(poisonShadow, auditapi.High,
		`\b(?:do not|don't|never|must not|stop|avoid)(?: ever)? (?:use|using|call|calling|invoke|invoking|trust|trusting) (?:any |the |all )*(?:other|another|different|alternative) (?:[a-z-]+ )?(?:tools?|servers?)\b`,
		`\beven (?:if|when) (?:the user|you are|asked|they)\b|\bother (?:[a-z-]+ )?(?:tools|servers) are (?:all |now |known to be )?(?:broken|insecure|unsafe|dangerous|compromised|malicious|untrusted)\b`),
	poison(poisonShadow, auditapi.High,
		`\b(?:this tool|this server|these tools|this description|this definition) (?:overrides?|replaces?|supersedes?|takes? precedence over|has priority over|have priority over)\b[^.!?]{0,40}\b(?:any|all|every|other|another) (?:other )?(?:tools?|servers?|definitions?|descriptions?)\b`),
	poison(poisonConsent, auditapi.High,
		`\b(?:do not|don't|never|must not|you need not|no need to) (?:ever )?(?:ask|request|wait for|seek|prompt|require|obtain)\b(?: [a-z']+){0,4} (?:permission|approval|consent|confirmation)(?: (?:first|before|again|to (?:call|run|use|execute|send|proceed)|for))?(?: (?:it|this|these|them|any|the tool|this tool))?\s*(?:[.,;!)]|$|and\b|before\b|when\b|just\b)`, poisonToModel),
	poison(poisonConsent, auditapi.High,
		`\byou (?:do not|don't) need (?:the user's |user |any |their |explicit )+(?:permission|approval|consent|confirmation)\b|\b(?:always|must|should|can) (?:auto-?approve|skip (?:any|all|every|the) (?:permission|approval|confirmation|consent))\b`, poisonToModel),
	poison(poisonConsent, auditapi.High,
		`\b(?:automatically|always|silently|immediately) (?:approve|accept|confirm|allow)\b[^.!?]{0,30}\b(?:all|any|every|each)\b[^.!?]{0,30}\b(?:tool calls?|permission|requests? for (?:permission|approval)|prompts?|confirmations?|dialogs?)`),
	poison(poisonRole, auditapi.High,
		`<\|im_start\|>\s*(?:system|assistant|user)|<\|(?:system|assistant|start_header_id)\|>|\[inst\].{0,400}\[/inst\]|<<sys>>|(?:^|\n|[.!?] )\s*(?:###\s*)?(?:system|system message|system prompt|system override|admin override|\[system\](?: override)?)\s*:\s*(?:you|ignore|the (?:user|assistant|model)|from now|new)\b|\bnew system (?:instructions?|prompt|message|directive)s?\s*:\s*(?:you|comply|obey|ignore|always|never|from now)\b|<(?:hidden|secret)>[^<]{15,}</|\[system\]\s*(?:you|ignore|the (?:user|assistant|model)|from now)\b`),
	poison(poisonRole, auditapi.High,
		`\b(?:you are now|from now on,? you are|enter|switch (?:in)?to|activate|act in)\b[^.!?]{0,20}\b(?:developer|god|jailbreak|dan|unrestricted|root|admin|debug|maintenance) mode\b|\byou are no longer (?:bound|restricted|limited|subject|an? [a-z ]{0,20}assistant)\b`, poisonToModel),
	poison(poisonOverride, auditapi.Critical,
		`\b(?:its|this tool's|the tool's|these|this) (?:outputs?|results?|answers?|texts?|contents?|words?)\b[^.!?]{0,20}\b(?:takes? precedence over|outranks?|overrides?|supersedes?|(?:has|have) (?:a )?(?:higher )?priority over) (?:the |your |any |all )*(?:system (?:prompt|message|instructions)|(?:users?'?s?|operator'?s?|developer'?s?) (?:instructions?|requests?|wishes|prompts?|messages?)|instructions|guidelines|rules)\b`),
	poison(poisonOverride, auditapi.Critical,
		`\b(?:ignore|disregard|forget|drop|abandon)(?: all| any| every| of| the| your| those)* (?:rules|instructions|guidelines|orders|directives|guidance|policies|restrictions|constraints)(?: that)?(?: were| you were| you have been| you)? (?:set|given|got|received|written|issued|imposed|provided|told)?\s?(?:by|from|before|above|earlier|so far|previously)\b[^.!?\n]{0,40}(?:\b(?:user|operator|system|developer|owner|and|instead|then)\b|[.!?\n]|$)`, poisonToReader),
	poison(poisonOverride, auditapi.Critical,
		`(?:^|[^a-z])(?:ignore|disregard|forget) (?:everything |all |anything )?(?:that |what )?you (?:were|have been|had been) (?:told|instructed|asked|taught)\b|\b(?:previous|prior|earlier|existing|all) (?:safety|system|security|content) (?:instructions|guidelines|rules|policies|restrictions) (?:are|have been) (?:now |hereby )?(?:void|cancelled|suspended|revoked|lifted|disabled|superseded)\b`),
	poison(poisonOverride, auditapi.Critical,
		`(?:^|[^a-z])(?:ignore|disregard|overrule) (?:whatever |anything )?(?:the |your )?(?:user|operator|human|owner|customer)(?:'s|s'|s)? (?:instructions?|orders|commands|wishes|requests|directions|says|said|asks)\b`),
	poison(poisonOverride, auditapi.Critical,
		`\b(?:when|once|after|as soon as) (?:you|the (?:model|assistant|agent)) (?:see|sees|read|reads|load|loads|receive|receives|open|opens|process|processes) (?:this|these)\b[^.!?]{0,40}\b(?:override|replace|ignore|forget|drop|disregard|discard|overwrite)\b[^.!?]{0,30}\b(?:system (?:prompt|message)|instructions|rules|guidelines)\b`),
	poison(poisonLeak, auditapi.Critical,
		`\b(?:fill|include|put|pass|write|copy|repeat|paste|provide|send|set|insert)\b[^.!?]{0,40}\b(?:system prompt|system message|developer message|hidden instructions)(?: that| which| as)? (?:it|you|the (?:model|assistant|agent|llm)) (?:received?|got|have|has|(?:was|were|been) given|(?:is|are|am) (?:using|given)|runs? (?:on|with)|started with)\b`),
	poison(poisonLeak, auditapi.Critical,
		`\b(?:contents?|text) (?:of|from) (?:the |your |a |file )*[^\s,;]{0,20}`+poisonFile+`[^.!?\n]{0,30}\b(?:must|ha(?:s|ve) to|needs? to|should|shall|(?:is|are) to) be (?:copied|pasted|put|sent|included|passed|supplied|attached)\b`),
	poison(poisonShadow, auditapi.High,
		`\b(?:supersedes?|overrides?|changes?|modif(?:y|ies)|alters?|redefines?) (?:the |how )?(?:behaviou?r|description|definition|instructions?|usage|meaning) of (?:the )?["'\x60]?[\w.-]+["'\x60]? tool\b`),
	poison(poisonRole, auditapi.High,
		`\b(?:pretend|behave|imagine)\b[^.!?]{0,30}\b(?:developer|god|jailbreak|dan|unrestricted|root|admin|debug|maintenance) mode\b|\b(?:safety|content|ethical) (?:guidelines?|rules?|polic(?:y|ies)|filters?|restrictions?|guardrails?) (?:do not|don't|does not|no longer) apply (?:while|when|as long as|in this|to you|here|for this|any ?more|from now)\b`),
	poison(poisonRole, auditapi.High,
		`<!--\s*(?:(?:note|message|instructions?) (?:to|for) )?(?:the )?(?:ai|llm|assistant|model|agent|system)s?\b[^>]{0,12}[:,][^>]{10}`),
	poison(poisonConsent, auditapi.High,
		`\b(?:user|human|operator|customer|owner) (?:has|have) (?:already |previously )?(?:approved|consented to|authori[sz]ed|confirmed|agreed to|allowed) (?:all|any|every|everything)\b`, `\b(?:skip|proceed|no need|do not ask|don't ask|without|go ahead|straight away|no confirmation)\b`),
	poison(poisonOverride, auditapi.Critical, otherOverride),
	poison(poisonHide, auditapi.High, otherHide),
	poison(poisonLeak, auditapi.Critical, otherTake+`[^!?]{0,40}`+poisonTarget, otherCarry),
	poison(poisonRole, auditapi.High,
		`(?s)<(?:important|system|secret|hidden|admin|instructions?)>.*?</(?:important|system|secret|hidden|admin|instructions?)>`,
		poisonTarget+`|\b(?:sidenote|side note)\b|\bdo not mention\b|\bdon't mention\b|\bwithout (?:telling|informing)\b`, `\b`+poisonMust+`\b`),
}

// Patterns that keep rules away from honest texts.
const (
	// poisonImperative: the model is told to, or it would be a tool that does it.
	poisonImperative = `\b(?:you|must|always|first|make sure|ensure|before (?:using|calling|you)|when(?:ever)? (?:using|calling|sending|you)|otherwise|never|do not|don't|even if|prior to|the (?:assistant|model|agent|llm|ai) (?:should|must|shall|needs to|has to))\b`
	// poisonToModel: speaks of calls, not of the behaviour of a service.
	poisonToModel = `\b(?:you|this tool|the tool|tool|call|calling|model|assistant|agent|just|simply|user)\b`
	// poisonToReader: it says what to do then.
	poisonToReader = `\b(?:you|your|assistant|model|agent|instead|obey|follow|and (?:do|act|use|call|send|run|answer|say))\b`
	// poisonForeign: speaks to the model of what others do.
	poisonForeign = `\b(?:other tools?|another tool|any tool|tool is (?:available|present|used|called)|(?:send_?e?mail|mail|e-?mail|bank|banking|wallet|payment|transfer|messag\w+|whatsapp|slack|file) tool|when(?:ever)? (?:using|calling|sending|you (?:use|call|send|invoke))|even if the user|regardless of what)\b`
)

// poisonTalk marks a passage that speaks about such attacks, as tools that look for
// them do.
var poisonTalk = regexp.MustCompile(`\b(?:detects?|detecting|detection|scans?|scanning|scanner|classif(?:y|ies|ier)|flags?|blocks?|guards? against|protects? against|filters?|sanitiz(?:e|es|er)|identif(?:y|ies)|looks? for|search(?:es)? for|tests? for|checks? (?:for|whether|if)|attempts? (?:to|such)|attacks?|attackers?|phrases? (?:like|such as)|injections?|jailbreaks?|red.?team|explains? how|lessons? (?:about|on|that)|tutorials?|teach(?:es|ing)?|(?:well-known|typical|classic|common) (?:examples?|phrases?|tricks?))\b|` + poisonTalkForeign)

// poisonNot right before a passage turns it round.
var poisonNot = regexp.MustCompile(`\b(?:do not|don't|never|must not|should not|shouldn't|cannot|can't|refuses? to|avoid)(?: ever)? $|\b(?:if|when|whenever|in case)\b[^.!?]{0,60}\b(?:asks?|tells?|urges?|instructs?|tries|wants|claims?|orders?|requests?|writes?|says?|types?|enters?|sends?)(?: (?:you|the (?:model|assistant|agent)|it|them))?(?: that you| to)? ["'„«‚‹]?$|\b(?:like|such as|for instance|namely|wie|etwa|comme|como|come|zoals|jak|вроде) ["'„«‚‹]?$`)

// poisonQuoted after a passage in quotation marks says that it is an example.
var poisonQuoted = regexp.MustCompile(`^[^.!?\n"'»]{0,60}["'»]\)? (?:is|are|was|counts as) (?:an? |the |one of the )?(?:[a-z-]+ ){0,2}(?:attacks?|attempts?|injections?|examples?|jailbreaks?|tricks?|phrases?)\b`)

// maxPassage is how far the patterns of a rule may lie apart.
const maxPassage = 900

// poisoned returns the passage of text that the rule finds, or false.
func (r poisonRule) poisoned(text string) (string, bool) {
	for rest, from := text, 0; ; {
		hit := r.patterns[0].FindStringIndex(rest)
		if hit == nil {
			return "", false
		}
		begin, end := max(0, from+hit[0]-maxPassage/2), min(len(text), from+hit[1]+maxPassage/2)
		passage := text[begin:end]
		before := sentenceBefore(text, from+hit[0])
		if r.matches(passage) && !poisonTalk.MatchString(before) && !poisonNot.MatchString(before) && !poisonQuoted.MatchString(text[from+hit[1]:]) {
			return cutQuote(text[from+hit[0]:]), true
		}
		from += max(hit[1], hit[0]+1)
		rest = text[from:]
	}
}

// cutQuote is the beginning of text, as much as is quoted.
func cutQuote(text string) string {
	return strings.TrimSpace(strings.ToValidUTF8(text[:min(len(text), maxQuote)], ""))
}

func (r poisonRule) matches(passage string) bool {
	for _, p := range r.patterns {
		if !p.MatchString(passage) {
			return false
		}
	}
	return true
}

// abbreviations end no sentence.
var abbreviations = strings.NewReplacer("e.g.", "eg", "i.e.", "ie", "etc.", "etc")

// sentenceBefore is what stands before at in its sentence.
func sentenceBefore(text string, at int) string {
	before := abbreviations.Replace(text[max(0, at-200):at])
	if end := strings.LastIndexAny(before, ".!?\n"); end >= 0 {
		before = before[end+1:]
	}
	return before
}
