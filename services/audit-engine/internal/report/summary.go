package report

import (
	"cmp"
	"fmt"
	"strconv"

	"doorstep.example/pkg/auditapi"
)

func (f *flow) summary(s section) {
	f.freshHeading(s)
	f.gradePanel()
	f.severityBar()
	f.doFirst()
	f.scope()
}

// gradePanel shows the grade beside what it means, and below, small, those by the
// rules of others.
func (f *flow) gradePanel() {
	height, whole := 118.0, 118.0
	if len(f.sideGrades()) > 0 {
		height, whole = 108, 108+sideHeight
	}
	worst, ofWorst := auditapi.Info, 0
	for _, s := range severities() {
		if ofWorst = f.tally(s.Severity); ofWorst > 0 {
			worst = s.Severity
			break
		}
	}
	f.p.fillGround(rounded(left, f.y, content, whole, 8), f.panel)
	f.p.fillGround(disc(left+70, f.y+height/2, 46), white)
	f.ring(f.p, left+70, f.y+height/2, 42, 8, f.document.rule)
	meaning := gradeMeaning(f.report.Grade, worst, ofWorst, len(f.report.Findings))
	st := f.body.sized(10.2)
	st.leading = 16
	const x, width = left + 146, content - 146 - 24
	lines := f.wrap(st, meaning, width)
	y := f.y + (height-24-float64(len(lines))*st.leading)/2
	f.print(f.p, x, f.h2.baseline(y), f.h2.sized(14), fmt.Sprintf("Grade %s, %d of 100", f.gradeText(), f.report.Score))
	y += 24
	for _, l := range lines {
		f.p.put(x, st.baseline(y), st, l)
		y += st.leading
	}
	if len(f.sideGrades()) > 0 {
		f.sideStrip(f.y + height)
	}
	f.y += whole + 25
}

// severityBar shows the shares of the severities as one bar with its legend.
func (f *flow) severityBar() {
	f.line(left, f.h2, "Findings by severity")
	f.y += 7
	all := len(f.report.Findings)
	if all == 0 {
		f.p.fill(rounded(left, f.y, content, 9, 2.5), good.strong)
	}
	x, list := left, severities()
	for _, s := range list {
		if n := f.tally(s.Severity); n > 0 {
			w := content * float64(n) / float64(all)
			f.p.fill(rounded(x, f.y, max(w-2, 2), 9, 2.5), s.tone.strong)
			x += w
		}
	}
	f.y += 19
	for i, s := range list {
		x := left + float64(i)*content/float64(len(list))
		n := f.tally(s.Severity)
		number, dot := f.ink, s.tone.strong
		if n == 0 {
			number, dot = f.muted, f.stripe
		}
		f.p.fill(disc(x+3.5, f.y+8, 3.5), dot)
		end := f.print(f.p, x+13, f.y+11.6, style{face: bold, size: 10.5, color: number}, strconv.Itoa(n))
		f.print(f.p, end+5, f.y+11.6, f.small.sized(9), s.name)
	}
	f.y += 40
}

// doFirst lists the three worst findings.
func (f *flow) doFirst() {
	if len(f.report.Findings) == 0 {
		f.line(left, f.h2, "What to do next")
		f.y += 3
		f.paragraph(left, content, f.body, "Nothing has to be repaired. Keep software and certificates up to date, "+
			"and have the site audited again after the next larger change: new code, a new host or a new supplier can open what is closed today.")
		f.y += 24
		return
	}
	type numbered struct {
		auditapi.Finding
		anchor string
	}
	var list []numbered
	for i, finding := range f.report.Findings {
		list = append(list, numbered{finding, findingAnchor(i)})
	}
	list = keepOrder(list, func(a, b numbered) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	list = list[:min(3, len(list))]
	f.line(left, f.h2, [...]string{"The first thing to do", "The two things to do first", "The three things to do first"}[len(list)-1])
	f.y += 8
	for i, finding := range list {
		f.firstThing(i+1, finding.Finding, finding.anchor)
	}
	f.y += 16
}

func (f *flow) firstThing(n int, finding auditapi.Finding, anchor string) {
	st := f.body.sized(9)
	st.leading = 13.4
	lines := f.wrap(st, firstSentence(finding.Remediation), content-28-72)
	lines = lines[:min(2, len(lines))]
	height := 15 + float64(len(lines))*st.leading
	f.need(height)
	y := f.y
	f.p.fill(disc(left+9, y+8.5, 9), toneOf(finding.Severity).strong)
	f.printCentre(f.p, left+9, y+11.6, style{face: semibold, size: 8.6, color: white}, strconv.Itoa(n))
	base := f.strong.baseline(y)
	fitted, title := f.oneLine(f.strong, findingTitle(finding), content-28-72, 8.4)
	f.print(f.p, left+28, base, fitted, title)
	page := f.small.sized(8.4)
	f.p.pageNumber(right, base, page, findingID(finding)+", page ", anchor)
	f.p.links = append(f.p.links, link{x: left, y: y, w: content, h: height, anchor: anchor})
	y += 15
	for _, l := range lines {
		f.p.put(left+28, st.baseline(y), st, l)
		y += st.leading
	}
	f.y += height + 10
}

// scope says what was looked at, when and how much of it.
func (f *flow) scope() {
	r := f.report
	ran := map[string]bool{}
	for _, finding := range r.Findings {
		ran[finding.Check] = true
	}
	for _, p := range r.Passed {
		ran[p.Check] = true
	}
	rows := [][2]string{{"Address asked", cleanLine(r.Target)}}
	if final := cleanLine(r.FinalURL); final != "" && final != cleanLine(r.Target) {
		rows = append(rows, [2]string{"Where it led", final})
	}
	finished := moment(r.FinishedAt)
	if took := r.FinishedAt.Sub(r.StartedAt); !r.StartedAt.IsZero() && took > 0 {
		finished += fmt.Sprintf(", after %d s", int(took.Seconds()+0.5))
	}
	rows = append(rows, [][2]string{
		{"Audit", tierName(r.Tier) + ", from outside, over the public network"},
		{"Started", moment(r.StartedAt)},
		{"Finished", finished},
		{"Checks", fmt.Sprintf("%d run, %d passed, %d not assessed", len(ran), len(r.Passed), len(r.Skipped))},
	}...)
	f.need(26 + float64(len(rows))*20)
	f.line(left, f.h2, "Scope and method")
	f.y += 6
	for _, row := range rows {
		f.rule(f.document.rule, 0.5)
		f.keyValue(row[0], row[1])
	}
	f.rule(f.document.rule, 0.5)
}

// keyValue prints a row of a table of facts; the value shrinks a little before
// it wraps.
func (f *flow) keyValue(key, value string) {
	const x, width = left + 110, content - 110
	fitted, _ := f.fit(f.body.sized(9.2), shorten(value, 320), width, 7.4)
	fitted.leading = 13
	lines := f.wrap(fitted, shorten(value, 320), width)
	height := 7 + float64(len(lines))*fitted.leading
	f.need(height)
	f.print(f.p, left, fitted.baseline(f.y+3.5), f.small.sized(8.6), key)
	y := f.y + 3.5
	for _, l := range lines {
		f.p.put(x, fitted.baseline(y), fitted, l)
		y += fitted.leading
	}
	f.y += height
}
