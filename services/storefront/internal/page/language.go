package page

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"doorstep.example/pkg/lang"
)

// langParam is the query parameter by which a visitor chooses a language.
const langParam = "lang"

// choice is one language that a page can be read in.
type choice struct {
	Tag     string // BCP 47: de
	Name    string // as its speakers call it: Deutsch
	Current bool
	Href    string // of the same page in that language, from the root
	URL     string // the same with the shop's address, for search engines
}

// offered are the wanted languages in that order; all, where none is named.
func offered(texts *lang.Catalogue, wanted []string) ([]lang.Language, error) {
	all := texts.Languages()
	if len(wanted) == 0 {
		return all, nil
	}
	var list []lang.Language
	for _, tag := range wanted {
		i := slices.IndexFunc(all, func(l lang.Language) bool { return l.Tag == tag })
		if i < 0 {
			return nil, fmt.Errorf("there are no texts in %q", tag)
		}
		list = append(list, all[i])
	}
	return list, nil
}

// Languages returns those that pages are offered in.
func (r *Renderer) Languages() []lang.Language { return slices.Clone(r.offered) }

// Match returns the tag of the language for a visitor: the chosen one, else the best
// for an Accept-Language header, else the shop's first. Both may be anything.
func (r *Renderer) Match(chosen, acceptLanguage string) string {
	return r.offer(r.texts.Match(chosen, acceptLanguage))
}

// offer returns the tag if pages are offered in it, else the shop's first.
func (r *Renderer) offer(tag string) string {
	for _, l := range r.offered {
		if l.Tag == tag {
			return tag
		}
	}
	return r.offered[0].Tag
}

// choices are the page's languages. A path that is none leads to the front page.
func (r *Renderer) choices(current, path string) []choice {
	u, err := url.ParseRequestURI(path)
	if err != nil || u.IsAbs() || u.Host != "" || strings.HasPrefix(u.Path, "//") {
		u = &url.URL{Path: "/"}
	}
	var list []choice
	for _, l := range r.offered {
		query := u.Query()
		query.Set(langParam, l.Tag)
		to := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: query.Encode()}
		list = append(list, choice{
			Tag: l.Tag, Name: l.Name, Current: l.Tag == current,
			Href: to.String(), URL: strings.TrimSuffix(r.shop.URL, "/") + to.String(),
		})
	}
	return list
}
