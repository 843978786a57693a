package report

import (
	"math"
	"strings"

	"github.com/signintech/gopdf"

	"doorstep.example/pkg/auditapi"
)

// The page: A4 in points, with room for header and footer.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	left       = 56.0
	right      = pageWidth - left
	content    = right - left
	top        = 92.0              // first line of a page's body
	bottom     = pageHeight - 78.0 // last
	footerLine = pageHeight - 44.0 // baseline of the footer
	headerLine = 46.0              // baseline of the header
)

// style is how text looks.
type style struct {
	face    faceID
	size    float64
	leading float64 // from baseline to baseline
	color   rgb
	spacing float64 // between letters
}

func (st style) in(c rgb) style        { st.color = c; return st }
func (st style) sized(s float64) style { st.size = s; return st }
func (st style) faced(id faceID) style { st.face = id; return st }

// document is a display list: what stands where on each page. Nothing is drawn
// before the layout is complete, so that page numbers are known by then.
type document struct {
	*typesetter
	palette

	report  auditapi.Report
	host    string
	pages   []*page
	anchors map[string]int // name → page, 0 based
	outline []bookmark
}

// page holds its shapes apart from its texts: grounds first, marks on them, text
// above all. So a box can be added when its height is known.
type page struct {
	section string // for the header; empty on the cover
	ground  []shape
	marks   []shape
	texts   []text
	links   []link
	spots   []spot
}

type shape struct {
	points []gopdf.Point
	color  rgb
}

// text is one run in one face. With a pageOf, the number of the page where
// that anchor stands follows s, and the whole ends at x.
type text struct {
	x, y   float64 // start of the baseline
	style  style
	s      string
	pageOf string
}

type link struct {
	x, y, w, h float64
	anchor     string // a place in the document, or
	url        string // an address that was checked
}

type spot struct {
	name string
	y    float64
}

// bookmark is an entry of the outline.
type bookmark struct {
	title  string
	page   int // 0 based
	y      float64
	nested bool // below the last one that is not
}

func (d *document) add(section string) *page {
	p := &page{section: section}
	d.pages = append(d.pages, p)
	return p
}

// print puts s on one line and returns where it ends.
func (d *document) print(p *page, x, y float64, st style, s string) float64 {
	return p.put(x, y, st, d.set(st.face, s))
}

// printRight ends s at x.
func (d *document) printRight(p *page, x, y float64, st style, s string) {
	d.print(p, x-d.width(st, s), y, st, s)
}

// printCentre centres s on x.
func (d *document) printCentre(p *page, x, y float64, st style, s string) {
	d.print(p, x-d.width(st, s)/2, y, st, s)
}

// put places set text, a run for each face.
func (p *page) put(x, y float64, st style, line []setRune) float64 {
	var run strings.Builder
	start, used := 0, 0.0
	for i, r := range line {
		if r.face != line[start].face {
			p.texts = append(p.texts, text{x: x, y: y, style: st.shown(line[start].face), s: run.String()})
			run.Reset()
			x, start, used = x+used, i, 0
		}
		run.WriteRune(r.r)
		used += float64(r.advance)*st.size/1000 + st.spacing
	}
	if run.Len() > 0 {
		p.texts = append(p.texts, text{x: x, y: y, style: st.shown(line[start].face), s: run.String()})
	}
	return x + used
}

// pageNumber prints words and the page of an anchor so that they end at x.
func (p *page) pageNumber(x, y float64, st style, words, anchor string) {
	p.texts = append(p.texts, text{x: x, y: y, style: st, s: words, pageOf: anchor})
}

func rect(x, y, w, h float64) []gopdf.Point {
	return []gopdf.Point{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}
}

// rounded is a rectangle with corners of radius r.
func rounded(x, y, w, h, r float64) []gopdf.Point {
	r = min(r, w/2, h/2)
	if r <= 0 {
		return rect(x, y, w, h)
	}
	var out []gopdf.Point
	for i, corner := range []gopdf.Point{{X: x + w - r, Y: y + r}, {X: x + w - r, Y: y + h - r}, {X: x + r, Y: y + h - r}, {X: x + r, Y: y + r}} {
		from := float64(i-1) * math.Pi / 2
		out = append(out, arc(corner.X, corner.Y, r, from, from+math.Pi/2)...)
	}
	return out
}

// arc gives the points of an arc, clockwise on the page; more of them the larger
// it is, since a point costs a dozen bytes.
func arc(x, y, r, from, to float64) []gopdf.Point {
	n := max(3, int(math.Ceil(math.Abs(to-from)*math.Sqrt(r)*2.2)))
	out := make([]gopdf.Point, 0, n+1)
	for i := range n + 1 {
		a := from + (to-from)*float64(i)/float64(n)
		out = append(out, gopdf.Point{X: x + r*math.Cos(a), Y: y + r*math.Sin(a)})
	}
	return out
}

func disc(x, y, r float64) []gopdf.Point { return arc(x, y, r, 0, 2*math.Pi) }

// band is a part of a ring; angles start at twelve o'clock and are turns.
func band(x, y, inner, outer, from, to float64) []gopdf.Point {
	a, b := (from-0.25)*2*math.Pi, (to-0.25)*2*math.Pi
	return append(arc(x, y, outer, a, b), arc(x, y, inner, b, a)...)
}

// stroke is a line of some width as a shape.
func stroke(x1, y1, x2, y2, w float64) []gopdf.Point {
	l := math.Hypot(x2-x1, y2-y1)
	dx, dy := (y2-y1)/l*w/2, (x1-x2)/l*w/2
	return []gopdf.Point{{X: x1 + dx, Y: y1 + dy}, {X: x2 + dx, Y: y2 + dy}, {X: x2 - dx, Y: y2 - dy}, {X: x1 - dx, Y: y1 - dy}}
}

func (p *page) fillGround(points []gopdf.Point, c rgb) { p.ground = append(p.ground, shape{points, c}) }
func (p *page) fill(points []gopdf.Point, c rgb)       { p.marks = append(p.marks, shape{points, c}) }
