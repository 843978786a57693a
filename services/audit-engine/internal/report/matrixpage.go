package report

import (
	"fmt"

	"doorstep.example/pkg/auditapi"
)

// Columns of the matrix.
const (
	colStanding = left + 226
	colEvidence = left + 366
)

func (f *flow) matrix(s section) {
	f.heading(s, 230)
	f.paragraph(left, content, f.body, "An audit from outside can show evidence against a clause, never that it is met. "+
		"The matrix helps an assessor to see where to look; it is neither a certificate nor a statement of compliance. "+
		"Clauses whose checks could not be run are left out.")
	f.y += 14
	all := clauses(f.report)
	if len(all) == 0 {
		f.paragraph(left, content, f.body, "No check of this audit bears on a clause of a framework.")
		return
	}
	f.matrixCounts(all)
	for _, fc := range all {
		f.framework(fc)
	}
}

// standingColor is the colour of a state's dot and name.
func (f *flow) standingColor(s standing) rgb {
	return [...]rgb{tones[auditapi.Critical].strong, good.strong, f.muted}[s]
}

// matrixCounts sums the states up in three tiles.
func (f *flow) matrixCounts(all []frameworkClauses) {
	var n [3]int
	for _, fc := range all {
		for _, c := range fc.clauses {
			n[c.standing]++
		}
	}
	const gap, height = 10.0, 36.0
	x := left
	for s := adverse; s <= notAssessable; s++ {
		w := [...]float64{150, 126, content - 276 - 2*gap}[s]
		f.p.fill(rounded(x, f.y, w, height, 5), f.panel)
		f.dot(x+18, f.y+height/2, s)
		end := f.print(f.p, x+30, f.y+height/2+4.6, style{face: bold, size: 13, color: f.ink}, fmt.Sprint(n[s]))
		f.print(f.p, end+7, f.y+height/2+3.6, f.small.sized(8.8), s.String())
		x += w + gap
	}
	f.y += height + 22
}

// dot marks a state by form as well as colour: full, ticked-off ring, dash.
func (f *flow) dot(x, y float64, s standing) {
	c := f.standingColor(s)
	switch s {
	case adverse:
		f.p.fill(disc(x, y, 3.6), c)
	case noneSeen:
		f.p.fill(band(x, y, 2.5, 3.7, 0, 1), c)
	case notAssessable:
		f.p.fill(rect(x-3.6, y-0.8, 7.2, 1.6), c)
	}
}

// framework is the table of one framework; its head comes again on each page.
func (f *flow) framework(fc frameworkClauses) {
	const row = 19.0
	name := fc.framework
	head := func() {
		title, s := f.oneLine(f.h3.sized(10.4), name, colStanding-left-14, 7.5)
		f.print(f.p, left, f.h3.baseline(f.y), title, s)
		f.print(f.p, colStanding, f.head.baseline(f.y+1.5), f.head, "Seen from outside")
		f.print(f.p, colEvidence, f.head.baseline(f.y+1.5), f.head, "Findings")
		f.y += 19
		f.rule(f.ink, 0.8)
		name = fc.framework + " (continued)"
	}
	f.need(19 + row*float64(min(3, len(fc.clauses))))
	head()
	f.resume = head
	for i, c := range fc.clauses {
		if i == len(fc.clauses)-2 {
			f.need(2 * row) // the last row does not go over alone
		}
		f.clauseRow(c, row)
	}
	f.resume = nil
	f.y += 20
}

func (f *flow) clauseRow(c clause, row float64) {
	st := f.body.sized(9)
	st.leading = 12
	lines := f.evidenceLines(c.findings)
	height := row + float64(max(0, len(lines)-1))*st.leading
	f.need(height)
	base := st.baseline(f.y + 3.5)
	name, s := f.oneLine(st.faced(semibold).in(f.ink), c.name, colStanding-left-14, 7)
	f.print(f.p, left, base, name, s)
	f.dot(colStanding+4, f.y+9.5, c.standing)
	f.print(f.p, colStanding+14, base, st.sized(8.8).in(f.standingColor(c.standing)), c.standing.String())
	for n, line := range lines {
		x := colEvidence
		for _, i := range line {
			id := findingID(f.report.Findings[i])
			end := f.print(f.p, x, base+float64(n)*st.leading, st.sized(8.8).in(f.brand), id)
			f.p.links = append(f.p.links, link{x: x, y: base + float64(n)*st.leading - 9, w: end - x, h: 12, anchor: findingAnchor(i)})
			x = end + 8
		}
	}
	f.y += height
	f.rule(f.document.rule, 0.5)
}

// evidenceLines spreads the numbers of findings over lines of the last column.
func (f *flow) evidenceLines(findings []int) [][]int {
	const room = right - colEvidence
	st := style{face: regular, size: 8.8}
	var lines [][]int
	used := room + 1
	for _, i := range findings {
		w := f.width(st, findingID(f.report.Findings[i])) + 8
		if used+w-8 > room {
			lines = append(lines, nil)
			used = 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], i)
		used += w
	}
	return lines
}
