package check

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"doorstep.example/services/audit-engine/internal/guard"
)

// The active probes of the red-team tier. They ask with a word that no site has by
// chance and with inert characters, store and delete nothing, and believe only what a
// second request with another word confirms.

// maxProbed is how many parameters of the site are probed: enough for one of each kind
// of page, and little enough for the pace that a host is asked at.
const maxProbed = 8

// maxProbedPath is how long a path may be without what a probe puts into it: the guard
// asks for no address longer than 2048 bytes.
const maxProbedPath = 1024

// word returns a new canary.
func (s *Site) word() string {
	if s.Canary != nil {
		return s.Canary()
	}
	return "zq7" + strings.ToLower(rand.Text()[:12])
}

// parameter is one that a page of the site is called with, in its query or, where there
// is no query, as the last part of its path.
type parameter struct {
	path  string // escaped, and without that part
	query url.Values
	name  string
	also  []string // other names that get the same value
	value string
}

// with is the path with another value of the parameter. It is escaped as browsers do.
func (p parameter) with(value string) string {
	if p.query == nil {
		return p.path + url.PathEscape(value)
	}
	query := url.Values{}
	for name, values := range p.query {
		query[name] = slices.Clone(values)
	}
	for _, name := range append([]string{p.name}, p.also...) {
		query.Set(name, value)
	}
	return p.path + "?" + query.Encode()
}

// label names the parameter for a report.
func (p parameter) label() string {
	if p.query == nil {
		return "the last part of " + quote(p.path+p.value)
	}
	return quote(strings.Join(append([]string{p.name}, p.also...), ", "))
}

// hidden stands for parameters that no link shows: all of them at once, at a path.
func hidden(path string, names []string) parameter {
	return parameter{path: path, query: url.Values{}, name: names[0], also: names[1:]}
}

// typed are the fields of forms that are probed; "" is a field for text, too. Hidden ones
// are where visitors type as well, or where they say where to go next: a button alone may
// do something.
var typed = []string{"", "text", "search", "url", "number"}

func (i Input) typed() bool { return slices.Contains(typed, i.Type) }

func anyParameter(parameter) bool { return true }

// parameters are those of the links, frames and search forms of the site, one of each name and
// path; want chooses.
func (s *Site) parameters(want func(parameter) bool) []parameter {
	var list []parameter
	seen := map[string]bool{}
	add := func(u *url.URL, query url.Values, name string, acts bool) {
		p := parameter{path: pathOf(u), query: query, name: name, value: query.Get(name)}
		if acts && !absolute.MatchString(p.value) {
			return
		}
		if key := p.path + "?" + name; len(list) < maxProbed && !seen[key] && len(p.with("")) < maxProbedPath && want(p) {
			seen[key] = true
			list = append(list, p)
		}
	}
	for _, page := range s.markup() {
		document := page.Document()
		for _, a := range document.Anchors {
			if a.URL != nil && sameOrigin(a.URL, s.Page.URL) {
				query := a.URL.Query()
				for _, name := range sortedKeys(query) {
					add(a.URL, query, name, a.Action)
				}
			}
		}
		for _, r := range document.Resources {
			if r.Tag == "iframe" && sameOrigin(r.URL, s.Page.URL) {
				query := r.URL.Query()
				for _, name := range sortedKeys(query) {
					add(r.URL, query, name, false)
				}
			}
		}
		for _, f := range document.Forms {
			if f.Action == nil || (f.Method != "" && f.Method != sendGet) || !sameOrigin(f.Action, s.Page.URL) {
				continue
			}
			query := url.Values{}
			for _, input := range f.Inputs {
				query.Set(input.Name, input.Value)
			}
			for _, input := range f.Inputs {
				probed := input.typed() || input.Type == "hidden" && (slices.ContainsFunc(f.Inputs, Input.typed) || isRedirectName(input.Name))
				if input.Name != "" && probed {
					add(f.Action, query, input.Name, false)
				}
			}
		}
	}
	return list
}

// loaded are the parameters of what the pages load.
func (s *Site) loaded(want func(parameter) bool) []parameter {
	var list []parameter
	for _, page := range s.markup() {
		for _, r := range page.Document().Resources {
			if !sameOrigin(r.URL, s.Page.URL) {
				continue
			}
			query := r.URL.Query()
			for _, name := range sortedKeys(query) {
				p := parameter{path: pathOf(r.URL), query: query, name: name, value: query.Get(name)}
				known := slices.ContainsFunc(list, func(q parameter) bool { return q.path == p.path && q.name == name })
				if !known && len(list) < maxProbed && len(p.with("")) < maxProbedPath && want(p) {
					list = append(list, p)
				}
			}
		}
	}
	return list
}

// scriptedAddress is an address with a query in a text of a script.
var scriptedAddress = regexp.MustCompile("[\"'`](/[^\"'`\\s<>?#]*\\?[^\"'`\\s<>#]*)[\"'`]")

