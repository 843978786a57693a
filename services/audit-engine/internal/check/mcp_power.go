package check

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/mcpprobe"
)

// power is something that a tool can do to the machine that it runs on. A tool has it
// when an unbounded parameter says so, and with it the words of the tool's name or a plain
// sentence of its description.
type power struct {
	title    string // of the finding
	severity auditapi.Severity
	changes  bool           // it is never only reading
	names    [][]string     // one word of each of the groups is in the name; nil: any name
	says     *regexp.Regexp // in the name and, a line below, the description, in lower case; nil: nothing
	values   []string       // names of the parameter
}

// general are names of parameters that a description gives their meaning.
var general = []string{"input", "text", "arg", "args", "arguments", "argv", "line", "expression", "task", "body", "content", "options", "params", "pipeline", "statement", "query"}

var powers = []power{
	{
		title: "AI tools run any command", severity: auditapi.High, changes: true,
		names:  [][]string{{"exec", "execute", "run", "shell", "bash", "sh", "terminal", "cmd", "powershell", "eval", "evaluate", "spawn", "subprocess", "python", "interpreter", "runner", "executor", "repl"}},
		says:   regexp.MustCompile(`^(?:shell|bash|terminal|powershell|cmd|exec)\n|\b(?:runs?|executes?) (?:an? |the |one )?(?:commands?|scripts?) on (?:an?|the|this) (?:[a-z]+ )?(?:host|server|machine|system|container|node)\b|\bpass(?:es|ing)?\b[^.\n]{0,40} (?:to|through) (?:an?|the) (?:[a-z]+[ -]){0,3}(?:shell|interpreter|command line)\b|\b(?:runs?|executes?|invokes?|spawns?|evaluates?|passes) (?:(?:an?|the|any|arbitrary|given|some|one|following|raw) )*(?:(?:shell|bash|powershell|terminal|cmd|kubectl|docker|system|os|python|javascript|js|node|ruby|php) )(?:commands?|code|scripts?|expressions?|snippets?|cmdlets?)\b|\b(?:runs?|executes?|spawns?) (?:any|arbitrary) (?:commands?|code|scripts?|programs?)\b|\bbeliebige[nrs]? (?:shell-?)?(?:befehle?|kommandos?|code|skripte?)|/bin/(?:ba)?sh -c\b`),
		values: []string{"command", "cmd", "commands", "commandline", "shell", "script", "code", "program", "argv", "befehl", "kommando", "skript"},
	},
	{
		title: "AI tools run any command", severity: auditapi.High, changes: true,
		names:  [][]string{{"kubectl", "docker", "podman", "git", "ssh", "terraform", "ansible", "npm", "systemctl", "gcloud", "helm", "nmap", "ffmpeg", "psql"}},
		values: []string{"args", "arguments", "argv", "command", "cmd", "commandline", "subcommand", "flags"},
	},
	{
		title: "AI tools write or delete any file", severity: auditapi.High, changes: true,
		names:  [][]string{{"write", "edit", "delete", "remove", "move", "rename", "create", "append", "overwrite", "save"}, fileWords},
		says:   regexp.MustCompile(`\b(?:writes?(?: to)?|edits|deletes?|removes?|overwrites?) (?:any|arbitrary) (?:local )?(?:files?|path)\b`),
		values: pathValues,
	},
	{
		title: "AI tools read any file", severity: auditapi.Medium,
		names:  [][]string{{"read", "get", "open", "cat", "list", "load", "view", "download"}, fileWords},
		says:   regexp.MustCompile(`\b(?:reads?|returns?|opens?|prints?) (?:the contents? of )?(?:any|arbitrary) (?:local )?(?:files?|path)\b`),
		values: pathValues,
	},
	{
		title: "AI tools run any database query", severity: auditapi.High,
		names:  [][]string{{"sql", "database", "db", "postgres", "postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle", "duckdb", "bigquery", "snowflake", "clickhouse", "mongo", "mongodb", "cypher", "neo4j"}},
		says:   regexp.MustCompile(`\b(?:runs?|executes?|performs?) (?:(?:an?|the|any|arbitrary|given|raw|custom|read-only|select) )*(?:sql|postgres(?:ql)?|mysql|sqlite|database|cypher|mongodb) (?:query|queries|statements?|commands?|aggregations?)\b|\b(?:runs?|executes?) (?:any|arbitrary|raw) (?:query|queries|statements?)\b`),
		values: []string{"sql", "query", "statement", "sqlquery", "pipeline", "cypher"},
	},
	{
		title: "AI tools run any database query", severity: auditapi.High,
		values: []string{"sql", "sqlquery"},
	},
	{
		title: "AI tools fetch any address", severity: auditapi.Medium,
		names:  [][]string{{"fetch", "http", "request", "curl", "wget", "download", "scrape", "crawl", "browse", "navigate", "webhook", "proxy"}},
		values: addressValues,
	},
	{
		title: "AI tools fetch any address", severity: auditapi.Medium,
		names:  [][]string{{"get", "open", "load", "read", "visit", "goto", "screenshot", "capture", "render", "snapshot", "unfurl", "import"}, {"url", "urls", "web", "webpage", "website", "page", "link"}},
		says:   regexp.MustCompile(`\b(?:fetch(?:es)?|downloads?|opens?|retrieves?|visits?|requests?|crawls?|scrapes?) (?:the (?:contents?|body|html) of )?(?:any|an arbitrary|arbitrary|the given|the specified|a given|the provided) (?:urls?|uris?|web ?pages?|websites?|web address(?:es)?)\b`),
		values: addressValues,
	},
}

