package check

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-reflected-input", Title: "Pages repeat what visitors type only as text", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.High,
		Impact:      "What stands in a link's parameter becomes part of your page. Whoever gets a visitor to follow such a link runs script in your site's name: reads the session, fills in forms, shows a false sign-in (cross-site scripting).",
		Remediation: setHeader("Escape every value for the place where it is shown, quotation marks included: use templates that do it by themselves (Go's html/template, Jinja2 with autoescape, React's {value}) and never build HTML or script by joining strings. A Content-Security-Policy without unsafe-inline is the second line.", "Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'"),
		References:  []string{"https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html", "https://cwe.mitre.org/data/definitions/79.html"},
		Controls:    controls(clientCode, "1.2.1"),
		Run:         runReflectedInput,
	})
}

// inputs are what is typed. Nothing of it does anything: browsers know neither the
// element nor the attributes. Filters often stop one of the two alone.
var inputs = []func(word string) string{
	// The end of a comment, an element, and the end of one whose text is no markup, see
	// rawText.
	func(word string) string { return word + "--><" + word + "></script" + word + ">" },
	// Out of an attribute in double marks, in single ones, or in none; out of a text of a
	// script likewise.
	func(word string) string {
		return word + `"` + word + `d=1 '` + word + "s=1 `" + word + `t=1 ` + word + `n=1 `
	},
}

// inputNames are parameters that pages often repeat, though no link shows them.
var inputNames = []string{"q", "s", "search", "query", "keyword", "name", "message", "error"}

func runReflectedInput(ctx context.Context, site *Site) Result {
	if site.noMarkup() != "" {
		return skip("%s", site.noMarkup())
	}
	for _, p := range slices.Concat(site.parameters(anyParameter), []parameter{hidden("/", inputNames)}, site.pathParts(), []parameter{hidden("/search", inputNames)}) {
		for _, input := range inputs {
			var place escape
			answer, raw, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
				answer, err := site.get(ctx, p.with(input(word)), nil)
				if err != nil || !rendered(answer) {
					return answer, false, err
				}
				place = escaped(beginning(answer.Body), word)
				return answer, place != escape{}, nil
			})
			if err != nil {
				return skip(silent)
			}
			if raw {
				return fail(Finding{
					Title: place.title, Severity: auditapi.High,
					Evidence: lines("Asked for "+quote(answer.URL.RequestURI()), at(answer), place.evidence, "Parameter: "+p.label(), "Confirmed with a second word."),
				})
			}
		}
	}
	return pass()
}

// rendered reports whether browsers take an answer for a page, those without a type
// included (MIME Sniffing, 7.1).
func rendered(r *guard.Response) bool {
	if isHTML(r) {
		return true
	}
	return r.Header.Get("Content-Type") == "" && r.Header.Get("X-Content-Type-Options") == "" &&
		strings.HasPrefix(http.DetectContentType(r.Body), "text/html")
}

// escape is a way by which what was typed becomes more than text. The zero value: none.
type escape struct{ title, evidence string }

var (
	asElement   = escape{"A page repeats typed markup unescaped", "The element of the request stands in the page as an element."}
	asEnd       = escape{"A page repeats typed markup unescaped", "The end tag of the request stands unescaped in an element that such a tag ends."}
	asAttribute = escape{"Typed text ends an attribute and begins another", "An attribute of the request stands in the page as an attribute."}
	asScript    = escape{"Typed text ends a text in a script of the page", "A quotation mark of the request ends a text in a script, and what follows it is read as script."}
)

// rawText are elements whose text is no markup; only their own end tag ends them.
var rawText = []atom.Atom{atom.Script, atom.Style, atom.Textarea, atom.Title, atom.Iframe, atom.Noscript, atom.Xmp, atom.Noembed, atom.Noframes}

// handlers are attributes that hold a script, those that pages mostly have.
var handlers = []string{"onclick", "onsubmit", "onchange", "oninput", "onload", "onerror", "onfocus", "onblur", "onmouseover", "onmousedown", "onkeyup", "onkeydown"}

// escaped returns how one of inputs became more than text in a page, read as browsers do:
// in a comment, a field or a script, markup would be text.
func escaped(page []byte, word string) escape {
	if !bytes.Contains(lowered(page), []byte(word)) {
		return escape{}
	}
	tokens := html.NewTokenizer(bytes.NewReader(page))
	var open tag // what the text belongs to
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return escape{}
		case html.TextToken:
			if slices.Contains(rawText, open.atom) && bytes.Contains(lowered(tokens.Raw()), []byte("</script"+word)) {
				return asEnd
			}
			if open.atom == atom.Script && runs(open.word("type")) && !open.has("src") && leavesText(string(tokens.Text()), word) {
				return asScript
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			open = tag{atom: token.DataAtom, attributes: token.Attr}
			if strings.HasPrefix(token.Data, word) { // what is left of the name may be escaped
				return asElement
			}
			for _, a := range open.attributes {
				switch a.Key {
				case word + "d", word + "s", word + "n":
					return asAttribute
				}
				if slices.Contains(handlers, a.Key) && leavesText(a.Val, word) {
					return asScript
				}
			}
			continue
		}
		open = tag{}
	}
}

// leavesText reports whether what was typed ends a text of a script: the text closes at
// the mark that was sent, and the word behind the mark follows. It gives up where it would
// have to understand the script: at a template with script in it, and at a slash that may
// begin a regular expression.
func leavesText(script, word string) bool {
	if !strings.Contains(script, word) || strings.ContainsAny(script, "\u2028\u2029") { // these end a line, too
		return false
	}
	behind := map[byte]string{'"': word + "d=1", '\'': word + "s=1", '`': word + "t=1"}
	for i := 0; i < len(script); i++ {
		switch rest := script[i:]; {
		case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "<!--"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				return false
			}
			i += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return false
			}
			i += end + len("/**")
		case rest[0] == '/':
			return false
		case rest[0] == '"', rest[0] == '\'', rest[0] == '`':
			end := endOfText(rest)
			if end < 0 || rest[0] == '`' && strings.Contains(rest[:end], "${") {
				return false
			}
			i += end
			if strings.HasPrefix(script[i+1:], behind[rest[0]]) {
				return true
			}
		}
	}
	return false
}

// endOfText is the index of the mark that closes the text of a script that begins with
// one, or -1: a line ends before.
func endOfText(script string) int {
	for i := 1; i < len(script); i++ {
		switch script[i] {
		case script[0]:
			return i
		case '\\':
			i++
		case '\r', '\n':
			if script[0] != '`' {
				return -1
			}
		}
	}
	return -1
}
