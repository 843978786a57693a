package check

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
)

// Page is one answer of the site. Its markup is read once, when it is asked for.
type Page struct {
	*guard.Response

	parse    sync.Once
	document Document
}

// NewPage returns the page that the answer holds.
func NewPage(r *guard.Response) *Page { return &Page{Response: r} }

// HTML reports whether the page is one that a browser renders.
func (p *Page) HTML() bool { return isHTML(p.Response) }

// Document returns what the page's markup holds. It is empty when the page is not
// HTML or could not be read whole.
func (p *Page) Document() *Document {
	p.parse.Do(func() {
		if p.HTML() {
			p.document = parseDocument(p.URL, p.Body)
		}
	})
	return &p.document
}

// policies returns the content security policies that browsers enforce for p.
func (p *Page) policies() []policy { return policies(&Site{Page: p.Response, Pages: []*Page{p}}) }

// pages returns the answers that the site was read from: the front page first, or
// alone when there was no crawl.
func (s *Site) pages() []*Page {
	s.front.Do(func() {
		if len(s.Pages) == 0 {
			s.Pages = []*Page{NewPage(s.Page)}
		}
	})
	return s.Pages
}

// markup returns the pages that browsers render.
func (s *Site) markup() []*Page {
	var list []*Page
	for _, p := range s.pages() {
		if p.HTML() && p.BodyErr == nil {
			list = append(list, p)
		}
	}
	return list
}

// onPages has a check look at the front page and then, one by one, at the others that
// browsers render and that concern it: a protection must be on each. Of those counts
// what is a weakness and not told yet.
func onPages(run func(context.Context, *Site) Result, concerns func(*Page) bool) func(context.Context, *Site) Result {
	return func(ctx context.Context, site *Site) Result {
		result := run(ctx, site)
		for _, page := range site.markup() {
			if page.Response == site.Page || page.Status != http.StatusOK || !concerns(page) {
				continue
			}
			alone := &Site{Now: site.Now, Host: site.Host, Page: page.Response, Pages: []*Page{page}}
			for _, f := range run(ctx, alone).Findings {
				told := slices.ContainsFunc(result.Findings, func(other Finding) bool { return other.Title == f.Title })
				if f.Severity != auditapi.Info && !told {
					result = fail(append(result.Findings, f)...)
				}
			}
		}
		return result
	}
}

func anyPage(*Page) bool { return true }

// texts returns every answer that was read whole: pages, then scripts.
func (s *Site) texts() []*guard.Response {
	var list []*guard.Response
	for _, p := range s.pages() {
		if p.BodyErr == nil {
			list = append(list, p.Response)
		}
	}
	for _, r := range s.Scripts {
		if r.BodyErr == nil {
			list = append(list, r)
		}
	}
	return list
}

// noMarkup is why a check that reads markup is skipped; empty: there is some.
func (s *Site) noMarkup() string {
	switch {
	case len(s.markup()) > 0:
		return ""
	case s.Page.BodyErr != nil:
		return fmt.Sprintf("The page could not be read: %s", s.Page.BodyErr)
	}
	return "The address does not answer with a web page."
}

// unknownPath is asked for to see how the site says that something is not there.
const unknownPath = "/no-such-page-8f2c51d7"

// unknown returns the answer to a path that no site has, or nil.
func (s *Site) unknown(ctx context.Context) *guard.Response {
	s.askUnknown.Do(func() {
		if r, err := s.Ask(ctx, http.MethodGet, unknownPath, nil); err == nil && r.BodyErr == nil {
			s.unknownAnswer = r
		}
	})
	return s.unknownAnswer
}

// maxSightings is how many are printed in one evidence.
const maxSightings = 10

// sightings collects what was seen and where. The same thing on several pages is
// one of them.
type sightings struct {
	list  []sighting
	index map[string]int
}

type sighting struct {
	what, where string
	pages       int
}

// add notes what, which is already fit to print, in the answer r.
func (s *sightings) add(r *guard.Response, what string) {
	where := address(r)
	if i, again := s.index[what]; again {
		if s.list[i].where != where {
			s.list[i].pages++
		}
		return
	}
	if s.index == nil {
		s.index = map[string]int{}
	}
	s.index[what] = len(s.list)
	s.list = append(s.list, sighting{what: what, where: where, pages: 1})
}

func (s *sightings) empty() bool { return len(s.list) == 0 }

// String is the evidence.
func (s *sightings) String() string {
	var out []string
	for _, seen := range s.list[:min(len(s.list), maxSightings)] {
		where := "in " + seen.where
		if seen.pages > 1 {
			where += fmt.Sprintf(" and %d more", seen.pages-1)
		}
		out = append(out, seen.what, "    "+where)
	}
	if more := len(s.list) - maxSightings; more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, "\n")
}

// address names an answer, without what its query holds.
func address(r *guard.Response) string {
	return quote(r.URL.Scheme + "://" + r.URL.Host + r.URL.EscapedPath())
}
