package report

import (
	"encoding/binary"
	"math/bits"

	"golang.org/x/image/font/sfnt"
)

// kernTable holds the adjustments between two glyphs in font units, keyed by
// left<<16 | right.
type kernTable map[uint32]int16

func (k kernTable) between(left, right sfnt.GlyphIndex) int16 {
	return k[uint32(left)<<16|uint32(right)]
}

// kernedRunes are the letters worth kerning: for all of a font's glyphs the
// class tables of Inter would unfold to millions of pairs.
const kernedRunes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-–—/()'\"’“”+&"

// readKerns reads the pairs of kernedRunes from a font's GPOS table. gopdf and
// x/image read only the older kern table, which Inter does not have; without
// kerning, "To" and "AV" gape in large type. A font without pairs gets none.
func readKerns(data []byte, f *sfnt.Font) kernTable {
	gpos := fontTable(data, "GPOS")
	subtables := pairSubtables(gpos)
	if len(subtables) == 0 {
		return nil
	}
	var buf sfnt.Buffer
	var glyphs []sfnt.GlyphIndex
	for _, r := range kernedRunes {
		if g, err := f.GlyphIndex(&buf, r); err == nil && g != 0 {
			glyphs = append(glyphs, g)
		}
	}
	kerns := kernTable{}
	for _, l := range glyphs {
		for _, r := range glyphs {
			for _, sub := range subtables {
				if v, decided := sub.pair(int(l), int(r)); decided {
					if v != 0 {
						kerns[uint32(l)<<16|uint32(r)] = v
					}
					break
				}
			}
		}
	}
	return kerns
}

// table reads big-endian numbers; what lies outside is 0, so a damaged font
// yields no kerning instead of a panic.
type table []byte

func (t table) u16(at int) int {
	if at < 0 || at+2 > len(t) {
		return 0
	}
	return int(binary.BigEndian.Uint16(t[at:]))
}

func (t table) u32(at int) int { return t.u16(at)<<16 | t.u16(at+2) }

func (t table) from(at int) table {
	if at <= 0 || at > len(t) {
		return nil
	}
	return t[at:]
}

func fontTable(data []byte, tag string) table {
	t := table(data)
	for i := range t.u16(4) {
		record := 12 + 16*i
		if record+16 > len(data) {
			break
		}
		if string(data[record:record+4]) == tag {
			return t.from(t.u32(record + 8))
		}
	}
	return nil
}

// pairSubtables collects the pair adjustments that the feature "kern" names.
func pairSubtables(gpos table) []table {
	features, lookups := gpos.from(gpos.u16(6)), gpos.from(gpos.u16(8))
	wanted := map[int]bool{}
	for i := range features.u16(0) {
		record := 2 + 6*i
		if record+6 > len(features) || string(features[record:record+4]) != "kern" {
			continue
		}
		feature := features.from(features.u16(record + 4))
		for n := range feature.u16(2) {
			wanted[feature.u16(4+2*n)] = true
		}
	}
	var out []table
	for i := range lookups.u16(0) {
		if !wanted[i] {
			continue
		}
		lookup := lookups.from(lookups.u16(2 + 2*i))
		for n := range lookup.u16(4) {
			kind, sub := lookup.u16(0), lookup.from(lookup.u16(6+2*n))
			if kind == 9 { // an extension: the same with a longer offset
				kind, sub = sub.u16(2), sub.from(sub.u32(4))
			}
			if kind == 2 {
				out = append(out, sub)
			}
		}
	}
	return out
}

// pair looks two glyphs up. decided is false when the next subtable has to be
// asked.
func (t table) pair(left, right int) (value int16, decided bool) {
	covered := coverageIndex(t.from(t.u16(2)), left)
	if covered < 0 {
		return 0, false
	}
	format1, format2 := t.u16(4), t.u16(6)
	if format1&4 == 0 { // no advance in it
		return 0, false
	}
	at := 2 * bits.OnesCount(uint(format1&3)) // the advance stands after the placements
	size1 := 2 * bits.OnesCount(uint(format1))
	size := size1 + 2*bits.OnesCount(uint(format2))
	switch t.u16(0) {
	case 1:
		set := t.from(t.u16(10 + 2*covered))
		for i := range set.u16(0) {
			record := 2 + i*(2+size)
			if set.u16(record) == right {
				return int16(set.u16(record + 2 + at)), true
			}
		}
	case 2:
		class1 := glyphClass(t.from(t.u16(8)), left)
		class2 := glyphClass(t.from(t.u16(10)), right)
		return int16(t.u16(16 + (class1*t.u16(14)+class2)*size + at)), true
	}
	return 0, false
}

// coverageIndex is a glyph's place in a coverage table, or -1.
func coverageIndex(t table, glyph int) int {
	for i := range t.u16(2) {
		switch t.u16(0) {
		case 1:
			if t.u16(4+2*i) == glyph {
				return i
			}
		case 2:
			if first, last := t.u16(4+6*i), t.u16(6+6*i); glyph >= first && glyph <= last {
				return t.u16(8+6*i) + glyph - first
			}
		}
	}
	return -1
}

func glyphClass(t table, glyph int) int {
	switch t.u16(0) {
	case 1:
		if i := glyph - t.u16(2); i >= 0 && i < t.u16(4) {
			return t.u16(6 + 2*i)
		}
	case 2:
		for i := range t.u16(2) {
			if glyph >= t.u16(4+6*i) && glyph <= t.u16(6+6*i) {
				return t.u16(8 + 6*i)
			}
		}
	}
	return 0
}