var (
	fileWords     = []string{"file", "files", "path", "directory", "folder", "dir"}
	addressValues = []string{"url", "urls", "uri", "href", "endpoint", "link", "address", "website", "pageurl", "targeturl", "weburl", "target"}
	pathValues    = []string{"path", "paths", "file", "filepath", "filename", "directory", "dir", "folder", "source", "destination", "uri"}
)

// of returns the parameter by which tool has the power.
func (p power) of(tool mcpprobe.Tool) (parameter string, ok bool) {
	said := p.says != nil && p.says.MatchString(strings.ToLower(tool.Name+"\n"+tool.Description))
	if !said && !p.named(tool.Name) || onlyText.MatchString(strings.ToLower(tool.Description)) {
		return "", false
	}
	all := tool.Parameters()
	for _, v := range all {
		name := strings.Join(words(v.Name), "")
		if (slices.Contains(p.values, name) || said && slices.Contains(general, name)) && isText(v.Schema) && !bounded(v.Schema) {
			return v.Name, true
		}
	}
	if said && len(all) == 0 && tool.Input["additionalProperties"] != false {
		return "*", true // whatever is sent
	}
	return "", false
}

// onlyText is said by tools that look at a command, a query or an address as text.
var onlyText = regexp.MustCompile(`\b(?:nothing|never|not|isn't|without) (?:is |be |being |actually )?(?:executed|run|evaluated|executing|running|evaluating|fetched|visited|fetching|visiting)(?: it| them| anything)?\s*(?:[.;,!)—\n]|$)`)

func (p power) named(tool string) bool {
	name := words(tool)
	for _, group := range p.names {
		if !slices.ContainsFunc(name, func(word string) bool { return slices.Contains(group, word) }) {
			return false
		}
	}
	return true
}

// words are the parts of a name in lower case: run_command, runCommand, run-command.
func words(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		switch {
		case unicode.IsUpper(r) && lower:
			b.WriteByte(' ')
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(b.String())
}

// isText reports whether a schema allows texts, or lists of them.
func isText(schema map[string]any) bool {
	switch kind := schema["type"].(type) {
	case string:
		items, _ := schema["items"].(map[string]any)
		return kind == "string" || kind == "array" && (items == nil || isText(items))
	case []any:
		return slices.Contains(kind, any("string"))
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		branches, _ := schema[key].([]any)
		if slices.ContainsFunc(branches, func(b any) bool { branch, ok := b.(map[string]any); return ok && isText(branch) }) {
			return true
		}
	}
	for _, key := range []string{"type", "anyOf", "oneOf", "allOf", "$ref", "properties"} {
		if _, there := schema[key]; there {
			return false
		}
	}
	return true // whatever is sent
}

// boundedFormats are forms of text that name no command, file or address.
var boundedFormats = []string{"uuid", "date", "date-time", "time", "duration", "email", "ipv4", "ipv6"}

// anyPattern allows everything.
var anyPattern = regexp.MustCompile(`^\^?(?:\.|\[\\s\\S\]|\(\.\*\))?[*+]?\$?$|^\^?https\?:|^\^?https:[\\]?/[\\]?/(?:\.[*+])?\$?$`)

// bounded reports whether a schema keeps texts to a list, a form or a pattern.
func bounded(schema map[string]any) bool {
	if _, ok := schema["const"]; ok {
		return true
	}
	if list, ok := schema["enum"].([]any); ok && len(list) > 0 {
		return true
	}
	if pattern, ok := schema["pattern"].(string); ok && !anyPattern.MatchString(pattern) {
		return true
	}
	if format, ok := schema["format"].(string); ok && slices.Contains(boundedFormats, format) {
		return true
	}
	if items, ok := schema["items"].(map[string]any); ok {
		return bounded(items)
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		branches, _ := schema[key].([]any)
		if len(branches) == 0 {
			continue
		}
		return !slices.ContainsFunc(branches, func(b any) bool {
			branch, ok := b.(map[string]any)
			return ok && isText(branch) && !bounded(branch)
		})
	}
	return false
}
