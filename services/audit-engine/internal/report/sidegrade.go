package report

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// maxSideGrades is how many stand in the panel of the grade, side by side.
const maxSideGrades = 2

// sideHeight is how much the panel grows by them.
const sideHeight = 62.0

func (d *document) sideGrades() []auditapi.SideGrade {
	return d.report.Grades[:min(len(d.report.Grades), maxSideGrades)]
}

// sideStrip prints the grades by the rules of others, below y in the panel: small, so
// that nobody takes them for the grade.
func (f *flow) sideStrip(y float64) {
	const inset, width = left + 24, content - 48
	f.p.fill(rect(inset, y, width, 0.5), f.document.rule)
	note := f.small.sized(7.8)
	f.print(f.p, inset, y+14, note, "For comparison, by the published rules of others. Our grade does not depend on them.")
	f.p.pageNumber(inset+width, y+14, note, "Details on page ", "sidegrades")
	f.p.links = append(f.p.links, link{x: inset, y: y + 5, w: width, h: 13, anchor: "sidegrades"})
	for i, g := range f.sideGrades() {
		f.sideCell(inset+float64(i)*width/maxSideGrades, y+25, width/maxSideGrades-14, g)
	}
}

// sideCell prints one of them, with the way to check it.
func (f *flow) sideCell(x, y, width float64, g auditapi.SideGrade) {
	letter := shorten(cleanLine(g.Grade), 2)
	f.p.fillGround(disc(x+14, y+12, 14), white)
	f.printCentre(f.p, x+14, y+16.2, style{face: bold, size: 11.5, color: gradeTone(letter).strong}, letter)
	x, width = x+37, width-37
	fitted, name := f.oneLine(f.strong.sized(8.8), sideName(g), width, 7)
	f.print(f.p, x, y+9, fitted, name)
	small := f.small.sized(8)
	end := f.print(f.p, x, y+20.5, small, points(g.Score))
	if address, ok := safeURL(g.Check, "https"); ok {
		at := f.print(f.p, end, y+20.5, small, "  ·  ")
		shown, text := f.oneLine(small.in(f.brand), "check at "+hostName(address), x+width-at, 6.4)
		till := f.print(f.p, at, y+20.5, shown, text)
		f.p.links = append(f.p.links, link{x: at, y: y + 12, w: till - at, h: 12, url: address})
	}
}

// sideName is the name without what stands in parentheses, which the text around says.
func sideName(g auditapi.SideGrade) string {
	name, _, _ := strings.Cut(cleanLine(g.Name), " (")
	return shorten(name, 60)
}

func points(n int) string {
	if n == 1 {
		return "1 point"
	}
	return strconv.Itoa(n) + " points"
}

// hostName is the host of an address that was checked.
func hostName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// sideDetails tells how the grades by the rules of others come about.
func (f *flow) sideDetails() {
	if len(f.sideGrades()) == 0 {
		return
	}
	f.need(250)
	f.anchor("sidegrades")
	f.topic("Grades by the rules of others", "Two public services grade websites by rules that they publish. The audit has reckoned both grades from what it saw, "+
		"so that you can compare this report with theirs. They look at the site from elsewhere, at another time and in part at other things "+
		"(one knows which sites browsers preload, the other tries more old devices), so a few points may differ. To check, open the address below and have the service test the site itself. "+
		"The Observatory starts at 100, and counts what it adds only where the score is 90 or more without it. Of SSL Labs' letters, T stands for a certificate that is not trusted, and M for one of another name.")
	f.y -= 7
	for _, g := range f.sideGrades() {
		f.sideTable(g)
	}
	f.y += 10
}

func (f *flow) sideTable(g auditapi.SideGrade) {
	f.need(30 + 15*float64(max(1, min(len(g.Tests), 12))))
	heading, text := f.oneLine(f.h3, fmt.Sprintf("%s: %s, %s", sideName(g), shorten(cleanLine(g.Grade), 2), points(g.Score)), content, 7)
	f.line(left, heading, text)
	if address, ok := safeURL(g.Check, "https"); ok {
		f.link(f.p, left, f.small.baseline(f.y), f.small.in(f.brand), address, content)
		f.y += f.small.leading + 3
	}
	for _, t := range g.Tests[:min(len(g.Tests), 12)] {
		f.sideRow(cleanLine(t.Name), cleanLine(t.Verdict), signed(t.Modifier))
	}
	for _, reason := range g.Caps[:min(len(g.Caps), 12)] {
		letter, why, _ := strings.Cut(cleanLine(reason), ": ")
		f.sideRow("Held at "+shorten(letter, 3), why, "")
	}
	if len(g.Tests)+len(g.Caps) == 0 {
		f.sideRow("Nothing holds it down", "", "")
	}
	f.rule(f.document.rule, 0.5)
	f.y += 12
}

// signed is a number of points added or taken off.
func signed(n int) string {
	if n == 0 {
		return "0"
	}
	return strings.Replace(fmt.Sprintf("%+d", n), "-", "−", 1)
}

// sideRow is a line of such a table: what, how, and the points for it.
func (f *flow) sideRow(name, verdict, points string) {
	const height = 14.6
	f.need(height)
	f.rule(f.document.rule, 0.5)
	base := f.y + height/2 + 2.9
	label, value := f.small.sized(8.2), f.body.sized(8.2)
	fitted, shown := f.oneLine(label, shorten(name, 80), 150, 7)
	f.print(f.p, left, base, fitted, shown)
	fitted, shown = f.oneLine(value, shorten(verdict, 160), content-160-34, 6.6)
	f.print(f.p, left+160, base, fitted, shown)
	f.printRight(f.p, right, base, value.faced(semibold), points)
	f.y += height
}
