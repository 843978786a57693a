package check

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
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

// word returns a new canary.
func (s *Site) word() string {
	if s.Canary != nil {
		return s.Canary()
	}
	return "zq7" + strings.ToLower(rand.Text()[:12])
}

// parameter is one that a page of the site is called with.
type parameter struct {
	path  string // escaped
	query url.Values
	name  string
}

// with is the path with another value of the parameter. It is escaped as browsers do.
func (p parameter) with(value string) string {
	query := url.Values{}
	for name, values := range p.query {
		query[name] = slices.Clone(values)
	}
	query.Set(p.name, value)
	return p.path + "?" + query.Encode()
}

// parameters are those of the links and search forms of the site, one of each name and
// path; want chooses.
func (s *Site) parameters(want func(name string) bool) []parameter {
	var list []parameter
	seen := map[string]bool{}
	add := func(u *url.URL, query url.Values, name string) {
		key := u.EscapedPath() + "?" + name
		if len(list) < maxProbed && !seen[key] && want(name) {
			seen[key] = true
			list = append(list, parameter{path: pathOf(u), query: query, name: name})
		}
	}
	for _, page := range s.markup() {
		document := page.Document()
		for _, a := range document.Anchors {
			if a.URL != nil && !a.Action && sameOrigin(a.URL, s.Page.URL) {
				query := a.URL.Query()
				for _, name := range sortedKeys(query) {
					add(a.URL, query, name)
				}
			}
		}
		for _, f := range document.Forms {
			if f.Action == nil || (f.Method != "" && !strings.EqualFold(f.Method, http.MethodGet)) || !sameOrigin(f.Action, s.Page.URL) {
				continue
			}
			query := url.Values{}
			for _, input := range f.Inputs {
				query.Set(input.Name, input.Value)
			}
			for _, input := range f.Inputs {
				if input.Type == "text" || input.Type == "search" || input.Type == "" {
					add(f.Action, query, input.Name)
				}
			}
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

// get asks as a visitor would, with more headers, for the beginning of what is at path.
func (s *Site) get(ctx context.Context, path string, header http.Header) (*guard.Response, error) {
	return s.Glance(ctx, http.MethodGet, path, header)
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

// MaxLooked is how many bytes of an answer are looked at, where there is one answer after
// the other.
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
