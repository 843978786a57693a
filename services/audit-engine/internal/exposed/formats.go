package exposed

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	privateKey    = text(`^-----BEGIN (RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----`)
	dump          = text(`(?i)^(-- (MySQL|MariaDB|PostgreSQL database) dump|CREATE TABLE (IF NOT EXISTS )?["` + "`" + `\w.\[]+|INSERT INTO ["` + "`" + `\w.\[]+)`)
	wordpress     = text(`define\(\s*['"]DB_PASSWORD['"]`)
	phpinfo       = markup(`(?s)<title>(PHP [\d.]+[^<]{0,40} - )?phpinfo\(\)</title>.*?PHP Version\s*(<[^>]{0,60}>\s*){0,4}\d`, "phpinfo()")
	introspection = text(`(?s)\A\s*\{.*?"__schema"\s*:\s*\{\s*"queryType"\s*:\s*\{\s*"name"\s*:\s*"\w`).showing(`"__schema": {"queryType": …}`)
	folder        = markup(List.String(), "a list of the files in the folder")
)

// List is how the usual servers head a list of the files in a folder: by a title
// (nginx, Apache, lighttpd, Python, Tomcat, Jetty, serve-index, serve), or by what else
// only such a list has (Apache's order, Caddy, IIS in any language, Go).
var List = regexp.MustCompile(`(?i)<title>\s*(index of /|directory listing for \[?/|directory: /|listing directory /|files within [^<]{0,200}/</title>)|<h1>\s*index of /|` +
	`<a href="\?C=N;O=D">|<div class="breadcrumbs">Folder Path</div>|<h1>[^<]{1,100} - /[^<]{0,300}</h1><hr>\s*<pre><a href="/|` +
	`\A(<!doctype html>\n<meta name="viewport" content="width=device-width">\n)?<pre>\n(<a href="[^"\n]{1,300}">[^<\n]{1,300}</a>\n)+</pre>\n?\z`)

// Introspection reports whether an interface of GraphQL has told its schema.
func Introspection(body []byte) bool {
	_, tells := introspection(answer{status: http.StatusOK, media: "application/json", body: body})
	return tells
}

// php recognizes the source of a PHP program, which a server should have run.
var php = text(`\A\s*<\?php\s[^<]*?(\$\w+\s*=|define\(|require|include|namespace\s|use\s|return\s|class\s|function\s)`).showing("<?php …")

// assignment is a line of an environment file.
var assignment = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z][A-Za-z0-9_]{1,60})[ \t]*=[ \t]*(\S?)`)

// known names what programs read from environment files.
var known = regexp.MustCompile(`^(APP_(KEY|SECRET|ENV)|NODE_ENV|DATABASE_URL|REDIS_URL|MONGO(DB)?_URI|(DB|MYSQL|POSTGRES|PG|MAIL|SMTP|AWS|STRIPE|JWT|SECRET|S3)_\w+|\w*(PASSWORD|PASSWD|PASS|PWD|SECRET|SECRET_KEY|API_KEY|ACCESS_KEY|TOKEN|PRIVATE_KEY))$`)

// lone is a file that holds nothing but one secret, with a value of some length.
var lone = regexp.MustCompile(`(?i)\A\s*(?:export[ \t]+)?(\w*(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|API_KEY|ACCESS_KEY|TOKEN|PRIVATE_KEY|DATABASE_URL))[ \t]*=[ \t]*\S{6,}\s*\z`)

// environment recognizes an environment file: two assignments, one of them to a known
// name, and hardly anything else; or one secret alone.
func environment(a answer) (string, bool) {
	if a.markup() || a.binary() {
		return "", false
	}
	if m := lone.FindSubmatch(a.body); m != nil {
		return string(m[1]) + "=•••", true
	}
	written := 0
	for line := range bytes.Lines(a.body) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			written++
		}
	}
	found := assignment.FindAllSubmatch(a.body, -1)
	if len(found) < 2 || len(found)*2 < written {
		return "", false
	}
	for _, line := range found {
		if name := string(line[1]); len(line[2]) > 0 && known.MatchString(strings.ToUpper(name)) {
			return name + "=•••", true
		}
	}
	return "", false
}

// Lines of the text format of Prometheus:
// https://prometheus.io/docs/instrumenting/exposition_formats/
var (
	sample     = regexp.MustCompile(`(?m)^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}\n]*\})? (\+?Inf|-Inf|NaN|[-+]?[0-9.]+([eE][-+]?[0-9]+)?)( [0-9]+)?\r?$`)
	sampleType = regexp.MustCompile(`(?m)^# TYPE [a-zA-Z_:][a-zA-Z0-9_:]{0,100} (counter|gauge|histogram|summary|untyped)\r?$`)
	sampleHelp = regexp.MustCompile(`(?m)^# HELP [a-zA-Z_:][a-zA-Z0-9_:]{0,100} \S`)
)

