package report

// maxListed is how many findings the contents list one by one. With more, the
// overview at the start of the findings serves better than pages of contents.
const maxListed = 24

// contents lists the sections, and the findings if they are few.
func (f *flow) contents(parts []part) {
	f.freshHeading(section{title: "Contents", anchor: "contents"})
	number := f.small.sized(9.6)
	for _, part := range parts {
		f.y += 5
		f.need(24)
		base := f.h3.baseline(f.y)
		f.print(f.p, left, base, f.h3.sized(10.5).in(f.brand), part.number)
		f.print(f.p, left+22, base, f.h3.sized(10.5), part.title)
		f.entryLink(part.anchor, base, number)
		f.y += 19
		if part.anchor == "findings" && len(f.report.Findings) <= maxListed {
			f.listFindings(number)
		}
		f.rule(f.document.rule, 0.5)
	}
	f.howToRead()
}

func (f *flow) listFindings(number style) {
	id := style{face: mono, size: 7.8, color: f.muted}
	st := f.body.sized(9)
	if len(f.report.Findings) == 0 {
		return
	}
	for i, finding := range f.report.Findings {
		f.need(16)
		base := st.baseline(f.y)
		f.p.fill(disc(left+25, base-3.2, 2.6), toneOf(finding.Severity).strong)
		x := f.print(f.p, left+35, base, id, findingID(finding)) + 9
		title := findingTitle(finding)
		fitted, title := f.oneLine(st, title, right-40-max(x, left+68), 7.6)
		f.print(f.p, max(x, left+68), base, fitted, title)
		f.entryLink(findingAnchor(i), base, number.sized(9))
		f.y += 16
	}
	f.y += 6
}

// entryLink prints the page of an anchor at the right edge, and makes the line a
// link to it.
func (f *flow) entryLink(anchor string, base float64, st style) {
	f.p.pageNumber(right, base, st, "", anchor)
	f.p.links = append(f.p.links, link{x: left, y: base - 11, w: content, h: 15, anchor: anchor})
}

// howToRead explains the report in three sentences, at the foot of the contents.
func (f *flow) howToRead() {
	lines := []struct{ title, text string }{
		{"In a hurry", "The summary: how the site stands, and what to do first."},
		{"For those who repair", "Each finding: what was seen, what it means and what to do about it."},
		{"For those who check", "The last sections: what was right, what was not assessed, and the method."},
	}
	const height = 98.0
	if f.room() < height+30 {
		return
	}
	y := bottom - height
	f.p.fillGround(rounded(left, y, content, height, 7), f.panel)
	y += 20
	for _, l := range lines {
		f.print(f.p, left+18, f.h3.baseline(y), f.h3.sized(9), l.title)
		f.print(f.p, left+138, f.body.baseline(y), f.body.sized(9), l.text)
		y += 23
	}
}