// scripted are parameters that only scripts show; want chooses.
func (s *Site) scripted(want func(parameter) bool) []parameter {
	var list []parameter
	look := func(script string) {
		for _, match := range scriptedAddress.FindAllStringSubmatch(script, maxProbed) {
			u, err := s.Page.URL.Parse(match[1])
			if err != nil || !sameOrigin(u, s.Page.URL) {
				continue
			}
			query := u.Query()
			for _, name := range sortedKeys(query) {
				if strings.Contains(query.Get(name), "${") {
					query.Set(name, "1") // a script puts it in, mostly a number
				}
			}
			for _, name := range sortedKeys(query) {
				p := parameter{path: pathOf(u), query: query, name: name, value: query.Get(name)}
				known := slices.ContainsFunc(list, func(q parameter) bool { return q.path == p.path && q.name == p.name })
				if !known && len(list) < maxProbed && len(p.with("")) < maxProbedPath && want(p) {
					list = append(list, p)
				}
			}
		}
	}
	for _, page := range s.markup() {
		for _, script := range page.Document().Scripts {
			look(script)
		}
	}
	for _, r := range s.Scripts {
		look(string(beginning(r.Body)))
	}
	return list
}

// acting is what addresses hold that do more than show something. Scripts do not tell
// which method they ask with.
var acting = regexp.MustCompile(`(?i)delete|remov|destroy|purge|logout|signout|cancel|subscri|update|insert|upload|reset|approve|confirm|activate|enable|disable|toggle|revoke|checkout|execut|install|restart|shutdown` +
	`|(?:^|[^a-z])(?:add|buy|clear|create|del|drop|edit|flush|import|like|mail|order|pay|run|save|send|set|start|stop|trash|vote)(?:$|[^a-z])`)

// shows reports whether asking for the path is probably meant to show something alone.
func (p parameter) shows() bool { return !acting.MatchString(p.path) }

// absolute is a value that is a whole address. A link with one leads there, and does
// nothing else, however it is marked.
var absolute = regexp.MustCompile(`(?i)^https?://`)

// maxParts is how many parts of paths are probed.
const maxParts = 4

// pathParts are the last parts of the paths that the crawl has read, one of each folder,
// and first a page that does not exist.
func (s *Site) pathParts() []parameter {
	list := []parameter{{path: "/"}}
	for _, page := range s.markup() {
		folder, part := path.Split(page.URL.EscapedPath())
		if strings.HasSuffix(part, ".php") { // what stands behind it is the program's to read
			folder, part = folder+part+"/", "index"
		}
		part, err := url.PathUnescape(part)
		known := slices.ContainsFunc(list, func(p parameter) bool { return p.path == folder })
		if err == nil && part != "" && !known && len(list) < maxParts && len(folder) < maxProbedPath && sameOrigin(page.URL, s.Page.URL) {
			list = append(list, parameter{path: folder, value: part})
		}
	}
	return list
}

func sortedKeys(query url.Values) []string {
	var names []string
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func pathOf(u *url.URL) string {
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}

func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && a.Host == b.Host }

// get asks as a visitor would, with more headers.
func (s *Site) get(ctx context.Context, path string, header http.Header) (*guard.Response, error) {
	return s.Ask(ctx, http.MethodGet, path, header)
}

// confirmed reports whether a probe shows the same with two different words; the
// answer is that of the second. An error is a site that did not answer.
func (s *Site) confirmed(probe func(word string) (*guard.Response, bool, error)) (*guard.Response, bool, error) {
	var last *guard.Response
	for range 2 {
		answer, shown, err := probe(s.word())
		if err != nil || !shown {
			return answer, false, err
		}
		last = answer
	}
	return last, true, nil
}

// silent is why a probe is skipped.
const silent = "The site did not answer while it was probed."

// MaxLooked is how many bytes of an answer Ask reads.
const MaxLooked = 512 << 10

func beginning(body []byte) []byte { return body[:min(len(body), MaxLooked)] }

// phrases are texts that answers are searched for, whatever the case of their letters
// (A to Z). A regular expression of the same takes a hundred times as long, which a
// hostile site with long pages would make use of.
type phrases []string

// in returns the first of the phrases that the text holds; empty: it holds none. It goes
// through the text in parts, so that a long one takes no memory of its own.
func (p phrases) in(text []byte) string {
	const part, longest = 64 << 10, 128 // bytes
	for from := 0; from < len(text); from += part {
		lower := lowered(text[from:min(from+part+longest, len(text))])
		for _, phrase := range p {
			if bytes.Contains(lower, lowered([]byte(phrase))) {
				return phrase
			}
		}
	}
	return ""
}

// lowered is text with A to Z in lower case. bytes.ToLower takes ten times as long where
// a text has other letters.
func lowered(text []byte) []byte {
	lower := bytes.Clone(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower
}