// prometheus recognizes a program's figures: the type of one, and three samples or one
// that is explained.
func prometheus(a answer) (string, bool) {
	kind, want := sampleType.Find(a.body), 3
	if sampleHelp.Match(a.body) {
		want = 1
	}
	if a.markup() || kind == nil || len(sample.FindAll(a.body, want)) < want {
		return "", false
	}
	return strings.TrimSpace(string(kind)), true
}

var (
	heading   = regexp.MustCompile(`\A(\x{FEFF})?(---\n(.*\n){1,40}?---\n)?\s*#{1,3} \w`)
	audience  = regexp.MustCompile(`(?i)\b(claude|codex|copilot|cursor|gemini|coding agents?|AI (agents?|assistants?))\b`)
	paragraph = regexp.MustCompile(`(?m)^(#{2,4} \w|[-*] \S|\d\. \S|` + "```" + `)`)
	guidance  = regexp.MustCompile(`(?i)\b(use|run|never|always|build|tests?|deploy|code|don't|do not|you|project|repo(sitory)?|commit|branch|install|agents?)\b`)
	order     = regexp.MustCompile(`(?i)\A(\x{FEFF})?(---\n(.*\n){1,40}?---\n)?\s*(you are an? \w|always \w|never \w|[-*] \w|#{1,3} \w)`)
)

// markdown recognizes a text in Markdown: a heading, and parts below it or a word on
// whom it is for; or words of somebody who tells how to work on a program.
func markdown(a answer) (string, bool) {
	parts := heading.Match(a.body) && (paragraph.Match(a.body) || audience.Match(a.body))
	return "a text in Markdown", a.prose() && (parts || a.guides())
}

// rules recognizes instructions to an agent, which need not have a heading.
func rules(a answer) (string, bool) {
	list := order.Match(a.body) && len(paragraph.FindAll(a.body, 3)) > 1
	return "a list of instructions", a.prose() && (list || a.guides())
}

// guides reports whether the answer tells somebody what to do with a program.
func (a answer) guides() bool { return len(guidance.FindAll(a.body, 2)) == 2 }

// prose reports whether the answer is a text for people of some length.
func (a answer) prose() bool {
	return len(a.body) >= 20 && !a.markup() && !a.binary() && a.media != "application/json" &&
		(len(a.body) == Window || utf8.Valid(a.body))
}

// apiDescription recognizes the description of an API by its version:
// https://spec.openapis.org/oas/latest.html
func apiDescription(a answer) (string, bool) {
	has := fields(a.body)
	for _, name := range []string{"openapi", "swagger"} {
		version := strings.Trim(string(has[name]), `"`)
		if strings.HasPrefix(version, "3.") || version == "2.0" {
			return `"` + name + `"`, has["info"] != nil
		}
	}
	return "", false
}

// sqlite recognizes a database of SQLite: https://www.sqlite.org/fileformat.html
var sqlite = magic("SQLite format 3\x00", "the first bytes of a database of SQLite")

// zipped recognizes a ZIP archive by its first entry (APPNOTE 4.3.7).
var zipped = magic("PK\x03\x04", "a ZIP archive")

// tarred recognizes a tar archive by the mark in its first header (POSIX pax).
func tarred(a answer) (string, bool) {
	const mark = 257
	return "a tar archive", a.media != "text/html" && len(a.body) >= 512 && bytes.HasPrefix(a.body[mark:], []byte("ustar"))
}

// packed recognizes what is compressed with gzip and no page, also where it is no
// archive that we can read.
func packed(a answer) (string, bool) {
	seen, ok := compressed(func(inside answer) (string, bool) { return "a file compressed with gzip", !inside.markup() })(a)
	if !ok && a.media != "text/html" && len(a.body) > gzipHeader && bytes.HasPrefix(a.body, []byte("\x1f\x8b\x08")) {
		_, whole := compressed(func(answer) (string, bool) { return "", true })(a)
		return "the first bytes of a file compressed with gzip", !whole
	}
	return seen, ok
}

const gzipHeader = 10 // RFC 1952

// compressed recognizes a file by its content before gzip.
func compressed(content signature) signature {
	return func(a answer) (string, bool) {
		inflate, err := gzip.NewReader(bytes.NewReader(a.body))
		if err != nil || a.media == "text/html" {
			return "", false
		}
		body, err := io.ReadAll(io.LimitReader(inflate, Window))
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return "", false
		}
		return content(answer{status: a.status, body: body})
	}
}
