package report

import "slices"

// The styles of the document's text. Colours come from the palette.
type styles struct {
	h1, h2, h3, body, strong, small, label, code, head style
}

func (p palette) styles() styles {
	return styles{
		h1:     style{face: bold, size: 24, leading: 32, color: p.ink, spacing: -0.25},
		h2:     style{face: semibold, size: 12.5, leading: 18, color: p.ink},
		h3:     style{face: semibold, size: 9.6, leading: 14.5, color: p.ink},
		body:   style{face: regular, size: 9.6, leading: 14.8, color: p.text},
		strong: style{face: semibold, size: 9.6, leading: 14.8, color: p.ink},
		small:  style{face: regular, size: 8.2, leading: 12, color: p.muted},
		label:  style{face: semibold, size: 8.2, leading: 14.8, color: p.muted},
		code:   style{face: mono, size: 7.8, leading: 12, color: p.ink},
		head:   style{face: semibold, size: 7.8, leading: 12, color: p.muted},
	}
}

// flow fills pages from top to bottom. y is the upper edge of what comes next.
type flow struct {
	*document
	styles

	p       *page
	y       float64
	section string
	resume  func() // draws what a page begins with when a part goes on there
	split   block  // the block that is being printed
}

// newPage goes on at the top of a fresh page.
func (f *flow) newPage() {
	f.p = f.add(f.section)
	f.y = top
	if f.resume != nil {
		f.resume()
	}
}

// left over on this page.
func (f *flow) room() float64 { return bottom - f.y }

// need starts a page unless h fits on this one.
func (f *flow) need(h float64) {
	if h > f.room() {
		f.newPage()
	}
}

// baseline of a line whose upper edge is y: capitals stand in its middle.
func (st style) baseline(y float64) float64 { return y + st.leading/2 + st.size*0.364 }

// line prints one line and moves on.
func (f *flow) line(x float64, st style, s string) {
	f.need(st.leading)
	f.print(f.p, x, st.baseline(f.y), st, s)
	f.y += st.leading
}

// paragraph wraps s and prints it, over pages if need be.
func (f *flow) paragraph(x, w float64, st style, s string) {
	f.lines(x, st, f.wrap(st, s, w))
}

// lines prints set lines; at a page's end neither one line alone is left behind
// nor one alone taken over.
func (f *flow) lines(x float64, st style, lines [][]setRune) {
	for len(lines) > 0 {
		n := splitLines(len(lines), int(f.room()/st.leading))
		if n == 0 {
			f.newPage()
			n = splitLines(len(lines), int(f.room()/st.leading))
		}
		for _, l := range lines[:n] {
			f.p.put(x, st.baseline(f.y), st, l)
			f.y += st.leading
		}
		lines = lines[n:]
	}
}

// splitLines tells how many of total lines go where there is room for some.
func splitLines(total, room int) int {
	switch {
	case total <= room:
		return total
	case total == 3 && room == 2, room < 2:
		return 0
	case total-room == 1:
		return room - 1
	}
	return room
}

// rule draws a hairline over the width of the content.
func (f *flow) rule(c rgb, w float64) {
	f.p.fill(rect(left, f.y-w/2, content, w), c)
}

// anchor marks this place for links and page numbers.
func (f *flow) anchor(name string) {
	f.anchors[name] = len(f.pages) - 1
	f.p.spots = append(f.p.spots, spot{name, f.y - 12})
}

// mark puts this place into the outline.
func (f *flow) mark(title string, nested bool) {
	f.outline = append(f.outline, bookmark{title: title, page: len(f.pages) - 1, y: f.y - 12, nested: nested})
}

// heading begins a numbered section, on this page if at least h is left of it.
func (f *flow) heading(s section, h float64) {
	f.section, f.resume = s.title, nil
	if f.p == nil || f.p.section == "" || f.room() < h+60 {
		f.newPage()
	} else {
		f.y += 40
	}
	f.anchor(s.anchor)
	f.mark(s.title, false)
	x := left
	if s.number != "" {
		x = f.print(f.p, left, f.h1.baseline(f.y), f.h1.in(f.brand), s.number) + 13
	}
	f.print(f.p, x, f.h1.baseline(f.y), f.h1, s.title)
	f.y += f.h1.leading + 14
}

// freshHeading begins a section on its own page.
func (f *flow) freshHeading(s section) { f.heading(s, pageHeight) }

// section is an entry of the contents.
type section struct {
	number, title, anchor string
}

// tag prints a severity's name on its colour and returns its width. x is the
// left edge, y the middle.
func (f *flow) tag(x, y float64, s severity) float64 {
	st := style{face: semibold, size: 7.4, leading: 12, color: white, spacing: 0.1}
	w := f.tagWidth(s)
	f.p.fill(rounded(x, y-7, w, 14, 7), s.tone.strong)
	f.print(f.p, x+8, st.baseline(y-6), st, s.name)
	return w
}

func (f *flow) tagWidth(s severity) float64 {
	return f.width(style{face: semibold, size: 7.4, spacing: 0.1}, s.name) + 16
}

// tick draws a check mark in a box of the given size around x, y.
func (p *page) tick(x, y, size float64, c rgb) {
	w := size * 0.17
	p.fill(stroke(x-size*0.36, y+size*0.02, x-size*0.08, y+size*0.30, w), c)
	p.fill(stroke(x-size*0.13, y+size*0.28, x+size*0.40, y-size*0.30, w), c)
}

// ring draws the grade with the score as an arc around it.
func (d *document) ring(p *page, x, y, r, thickness float64, ground rgb) {
	score := float64(min(max(d.report.Score, 0), 100)) / 100
	strong := gradeTone(d.report.Grade).strong
	p.fill(band(x, y, r-thickness, r, 0, 1), ground)
	if score > 0 {
		p.fill(band(x, y, r-thickness, r, 0, score), strong)
	}
	letter := style{face: bold, size: r * 0.78, color: d.ink, spacing: -0.5}
	small := style{face: semibold, size: max(7, r*0.19), color: d.muted}
	d.printCentre(p, x, y+r*0.14, letter, d.gradeText())
	d.printCentre(p, x, y+r*0.47, small, d.scoreText())
}

// keepOrder sorts without disturbing what is equal.
func keepOrder[T any](list []T, compare func(a, b T) int) []T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, compare)
	return out
}
