package report

import (
	"cmp"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// passed lists the checks that found nothing, by area.
func (f *flow) passed(s section) {
	f.heading(s, 150)
	f.paragraph(left, content, f.body, "These checks ran and found nothing to object to. They show what the grade rests on, "+
		"and what to keep when the site is changed.")
	f.y += 12
	var areas []string
	byArea := map[string][]auditapi.Passed{}
	for _, p := range f.report.Passed {
		area := areaName(p.Area)
		if byArea[area] == nil {
			areas = append(areas, area)
		}
		byArea[area] = append(byArea[area], p)
	}
	for _, area := range areas {
		f.need(28)
		f.rule(f.document.rule, 0.5)
		f.y += 6
		f.areaChecks(area, byArea[area])
		f.y += 6
	}
	f.rule(f.document.rule, 0.5)
}

func (f *flow) areaChecks(area string, checks []auditapi.Passed) {
	const x, width = left + 150, content - 150
	st := f.body.sized(9.2)
	st.leading = 14
	label := f.h3.sized(9.2)
	label.leading = st.leading
	name, again := f.wrap(label, area, 128), false
	for _, c := range checks {
		title := shorten(cmp.Or(cleanLine(c.Title), cleanLine(c.Check)), 200)
		lines := f.wrap(st, title, width-16)
		before := f.p
		f.need(st.leading * float64(max(len(lines), len(name))))
		if !again || f.p != before {
			for i, l := range name {
				f.p.put(left, label.baseline(f.y+float64(i)*label.leading), label, l)
			}
		}
		if !again && len(name) > len(checks) { // a long name beside few checks
			defer func(end float64) { f.y = max(f.y, end) }(f.y + float64(len(name))*label.leading)
		}
		again = true
		f.p.tick(x+4, f.y+7, 8.5, good.strong)
		f.lines(x+16, st, lines)
		f.y += 1.5
	}
}

// skipped lists what could not be assessed, and why: the reason once beside all that it
// holds for, and again on each page that they go on to.
func (f *flow) skipped(s section) {
	f.heading(s, 130)
	f.paragraph(left, content, f.body, "These checks could not be run, so this report says nothing about them, neither good nor bad.")
	f.y += 12
	const x, width = left + 200, content - 200
	st := f.body.sized(9)
	st.leading = 13.4
	title := st.faced(semibold).in(f.ink)
	var order []string
	byReason := map[string][]string{}
	for _, skip := range f.report.Skipped {
		reason := sentence(shorten(cleanLine(skip.Reason), 600))
		if byReason[reason] == nil {
			order = append(order, reason)
		}
		byReason[reason] = append(byReason[reason], shorten(cmp.Or(cleanLine(skip.Title), cleanLine(skip.Check)), 160))
	}
	for _, reason := range order {
		reasons := f.wrap(st, reason, 184)
		f.need(12 + float64(len(reasons)+1)*st.leading)
		f.rule(f.document.rule, 0.5)
		f.y += 6
		end, before := 0.0, f.p
		for i, name := range byReason[reason] {
			names := f.wrap(title, name, width)
			f.need(float64(len(names)) * st.leading)
			if i == 0 || f.p != before {
				before, end = f.p, f.y+float64(len(reasons))*st.leading
				for j, l := range reasons {
					f.p.put(left, st.baseline(f.y+float64(j)*st.leading), st, l)
				}
			}
			f.lines(x, title, names)
		}
		f.y = max(f.y, end) + 6
	}
	f.rule(f.document.rule, 0.5)
}

// sentence begins a reason with a capital and ends it with a full stop.
func sentence(s string) string {
	if s == "" {
		return "No reason was given."
	}
	if s[0] >= 'a' && s[0] <= 'z' && !strings.ContainsAny(strings.Fields(s)[0], "./_") {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	if strings.ContainsRune(".!?…", []rune(s)[len([]rune(s))-1]) {
		return s
	}
	return s + "."
}
