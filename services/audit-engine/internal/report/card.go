package report

import (
	"cmp"

	"doorstep.example/pkg/auditapi"
)

// leastCard is how much room a card wants before it starts at a page's foot and
// goes on overleaf.
const leastCard = 190.0

// card prints one finding.
func (f *flow) card(i int, finding auditapi.Finding) {
	title := findingTitle(finding)
	id := findingID(finding)
	blocks := f.blocks(finding)
	head := f.cardHead(id, title, finding)
	height := head.height
	for _, b := range blocks {
		height += b.height()
	}
	f.need(min(height, leastCard))
	f.anchor(findingAnchor(i))
	f.mark(id+"  "+title, true)
	f.drawHead(head)
	f.resume = func() {
		st := f.small.sized(8.4)
		end := f.print(f.p, left, st.baseline(f.y-20), st.faced(semibold).in(head.severity.tone.strong), id)
		_, shown := f.oneLine(st, title, right-end-80, st.size)
		end = f.print(f.p, end+7, st.baseline(f.y-20), st, shown)
		f.print(f.p, end+5, st.baseline(f.y-20), st.faced(italic), "continued")
		if f.split.label != "" {
			f.blockLabel(f.split)
		}
	}
	label := ""
	for i, b := range blocks {
		label = cmp.Or(b.label, label)
		f.block(b, label, wanted(blocks[i:]))
	}
	f.resume = nil
	f.y += 30
}

// head is the coloured band on top of a card.
type head struct {
	id, meta       string
	severity       severity
	style          style
	lines          [][]setRune // the title
	titleX, height float64
}

func (f *flow) cardHead(id, title string, finding auditapi.Finding) head {
	h := head{id: id, severity: severityOf(finding.Severity), meta: areaName(finding.Area)}
	if check := shorten(cleanLine(finding.Check), 40); check != "" {
		h.meta += "  ·  check " + check
	}
	st := f.h2
	st.leading = 16
	h.titleX = left + 18 + f.width(st, id) + 8
	width := right - h.titleX - f.tagWidth(h.severity) - 28
	h.style, _ = f.fit(st, title, width, 9.4)
	h.lines = f.wrap(h.style, title, width)
	h.height = 33 + float64(len(h.lines))*h.style.leading
	return h
}

func (f *flow) drawHead(h head) {
	y := f.y
	f.p.fillGround(rounded(left, y, content, h.height, 6), h.severity.tone.soft)
	f.p.fillGround(rounded(left, y, 12, h.height, 6), h.severity.tone.strong)
	f.p.fillGround(rect(left+4, y, 8, h.height), h.severity.tone.soft)
	y += 9
	f.print(f.p, left+18, h.style.baseline(y), h.style.in(h.severity.tone.strong), h.id)
	for _, l := range h.lines {
		f.p.put(h.titleX, h.style.baseline(y), h.style, l)
		y += h.style.leading
	}
	meta, s := f.oneLine(f.small.sized(8.4), h.meta, right-h.titleX-16, 7)
	f.print(f.p, h.titleX, f.small.baseline(y+2), meta, s)
	f.tag(right-14-f.tagWidth(h.severity), f.y+9+h.style.leading/2, h.severity)
	f.y += h.height
}

// wanted is how much room the first of the blocks asks for on a page: for its
// first lines, a short introduction for the code that it introduces too, and
// references for the clauses after them, which would look lost on their own page.
func wanted(blocks []block) float64 {
	b := blocks[0]
	first := func(b block) float64 {
		n := min(len(b.lines), 2)
		if len(b.lines) == 3 {
			n = 3 // splitLines would leave one line alone
		}
		return 2*b.pad() + b.style.leading*float64(n)
	}
	if len(blocks) == 1 || len(b.lines) > 3 {
		return first(b)
	}
	next := blocks[1]
	if introduces := !b.code && next.code && next.label == ""; introduces || b.urls != nil {
		return b.height() - b.gap + next.gap + first(next)
	}
	return first(b)
}

// block prints one part of a card. Its label stays with its first lines, and comes
// again on the next page if something goes over.
func (f *flow) block(b block, label string, wanted float64) {
	f.y += b.gap
	before := f.p
	f.need(wanted)
	if f.p != before {
		b.label = label
	}
	f.blockLabel(b)
	b.label = label
	f.split = b
	defer func() { f.split = block{} }()
	switch {
	case b.code:
		f.codeBox(b)
	case b.urls != nil:
		for i, l := range b.lines {
			f.referenceLine(b.style, l, b.urls[i])
		}
	case b.marker != "":
		f.print(f.p, textX, b.style.baseline(f.y), b.style.faced(semibold).in(f.brand), b.marker)
		f.lines(textX+listX, b.style, b.lines)
	default:
		f.lines(textX, b.style, b.lines)
	}
}

func (f *flow) blockLabel(b block) {
	st := f.label
	st.leading = b.style.leading
	f.print(f.p, left+18, st.baseline(f.y+b.pad()), st, b.label)
}

// codeBox prints lines of code on a ground that splits over pages with them.
func (f *flow) codeBox(b block) {
	for lines := b.lines; len(lines) > 0; {
		n := splitLines(len(lines), int((f.room()-2*codePad)/b.style.leading))
		if n == 0 {
			f.newPage()
			n = splitLines(len(lines), int((f.room()-2*codePad)/b.style.leading))
		}
		height := float64(n)*b.style.leading + 2*codePad
		f.p.fillGround(rounded(textX, f.y, textWidth, height, 4), f.panel)
		f.p.fillGround(rect(textX, f.y, 2, height), f.stripe)
		f.y += codePad
		for _, l := range lines[:n] {
			f.p.put(textX+codePad+4, b.style.baseline(f.y), b.style, l)
			f.y += b.style.leading
		}
		f.y += codePad
		if lines = lines[n:]; len(lines) > 0 {
			f.newPage()
		}
	}
}

func (f *flow) referenceLine(st style, line []setRune, address string) {
	f.need(st.leading)
	if address == "" {
		f.p.put(textX, st.baseline(f.y), st.in(f.muted), line)
	} else {
		end := f.p.put(textX, st.baseline(f.y), st, line)
		f.p.links = append(f.p.links, link{x: textX, y: f.y, w: end - textX, h: st.leading, url: address})
	}
	f.y += st.leading
}
