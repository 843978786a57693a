package exposed

import (
	"bytes"
	"encoding/json"
	"mime"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/services/audit-engine/internal/guard"
)

// Window is how many bytes of an answer are looked at, and asked for.
const Window = 64 << 10

// answer is what a site said, as far as it is judged.
type answer struct {
	status int
	media  string // of Content-Type, in lower case; empty if there is none
	body   []byte // at most Window
}

func newAnswer(r *guard.Response) answer {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	return answer{status: r.Status, media: media, body: r.Body[:min(len(r.Body), Window)]}
}

// page is how a page for a browser or another document of markup begins. The source
// of a PHP program does not.
var page = regexp.MustCompile(`(?i)\A(\x{FEFF})?\s*<(!|[a-z]|\?xml)`)

func (a answer) markup() bool { return page.Match(a.body) }

// binary reports whether the content is no text: text has no zero bytes.
func (a answer) binary() bool { return bytes.IndexByte(a.body, 0) >= 0 }

// signature recognizes content that only one kind of file has. seen is shown in the
// report, so it holds no value of the file: a pattern ends before one.
type signature func(a answer) (seen string, ok bool)

// showing replaces what is shown.
func (s signature) showing(seen string) signature {
	return func(a answer) (string, bool) {
		_, ok := s(a)
		return seen, ok
	}
}

// text recognizes a file of text that is not markup by a pattern, in which ^ and $
// stand for the ends of a line.
func text(pattern string) signature {
	re := regexp.MustCompile("(?m)" + pattern)
	return func(a answer) (string, bool) {
		if a.markup() || a.binary() {
			return "", false
		}
		found := re.Find(a.body)
		return strings.TrimSpace(string(found)), found != nil
	}
}

var comment = regexp.MustCompile(`(?s)<!--.*?-->`)

// markup recognizes a page or an XML file by a pattern outside of comments.
func markup(pattern, seen string) signature {
	re := regexp.MustCompile(pattern)
	return func(a answer) (string, bool) {
		return seen, a.markup() && re.Match(a.body) && re.Match(comment.ReplaceAll(a.body, nil))
	}
}

// magic recognizes a binary file by its first bytes.
func magic(first, seen string) signature {
	return func(a answer) (string, bool) {
		return seen, a.media != "text/html" && bytes.HasPrefix(a.body, []byte(first))
	}
}

// object recognizes a JSON object by the names of its fields. The object may be cut
// off after them.
func object(names ...string) signature {
	return func(a answer) (string, bool) {
		has := fields(a.body)
		for _, name := range names {
			if _, ok := has[name]; !ok {
				return "", false
			}
		}
		return `"` + strings.Join(names, `", "`) + `"`, true
	}
}

// maxFields bounds how many fields of an object are looked at.
const maxFields = 200

// fields returns the fields of a JSON object, as far as they came whole. The value of
// one that was cut off is null.
func fields(body []byte) map[string]json.RawMessage {
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	has := map[string]json.RawMessage{}
	for len(has) < maxFields && decoder.More() {
		key, err := decoder.Token()
		name, isName := key.(string)
		if err != nil || !isName {
			break
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			if len(body) == Window {
				has[name] = nil
			}
			break
		}
		has[name] = slices.Clone(value)
	}
	return has
}
