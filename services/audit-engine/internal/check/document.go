package check

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxItems bounds what is kept of a page, however much it repeats.
const maxItems = 2000

// Document is what a page's markup holds, as far as checks ask. It is read token by
// token: a tree of a hostile page may be deep without end.
type Document struct {
	Resources  []Resource
	Forms      []*url.URL // where forms are sent
	Password   bool       // a field for a password is there
	Generators []string   // <meta name=generator>
	Policies   []string   // <meta http-equiv=content-security-policy>
}

// Resource is something that the page loads.
type Resource struct {
	Tag    string // img, script, link, …
	URL    *url.URL
	Active bool // can change the page: a script, a style sheet, a frame
}

func parseDocument(base *url.URL, body []byte) Document {
	var d Document
	tokens := html.NewTokenizer(bytes.NewReader(body))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return d
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			if token.DataAtom == atom.Base {
				if u, err := base.Parse(attribute(token, "href")); err == nil {
					base = u
				}
			}
			d.add(base, token)
		}
		if len(d.Resources)+len(d.Forms)+len(d.Generators)+len(d.Policies) > maxItems {
			return d
		}
	}
}

func (d *Document) add(base *url.URL, token html.Token) {
	switch token.DataAtom {
	case atom.Script, atom.Iframe, atom.Embed:
		d.load(base, token, "src", true)
	case atom.Object:
		d.load(base, token, "data", true)
	case atom.Img, atom.Audio, atom.Video, atom.Source:
		d.load(base, token, "src", false)
	case atom.Link:
		rel := strings.Fields(strings.ToLower(attribute(token, "rel")))
		for _, r := range rel {
			switch r {
			case "stylesheet":
				d.load(base, token, "href", true)
			case "icon":
				d.load(base, token, "href", false)
			}
		}
	case atom.Form:
		if u, err := base.Parse(attribute(token, "action")); err == nil {
			d.Forms = append(d.Forms, u)
		}
	case atom.Input:
		d.Password = d.Password || strings.EqualFold(attribute(token, "type"), "password")
	case atom.Meta:
		if strings.EqualFold(attribute(token, "name"), "generator") {
			d.Generators = append(d.Generators, attribute(token, "content"))
		}
		if strings.EqualFold(attribute(token, "http-equiv"), "content-security-policy") {
			d.Policies = append(d.Policies, attribute(token, "content"))
		}
	}
}

func (d *Document) load(base *url.URL, token html.Token, key string, active bool) {
	value := strings.TrimSpace(attribute(token, key))
	if u, err := base.Parse(value); err == nil && value != "" {
		d.Resources = append(d.Resources, Resource{Tag: token.Data, URL: u, Active: active})
	}
}

func attribute(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
