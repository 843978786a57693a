package report

import (
	"cmp"
	"fmt"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// Caps of a finding's texts: about a page and a half of evidence, more of advice.
const (
	maxEvidence      = 6000
	maxEvidenceLines = 110
	maxProse         = 6000
	maxProseLines    = 150
	maxReferences    = 10
)

func findingAnchor(i int) string { return fmt.Sprintf("finding-%d", i) }

func findingID(finding auditapi.Finding) string {
	return cmp.Or(shorten(cleanLine(finding.ID), 14), "–")
}

func findingTitle(finding auditapi.Finding) string {
	return cmp.Or(shorten(cleanLine(finding.Title), 240), "Untitled finding")
}

func areaName(area string) string { return cmp.Or(shorten(cleanLine(area), 40), "Other") }

func (f *flow) findings(s section) {
	f.freshHeading(s)
	if len(f.report.Findings) == 0 {
		f.noFindings()
		return
	}
	f.paragraph(left, content, f.body, "Each finding is a weakness that the audit saw for itself. "+
		"The worst come first; the number leads to the page with the evidence, what it means and what to do.")
	f.y += 12
	f.overview()
	f.y += 30
	for i, finding := range f.report.Findings {
		f.card(i, finding)
	}
}

// noFindings fills the section of a site without weaknesses.
func (f *flow) noFindings() {
	const height = 132.0
	f.p.fillGround(rounded(left, f.y, content, height, 8), good.soft)
	f.p.fill(disc(left+66, f.y+height/2, 30), good.strong)
	f.p.tick(left+66, f.y+height/2, 30, white)
	f.print(f.p, left+122, f.y+52, f.h2.sized(15), "No weaknesses found")
	st := f.body.sized(10)
	st.leading = 15.5
	y := f.y + 62
	for _, l := range f.wrap(st, f.praise(), content-122-30) {
		f.p.put(left+122, st.baseline(y), st, l)
		y += st.leading
	}
	f.y += height
}

func (f *flow) praise() string {
	switch n := len(f.report.Passed); n {
	case 0:
		return "No check reported a weakness."
	case 1:
		return "The one check that could be run came back clean."
	default:
		return fmt.Sprintf("All %d checks that could be run came back clean. That is rare, and worth keeping: "+
			"the next section lists what was right.", n)
	}
}

// Columns of the overview, from the left edge of each.
const (
	colTitle    = left + 44
	colSeverity = left + 300
	colArea     = left + 366
)

// overview is the table of all findings. One size of type serves all titles that
// fit; a title longer than that shrinks alone, and wraps in the end.
func (f *flow) overview() {
	const width = colSeverity - colTitle - 12
	st := f.body.sized(9)
	for _, finding := range f.report.Findings {
		if fitted, ok := f.fit(st, findingTitle(finding), width, 8); ok {
			st = fitted
		}
	}
	head := func() {
		base := f.head.baseline(f.y)
		f.print(f.p, left, base, f.head, "No.")
		f.print(f.p, colTitle, base, f.head, "Finding")
		f.print(f.p, colSeverity, base, f.head, "Severity")
		f.print(f.p, colArea, base, f.head, "Area")
		f.printRight(f.p, right, base, f.head, "Page")
		f.y += 17
		f.rule(f.ink, 0.8)
	}
	head()
	f.resume = head
	for i, finding := range f.report.Findings {
		f.overviewRow(i, finding, st, width)
	}
	f.resume = nil
}

func (f *flow) overviewRow(i int, finding auditapi.Finding, st style, width float64) {
	title := findingTitle(finding)
	fitted, _ := f.fit(st, title, width, 7.2)
	fitted.leading = 12
	lines := f.wrap(fitted, title, width)
	height := 11 + float64(len(lines))*fitted.leading
	f.need(height)
	base := fitted.baseline(f.y + 5.5)
	st, id := f.oneLine(style{face: semibold, size: 8.6, color: f.ink}, findingID(finding), colTitle-left-6, 6)
	f.print(f.p, left, base, st, id)
	for n, l := range lines {
		f.p.put(colTitle, base+float64(n)*fitted.leading, fitted, l)
	}
	f.tag(colSeverity, f.y+11.5, severityOf(finding.Severity))
	st, area := f.oneLine(f.body.sized(8.6), areaName(finding.Area), right-colArea-26, 7)
	f.print(f.p, colArea, base, st, area)
	f.p.pageNumber(right, base, f.body.sized(8.6), "", findingAnchor(i))
	f.p.links = append(f.p.links, link{x: left, y: f.y, w: content, h: height, anchor: findingAnchor(i)})
	f.y += height
	f.rule(f.document.rule, 0.5)
}

// block is a part of a finding's card, already wrapped.
type block struct {
	label  string
	marker string // of a list item
	style  style
	code   bool
	lines  [][]setRune
	urls   []string // for references: the address of each line, if it is one
	gap    float64  // above it
}

// Geometry of a card's body: labels in a gutter, texts beside it.
const (
	gutter    = 92.0
	textX     = left + gutter
	textWidth = content - gutter
	codePad   = 8.0
	listX     = 14.0
)

func (b block) height() float64 { return b.gap + float64(len(b.lines))*b.style.leading + 2*b.pad() }

// pad is the room between a box's edge and its code.
func (b block) pad() float64 {
	if b.code {
		return codePad
	}
	return 0
}

// blocks lays the texts of a finding out, without placing them yet.
func (f *flow) blocks(finding auditapi.Finding) []block {
	var out []block
	if evidence := strings.TrimRight(cleanText(finding.Evidence), " \n"); evidence != "" {
		kept, cut := capRunes(evidence, maxEvidence, maxEvidenceLines)
		b := block{label: "Evidence", style: f.code, code: true, gap: 12, lines: f.wrapCode(kept)}
		if cut > 0 {
			b.lines = append(b.lines, f.set(mono, fmt.Sprintf("… cut, %d more characters", cut)))
		}
		out = append(out, b)
	}
	out = append(out, f.proseBlocks("What it means", finding.Impact)...)
	out = append(out, f.proseBlocks("What to do", finding.Remediation)...)
	if b := f.referenceBlock(finding.References); len(b.lines) > 0 {
		out = append(out, b)
	}
	if st := f.small.sized(8.4); showsClauses(f.report) && len(finding.Controls) > 0 {
		out = append(out, block{label: "Clauses", style: st, gap: 11, lines: f.wrap(st, f.clauseList(st, finding.Controls), textWidth)})
	}
	return out
}

// wrapCode wraps lines of code for a box.
func (f *flow) wrapCode(s string) [][]setRune {
	return f.wrap(f.code, s, textWidth-2*codePad-4)
}

func (f *flow) proseBlocks(label, s string) []block {
	var out []block
	kept, cut := capRunes(s, maxProse, maxProseLines)
	if cut > 0 {
		kept += fmt.Sprintf("\n… cut, %d more characters", cut)
	}
	for _, p := range passages(kept) {
		b := block{label: label, marker: p.marker, style: f.body, code: p.code, gap: 6}
		switch {
		case p.code:
			b.style, b.lines = f.code, f.wrapCode(p.text)
		case p.marker != "":
			b.lines, b.gap = f.wrapRich(f.body, p.text, textWidth-listX), 3
		default:
			b.lines = f.wrapRich(f.body, p.text, textWidth)
		}
		if label != "" {
			b.gap = 11
		}
		label = ""
		out = append(out, b)
	}
	return out
}

func (f *flow) referenceBlock(references []string) block {
	st := f.small.sized(8.4).in(f.brand)
	st.leading = 13.6
	b := block{label: "References", style: st, gap: 11}
	for _, reference := range references[:min(len(references), maxReferences)] {
		address, ok := safeURL(reference, "https")
		if !ok {
			address = ""
		}
		shown := shorten(cmp.Or(address, cleanLine(reference)), 220)
		for _, l := range f.wrap(st, shown, textWidth) {
			b.lines = append(b.lines, l)
			b.urls = append(b.urls, address)
		}
	}
	return b
}

// clauseList writes controls as "PCI DSS 4.0.1: 4.2.1, 2.2.7 · SOC 2: CC6.7",
// with the line breaks between frameworks.
func (f *flow) clauseList(st style, controls []auditapi.Control) string {
	const separator = "  ·  "
	var all, line string
	for _, g := range groupControls(controls) {
		part := g.framework + ": " + strings.Join(g.clauses, ", ")
		switch {
		case line == "":
			line = part
		case f.width(st, line+separator+part) <= textWidth:
			line += separator + part
		default:
			all += line + "\n"
			line = part
		}
	}
	return shorten(all+line, 1200)
}
