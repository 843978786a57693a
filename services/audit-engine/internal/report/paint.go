package report

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/signintech/gopdf"
	"golang.org/x/image/font/sfnt"
)

// paint turns the display list into a file. The file is whole, but has gopdf's
// faults; finish mends them.
func (d *document) paint() ([]byte, []faceID, error) {
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWidth, H: pageHeight}})
	faces := d.usedFaces()
	for _, id := range faces {
		if err := d.addFace(pdf, id); err != nil {
			return nil, nil, err
		}
	}
	for _, p := range d.pages {
		pdf.AddPage()
		if err := d.paintPage(pdf, p); err != nil {
			return nil, nil, err
		}
	}
	var out bytes.Buffer
	if _, err := pdf.WriteTo(&out); err != nil { // once: a second time would damage the file
		return nil, nil, fmt.Errorf("write the PDF: %w", err)
	}
	return out.Bytes(), faces, nil
}

// usedFaces lists the faces that a text uses, so that a document without Chinese
// does not carry the Chinese font's tables.
func (d *document) usedFaces() []faceID {
	var used [faceCount]bool
	for _, p := range d.pages {
		for _, t := range p.texts {
			used[t.style.face] = true
		}
	}
	var faces []faceID
	for id := range faceCount {
		if used[id] {
			faces = append(faces, id)
		}
	}
	return faces
}

func (d *document) addFace(pdf *gopdf.GoPdf, id faceID) error {
	if err := pdf.AddTTFFontFromFontContainer(id.family(), &d.lib.container); err != nil {
		return fmt.Errorf("add the font %s: %w", id.family(), err)
	}
	kerns := d.lib.faces[id].kerns
	err := pdf.KernOverride(id.family(), func(_, _ rune, l, r uint, _ int16) int16 {
		return kerns.between(sfnt.GlyphIndex(l), sfnt.GlyphIndex(r))
	})
	if err != nil {
		return fmt.Errorf("set the kerning of %s: %w", id.family(), err)
	}
	return nil
}

func (d *document) paintPage(pdf *gopdf.GoPdf, p *page) error {
	for _, shapes := range [][]shape{p.ground, p.marks} {
		for _, s := range shapes {
			pdf.SetFillColor(s.color.r, s.color.g, s.color.b)
			pdf.Polygon(s.points, "F")
		}
	}
	for _, t := range p.texts {
		if err := d.paintText(pdf, t); err != nil {
			return err
		}
	}
	for _, s := range p.spots {
		if err := pdf.SetFontWithStyle(regular.family(), gopdf.Regular, 1); err != nil {
			return fmt.Errorf("set an anchor: %w", err)
		}
		pdf.SetXY(0, s.y+1) // an anchor stands one font size above the cursor
		pdf.SetAnchor(s.name)
	}
	for _, l := range p.links {
		switch _, known := d.anchors[l.anchor]; {
		case l.url != "":
			pdf.AddExternalLink(l.url, l.x, l.y, l.w, l.h)
		case known: // a link to nowhere would write a broken object
			pdf.AddInternalLink(l.anchor, l.x, l.y, l.w, l.h)
		}
	}
	return nil
}

func (d *document) paintText(pdf *gopdf.GoPdf, t text) error {
	if t.pageOf != "" {
		n, ok := d.anchors[t.pageOf]
		if !ok {
			return nil
		}
		t.s += strconv.Itoa(n + 1)
		t.x -= d.width(t.style, t.s)
	}
	if err := pdf.SetFontWithStyle(t.style.face.family(), gopdf.Regular, t.style.size); err != nil {
		return fmt.Errorf("set the font %s: %w", t.style.face.family(), err)
	}
	if err := pdf.SetCharSpacing(t.style.spacing); err != nil {
		return fmt.Errorf("set the letter spacing: %w", err)
	}
	pdf.SetTextColor(t.style.color.r, t.style.color.g, t.style.color.b)
	pdf.SetXY(t.x, t.y)
	if err := pdf.Text(t.s); err != nil {
		return fmt.Errorf("print %q: %w", t.s, err)
	}
	return nil
}
