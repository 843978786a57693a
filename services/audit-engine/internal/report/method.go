package report

import (
	"fmt"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// method says how the audit was done and what it cannot say.
func (f *flow) method(s section) {
	f.heading(s, 590) // nearly a page, and best read as one
	f.topic("How the audit was done", methodText(f.report.Tier))
	f.topic("What this report is not", "It is an assessment from outside, of what could be reached over the network at the time stated, "+
		"and of nothing else. It is not a PCI ASV scan, not a certificate, and no statement that a framework is complied with. "+
		"What was not found may still exist: code, configuration, staff and suppliers were not examined, and a site can change the day after.")
	f.severityTable()
	f.topic("How the grade comes about", "The score starts at 100. Each finding takes points off: 40 if critical, 20 if high, "+
		"8 if medium, 3 if low, none for information; all medium findings together at most 40, all low ones at most 15. "+
		"A tidy rest does not make up for one bad hole: with a critical finding the score is at most 39, with a high one 74, "+
		"with a medium one 89. A+ is 100, A from 90, B from 75, C from 60, D from 40, F below.")
	f.sideDetails()
	if note := f.printNote(); note != "" {
		f.topic("About the print", note)
	}
	f.contact()
}

func methodText(tier string) string {
	common := "The checks ran from one address over the public network, as any visitor could: names were resolved, connections opened, " +
		"pages and headers read. They were paced so as not to burden the site, changed nothing and stored nothing there."
	switch tier {
	case auditapi.TierRedTeam:
		return common + " After control of the site had been proven, active probes looked for weaknesses that only show when they are provoked. " +
			"They used harmless marks instead of working attacks: no password was guessed, no data read, nothing deleted. A finding was " +
			"reported only after a second request with another mark had shown the same."
	case auditapi.TierCompliance:
		return common + " Each finding was then set against the clauses of common frameworks that it bears on."
	}
	return common
}

// topic is a heading with a paragraph, kept together.
func (f *flow) topic(title, s string) {
	lines := f.wrap(f.body, s, content)
	f.need(f.h2.leading + 5 + float64(min(len(lines), 4))*f.body.leading)
	f.line(left, f.h2, title)
	f.y += 3
	f.lines(left, f.body, lines)
	f.y += 17
}

// severityTable explains the severities and how soon to act on each.
func (f *flow) severityTable() {
	const row = 23.0
	list := severities()
	f.need(30 + row*float64(len(list)))
	f.line(left, f.h2, "How to read the severities")
	f.y += 6
	st := f.body.sized(9)
	for _, s := range list {
		f.rule(f.document.rule, 0.5)
		f.tag(left, f.y+row/2, s)
		base := f.y + row/2 + 3.3
		f.print(f.p, left+76, base, st, s.meaning)
		f.printRight(f.p, right, base, st.faced(semibold).in(f.ink), s.when)
		f.y += row
	}
	f.rule(f.document.rule, 0.5)
	f.y += 20
}

// printNote owns up to what the fonts of this document cannot do.
func (f *flow) printNote() string {
	var notes []string
	switch n := len(f.missing); n {
	case 0:
	case 1:
		notes = append(notes, fmt.Sprintf("One character that the fonts of this document lack is shown as %c.", substitute))
	default:
		notes = append(notes, fmt.Sprintf("%d characters that the fonts of this document lack are shown as %c.", n, substitute))
	}
	if f.rtl {
		notes = append(notes, "Letters of scripts written from right to left are printed unjoined and in the order in which they are stored.")
	}
	return strings.Join(notes, " ")
}

// contact names the seller and where to check the report.
func (f *flow) contact() {
	seller := f.report.Seller
	site, hasSite := safeURL(seller.URL, "https", "http")
	verify, hasVerify := safeURL(f.report.VerifyURL, "https", "http")
	mail := shorten(cleanLine(seller.Email), 120)
	if !hasSite && !hasVerify && mail == "" {
		return
	}
	f.need(90)
	f.line(left, f.h2, "Questions, and proof that this report is genuine")
	f.y += 6
	row := func(name, value string, active bool) {
		f.rule(f.document.rule, 0.5)
		f.print(f.p, left, f.small.baseline(f.y+4), f.small.sized(8.6), name)
		if active {
			f.link(f.p, left+110, f.small.baseline(f.y+4), f.body.sized(9.2).in(f.brand), value, content-110)
		} else {
			f.print(f.p, left+110, f.small.baseline(f.y+4), f.body.sized(9.2), value)
		}
		f.y += 20
	}
	row("Audited by", f.seller(), false)
	if hasSite {
		row("Website", site, true)
	}
	if mail != "" {
		row("Mail", mail, false)
	}
	if hasVerify {
		row("Is it genuine?", verify, true)
	}
	f.rule(f.document.rule, 0.5)
}
