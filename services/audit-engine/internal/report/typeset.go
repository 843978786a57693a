package report

import (
	"strings"

	"golang.org/x/image/font/sfnt"
)

// typesetter measures and wraps text for one document. It is not safe for
// concurrent use; the library behind it is.
type typesetter struct {
	lib     *library
	buf     sfnt.Buffer
	glyphs  [faceCount]map[rune]glyph
	missing map[rune]bool // runes that no face has
	rtl     bool          // letters of scripts written from right to left were met
}

func newTypesetter(lib *library) *typesetter {
	t := &typesetter{lib: lib, missing: map[rune]bool{}}
	for id := range t.glyphs {
		t.glyphs[id] = map[rune]glyph{}
	}
	return t
}

// substitute stands for a rune that no face has.
const substitute = '□'

// fallbacks are asked in this order when the wanted face lacks a glyph.
var fallbacks = [...]faceID{symbols, cjk, mono}

// glyph finds r in face id. A font that cannot tell is treated as lacking it.
func (t *typesetter) glyph(id faceID, r rune) glyph {
	if r >= 0 && int(r) < len(t.lib.faces[id].ascii) {
		return t.lib.faces[id].ascii[r]
	}
	g := t.glyphs[id][r]
	if !g.known {
		g, _ = t.lib.faces[id].lookup(&t.buf, r)
		g.known = true
		t.glyphs[id][r] = g
	}
	return g
}

// setRune is a rune with the face that shows it.
type setRune struct {
	r       rune
	face    faceID
	index   sfnt.GlyphIndex
	advance int // thousandths of the size, kerning to the rune before included
}

// codeScale sets code within prose a little smaller: its letters are wider.
const codeScale = 0.92

// shown is the style of a run in some face within text of this style.
func (st style) shown(id faceID) style {
	if id == mono && st.face != mono {
		st.size *= codeScale
	}
	return st.faced(id)
}

// set chooses a face for each rune and measures it.
func (t *typesetter) set(id faceID, s string) []setRune {
	out := make([]setRune, 0, len(s))
	for _, r := range s {
		set := t.choose(id, r)
		if set.face == mono && id != mono {
			set.advance = int(float64(set.advance) * codeScale)
		}
		if n := len(out); n > 0 && out[n-1].face == set.face {
			set.advance += t.kern(set.face, out[n-1].index, set.index)
		}
		out = append(out, set)
	}
	return out
}

func (t *typesetter) choose(id faceID, r rune) setRune {
	if r == '\n' {
		return setRune{r: r, face: id}
	}
	if r >= 0x0590 && r <= 0x08ff { // Hebrew, Arabic, Syriac, …
		t.rtl = true
	}
	if g := t.glyph(id, r); g.index != 0 {
		return setRune{r, id, g.index, g.advance}
	}
	for _, other := range fallbacks {
		if g := t.glyph(other, r); g.index != 0 {
			return setRune{r, other, g.index, g.advance}
		}
	}
	t.missing[r] = true
	g := t.glyph(id, substitute)
	return setRune{substitute, id, g.index, g.advance}
}

// kern is the adjustment between two glyphs of a face in thousandths, rounded
// towards zero as gopdf does.
func (t *typesetter) kern(id faceID, left, right sfnt.GlyphIndex) int {
	f := t.lib.faces[id]
	return int(f.kerns.between(left, right)) * 1000 / f.upem
}

// width measures s in one line.
func (t *typesetter) width(st style, s string) float64 {
	return st.measure(t.set(st.face, s))
}

// measure is the width of set text in points.
func (st style) measure(text []setRune) float64 {
	sum := 0
	for _, r := range text {
		sum += r.advance
	}
	return float64(sum)*st.size/1000 + float64(len(text))*st.spacing
}

