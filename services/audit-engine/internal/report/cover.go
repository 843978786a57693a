package report

import (
	"math"
	"strconv"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// The cover's geometry: a dark part above, the facts below, the grade between.
const (
	horizon = 506.0
	ringX   = 452.0
	ringR   = 70.0
)

func (d *document) cover() {
	p := d.add("")
	d.coverGround(p)
	d.coverTitle(p)
	d.coverFacts(p)
	d.coverCounts(p)
	d.anchors["cover"] = 0
	p.spots = append(p.spots, spot{"cover", 0})
	d.outline = append(d.outline, bookmark{title: "Cover"})
}

// coverGround draws the dark part with circles that spread from the grade like
// the echo of a sounding.
func (d *document) coverGround(p *page) {
	const bleed = 12 // over the edge: half a pixel of it may show
	p.fillGround(rect(-bleed, -bleed, pageWidth+2*bleed, horizon+bleed), d.night)
	for i := range 9 {
		r := ringR + 46 + float64(i)*float64(i+11)*4.6
		fade := math.Pow(1-float64(i)/9.5, 1.25)
		width := 0.9 + float64(i)*0.12
		p.fillGround(band(ringX, horizon, r-width, r, -0.25, 0.25), mix(d.night, d.arc, fade))
	}
	p.fillGround(rect(-bleed, horizon, pageWidth+2*bleed, 3), d.brand)
	p.fillGround(disc(ringX, horizon+1.5, ringR+7), white)
	d.ring(p, ringX, horizon+1.5, ringR, 13, d.rule)
}

func (d *document) coverTitle(p *page) {
	d.monogram(p, left, 60, 30, d.glow, d.night)
	name, seller := d.oneLine(style{face: semibold, size: 16, color: white}, d.seller(), content-44, 10)
	d.print(p, left+42, 80.5, name, seller)

	over := style{face: semibold, size: 10.5, color: d.glow, spacing: 0.4}
	d.print(p, left, 232, over, "Security Audit Report")
	host := style{face: bold, size: 40, color: white, spacing: -0.6}
	fitted, lines := host, d.hostLines(host)
	if len(lines) == 1 {
		fitted, _ = d.fit(host, d.host, content, hostLeast)
	} else {
		fitted.size = hostWrapped
	}
	y := 250 + fitted.size
	for _, line := range lines {
		d.print(p, left, y, fitted, line)
		y += fitted.size * 1.25
	}
	d.print(p, left, y-fitted.size*1.25+36, style{face: regular, size: 13.5, color: d.dim}, tierName(d.report.Tier))
	d.print(p, left, horizon-34, style{face: regular, size: 10.5, color: d.dim}, day(d.report.FinishedAt))
}

// A host that does not fit at the least size is set in several lines.
const (
	hostLeast   = 21
	hostWrapped = 25
	hostLines   = 4
)

// hostLines breaks a long host at its dots; what is longer than a line or the
// cover is cut, for the host stands whole in the summary.
func (d *document) hostLines(st style) []string {
	if _, ok := d.fit(st, d.host, content, hostLeast); ok {
		return []string{d.host}
	}
	st.size = hostWrapped
	var lines []string
	line := ""
	for label := range strings.SplitAfterSeq(d.host, ".") {
		if line != "" && d.width(st, line+label) > content {
			lines = append(lines, line)
			line = ""
		}
		line += label
	}
	lines = append(lines, line)
	if len(lines) > hostLines {
		lines = append(lines[:hostLines-1], lines[hostLines-1]+"…")
	}
	for i := range lines {
		_, lines[i] = d.oneLine(st, lines[i], content, st.size)
	}
	return lines
}

// coverFacts is the table of who and what.
func (d *document) coverFacts(p *page) {
	label := style{face: regular, size: 9, color: d.muted}
	value := style{face: semibold, size: 10.5, color: d.ink}
	y := horizon + 92.0
	row := func(name, s string) {
		d.print(p, left, y, label, name)
		fitted, s := d.oneLine(value, s, content-104, 7.5)
		d.print(p, left+104, y, fitted, s)
		y += 23
	}
	if name := shorten(cleanLine(d.report.TargetName), 90); name != "" {
		row("Prepared for", name)
	}
	row("Report number", d.number())
	row("Date of the scan", moment(d.report.FinishedAt))
	row("Classification", "Confidential")
}

// coverCounts shows how many findings there are of each severity, and where to
// check that the report is genuine.
func (d *document) coverCounts(p *page) {
	const gap, height = 9.0, 46.0
	list := severities()
	w := (content - gap*float64(len(list)-1)) / float64(len(list))
	y := pageHeight - 142.0
	for i, s := range list {
		x := left + float64(i)*(w+gap)
		n := d.tally(s.Severity)
		number, name := s.tone.strong, d.text
		if n == 0 {
			number, name = d.muted, d.muted
			p.fill(rounded(x, y, w, height, 5), d.panel)
		} else {
			p.fill(rounded(x, y, w, height, 5), s.tone.soft)
		}
		d.print(p, x+12, y+22.5, style{face: bold, size: 17, color: number}, strconv.Itoa(n))
		d.print(p, x+12, y+36.5, style{face: regular, size: 8.4, color: name}, s.name)
	}
	link, ok := safeURL(d.report.VerifyURL, "https", "http")
	if !ok {
		return
	}
	small := style{face: regular, size: 8.4, color: d.muted}
	x := d.print(p, left, pageHeight-62, small, "Check that this document is genuine:") + 5
	d.link(p, x, pageHeight-62, small.in(d.brand), link, right-x)
}

// link prints a checked address and makes it active; one that is too long is
// shortened in print only.
func (d *document) link(p *page, x, y float64, st style, address string, width float64) {
	fitted, shown := d.oneLine(st, address, width, st.size*0.8)
	end := d.print(p, x, y, fitted, shown)
	p.fill(rect(x, y+2, end-x, 0.4), mix(fitted.color, white, 0.45))
	p.links = append(p.links, link{x: x, y: y - fitted.size, w: end - x, h: fitted.size + 4, url: address})
}

// tally counts the findings of a severity.
func (d *document) tally(s auditapi.Severity) int {
	n := 0
	for _, finding := range d.report.Findings {
		if finding.Severity == s {
			n++
		}
	}
	return n
}
