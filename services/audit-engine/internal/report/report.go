// Package report prints an audit as a PDF: cover, contents, summary, findings,
// what was right, what could not be assessed, the control matrix, method.
//
// The way of a document: the parts (cover.go, summary.go, …) lay text and shapes
// out on pages with a flow; the result is a display list (page.go), complete
// with page numbers; paint hands it to gopdf; finish mends the file.
//
// Everything in a report may come from the audited site, so it is data: cleaned,
// capped, wrapped by our own code, and never a link unless safeURL says so.
// Equal reports give equal bytes. Fonts have no shaping: scripts written from
// right to left appear in logical order.
package report

import (
	"cmp"
	"fmt"
	"strconv"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// PDF prints the report.
func PDF(r auditapi.Report) ([]byte, error) {
	d, err := layout(r)
	if err != nil {
		return nil, err
	}
	raw, faces, err := d.paint()
	if err != nil {
		return nil, err
	}
	out, err := finish(raw, faces, d.outline, properties{
		title:   "Security Audit Report – " + d.host,
		author:  d.seller(),
		subject: fmt.Sprintf("%s of %s, grade %s, score %d of 100", tierName(r.Tier), d.host, d.gradeText(), r.Score),
		created: r.FinishedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("finish the PDF: %w", err)
	}
	return out, nil
}

// layout decides what stands where.
func layout(r auditapi.Report) (*document, error) {
	lib, err := loadLibrary()
	if err != nil {
		return nil, err
	}
	d := &document{
		typesetter: newTypesetter(lib),
		palette:    newPalette(r.Seller.Color),
		report:     r,
		host:       hostOf(r.Target),
		anchors:    map[string]int{},
	}
	d.cover()
	f := &flow{document: d, styles: d.styles()}
	parts := f.parts()
	f.contents(parts)
	for _, part := range parts {
		part.write(part.section)
	}
	d.furniture()
	return d, nil
}

// part is a section and what writes it.
type part struct {
	section
	write func(section)
}

// parts lists the sections that this report has.
func (f *flow) parts() []part {
	r := f.report
	list := []part{
		{section{title: "Summary", anchor: "summary"}, f.summary},
		{section{title: "Findings", anchor: "findings"}, f.findings},
	}
	if len(r.Passed) > 0 {
		list = append(list, part{section{title: "What was right", anchor: "passed"}, f.passed})
	}
	if len(r.Skipped) > 0 {
		list = append(list, part{section{title: "Not assessed", anchor: "skipped"}, f.skipped})
	}
	if showsClauses(r) {
		list = append(list, part{section{title: "Control matrix", anchor: "matrix"}, f.matrix})
	}
	list = append(list, part{section{title: "Method and limits", anchor: "method"}, f.method})
	for i := range list {
		list[i].number = strconv.Itoa(i + 1)
	}
	return list
}

// showsClauses reports whether the tier's report sorts findings under clauses.
func showsClauses(r auditapi.Report) bool {
	t, _ := tier.ByName(r.Tier)
	return t.Clauses
}

func (d *document) seller() string {
	return cmp.Or(shorten(cleanLine(d.report.Seller.Name), 60), "Security Audit")
}

func (d *document) gradeText() string { return cmp.Or(shorten(cleanLine(d.report.Grade), 3), "–") }

func (d *document) scoreText() string { return strconv.Itoa(d.report.Score) + " / 100" }

func (d *document) number() string {
	return cmp.Or(shorten(cleanLine(d.report.ReportID), 40), "without number")
}

// furniture prints header and footer of every page but the cover, now that the
// number of pages is known.
func (d *document) furniture() {
	name := style{face: semibold, size: 8.4, color: d.ink}
	small := style{face: regular, size: 7.8, color: d.muted}
	for i, p := range d.pages {
		if p.section == "" {
			continue
		}
		d.monogram(p, left, headerLine-10.5, 14, d.brand, white)
		_, seller := d.oneLine(name, d.seller(), content-150, name.size)
		d.print(p, left+21, headerLine, name, seller)
		d.printRight(p, right, headerLine, small, p.section)
		p.fill(rect(left, headerLine+13, content, 0.5), d.rule)
		p.fill(rect(left, footerLine-17, content, 0.5), d.rule)
		x := d.print(p, left, footerLine, small, d.number()+"  ·  ")
		shown, host := d.oneLine(small, d.host, right-x-150, 6.4)
		x = d.print(p, x, footerLine, shown, host)
		d.print(p, x, footerLine, small, "  ·  Confidential")
		d.printRight(p, right, footerLine, small, fmt.Sprintf("Page %d of %d", i+1, len(d.pages)))
	}
}

// monogram is the seller's mark: the first letter of the name on a tile.
func (d *document) monogram(p *page, x, y, size float64, tile, letter rgb) {
	p.fill(rounded(x, y, size, size, size*0.26), tile)
	initial := string([]rune(d.seller())[:1])
	d.printCentre(p, x+size/2, y+size*0.715, style{face: bold, size: size * 0.6, color: letter}, initial)
}