// fit returns st, shrunk as far as needed for s to fit in width, but not below
// least; ok tells whether it fits.
func (t *typesetter) fit(st style, s string, width, least float64) (fitted style, ok bool) {
	natural := t.width(st, s)
	if natural <= width {
		return st, true
	}
	fitted = st
	fitted.size = max(least, st.size*width/natural*0.999)
	return fitted, t.width(fitted, s) <= width
}

// oneLine makes s fit on a line: set smaller, down to least, and then cut.
func (t *typesetter) oneLine(st style, s string, width, least float64) (style, string) {
	fitted, ok := t.fit(st, s, width, least)
	if ok {
		return fitted, s
	}
	used, end := t.width(fitted, "…"), 0
	for i, r := range s {
		if used += fitted.measure([]setRune{t.choose(fitted.face, r)}); used > width {
			break
		}
		end = i
	}
	return fitted, strings.TrimRight(s[:end], " ") + "…"
}

// setRich sets prose in which `code` stands between backticks.
func (t *typesetter) setRich(id faceID, s string) []setRune {
	var out []setRune
	for {
		before, rest, open := strings.Cut(s, "`")
		code, after, closed := strings.Cut(rest, "`")
		if !open || !closed || code == "" || strings.Contains(code, "\n") {
			return append(out, t.set(id, s)...)
		}
		out = append(out, t.set(id, before)...)
		for _, r := range t.set(mono, code) {
			if r.face == mono {
				r.advance = int(float64(r.advance) * codeScale)
			}
			out = append(out, r)
		}
		s = after
	}
}

// wrap breaks s into lines no wider than width, in time linear in its length.
// A line break in s stays one. A line holds at least one rune, so that a column
// narrower than a glyph ends too.
func (t *typesetter) wrap(st style, s string, width float64) [][]setRune {
	return st.breakLines(t.set(st.face, s), width)
}

// wrapRich wraps prose with `code` in it.
func (t *typesetter) wrapRich(st style, s string, width float64) [][]setRune {
	return st.breakLines(t.setRich(st.face, s), width)
}

func (st style) breakLines(text []setRune, width float64) [][]setRune {
	var lines [][]setRune
	start := 0
	for i := 0; i <= len(text); i++ {
		if i == len(text) || text[i].r == '\n' {
			lines = st.wrapLine(lines, text[start:i], width)
			start = i + 1
		}
	}
	return lines
}

// wrapLine appends the lines of one paragraph.
func (st style) wrapLine(lines [][]setRune, text []setRune, width float64) [][]setRune {
	for {
		n := st.lineEnd(text, width)
		lines = append(lines, trimSpaces(text[:n]))
		if n == len(text) {
			return lines
		}
		for n < len(text) && text[n].r == ' ' { // a break swallows the spaces around it
			n++
		}
		if text = text[n:]; len(text) == 0 {
			return lines
		}
	}
}

// lineEnd tells how many runes of text fit on a line: up to the last space,
// else up to the last mark inside a long token, else as many as fit.
func (st style) lineEnd(text []setRune, width float64) int {
	used, space, mark := 0.0, 0, 0
	indent := true // spaces before the first word are no place to break
	for i, r := range text {
		used += float64(r.advance)*st.size/1000 + st.spacing
		if used > width && r.r != ' ' && i > 0 {
			switch {
			case space > 0:
				return space
			case mark > 0:
				return mark
			}
			return i
		}
		switch {
		case r.r == ' ' && indent:
		case r.r == ' ', r.face == cjk: // Han, kana and Hangul break anywhere
			space = i + 1
		case breaksAfter(r.r):
			mark = i + 1
		}
		indent = indent && r.r == ' '
	}
	return len(text)
}

// breaksAfter lists marks at which URLs, header values and paths may be broken.
func breaksAfter(r rune) bool {
	switch r {
	case '/', '?', '&', ';', ',', '=', '-', '_', '.', ':', '|', '%', '+', '–', '—':
		return true
	}
	return false
}

func trimSpaces(text []setRune) []setRune {
	for len(text) > 0 && text[len(text)-1].r == ' ' {
		text = text[:len(text)-1]
	}
	return text
}
