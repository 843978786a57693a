package page

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/lucasb-eyer/go-colorful"
)

// Contrast that WCAG AA asks of text and of parts one must recognise.
const (
	textContrast = 4.5
	markContrast = 3.0
	// margin keeps the promise after rounding to #rrggbb.
	margin = 0.05
)

// The colours of results do not follow the shop: a bad grade is red everywhere.
const (
	goodColor = "#15803d"
	fairColor = "#b45309"
	poorColor = "#be123c"
)

// houseColor is the accent of a shop that names none.
const houseColor = "#0f766e"

// scheme is one set of named colours, each as #rrggbb.
type scheme map[string]string

// palette is what the shop's colour becomes.
type palette struct {
	light, dark scheme
}

// grounds are the lightnesses of one scheme; everything else is placed so that
// it can be read on all of them.
type grounds struct {
	paper, surface, sunk, tint, line, control, muted, ink float64

	text float64 // the contrast that coloured text gets here
	dark bool
}

var (
	lightGrounds = grounds{paper: 0.984, surface: 1, sunk: 0.962, tint: 0.95, line: 0.895, control: 0.6, muted: 0.46, ink: 0.225, text: textContrast}
	darkGrounds  = grounds{paper: 0.18, surface: 0.222, sunk: 0.152, tint: 0.27, line: 0.325, control: 0.58, muted: 0.76, ink: 0.955, text: 6.5, dark: true}
)

func newPalette(hex string) (palette, error) {
	if len(hex) != len("#rrggbb") {
		return palette{}, fmt.Errorf("%q is not of the form #rrggbb", hex)
	}
	accent, err := colorful.Hex(hex)
	if err != nil {
		return palette{}, fmt.Errorf("%q is not of the form #rrggbb", hex)
	}
	return palette{light: lightGrounds.scheme(accent), dark: darkGrounds.scheme(accent)}, nil
}

// scheme tints the greys with the accent's hue and moves the accent only as far
// as contrast demands.
func (g grounds) scheme(accent colorful.Color) scheme {
	_, chroma, hue := accent.OkLch()
	// A vivid brand must not tint the page more than a quiet one.
	grey := func(l, share float64) colorful.Color { return inGamut(l, share*min(chroma, 0.14), hue) }
	paper, surface, sunk := grey(g.paper, 0.03), grey(g.surface, 0.04), grey(g.sunk, 0.05)
	if g.dark {
		paper, surface, sunk = grey(g.paper, 0.17), grey(g.surface, 0.18), grey(g.sunk, 0.16)
	}
	on := []colorful.Color{paper, surface, sunk}
	tint := func(c colorful.Color) colorful.Color {
		_, chroma, hue := c.OkLch()
		return inGamut(g.tint, min(chroma*0.25, 0.035), hue)
	}
	s := scheme{
		"paper": paper.Hex(), "surface": surface.Hex(), "sunk": sunk.Hex(),
		"line": grey(g.line, 0.09).Hex(), "control": grey(g.control, 0.12).Hex(),
		"muted": grey(g.muted, 0.15).Hex(), "ink": grey(g.ink, 0.25).Hex(),
	}
	// A placeholder may not look like something that was typed.
	s["faint"] = g.until(grey(g.control, 0.12), textContrast, on...).Hex()
	button := accent
	if g.dark {
		button = g.until(accent, markContrast, on...)
	}
	// The light in an open door is light in both schemes.
	glow := surface
	if g.dark {
		glow = inGamut(darkGrounds.ink, min(chroma*0.3, 0.06), hue)
	}
	s["glow"] = glow.Hex()
	s["button"] = button.Hex()
	s["on-button"] = readable(button).Hex()
	for name, c := range map[string]colorful.Color{
		"accent": accent, "good": mustHex(goodColor), "fair": mustHex(fairColor), "poor": mustHex(poorColor),
	} {
		t := tint(c)
		s[name+"-tint"] = t.Hex()
		s[name+"-mark"] = g.until(c, markContrast, append(on, t)...).Hex()
		s[name+"-text"] = g.until(c, g.text, append(on, t)...).Hex()
	}
	return s
}

// until moves c away from the grounds, darker on light and lighter on dark,
// until it stands out from all of them.
func (g grounds) until(c colorful.Color, want float64, on ...colorful.Color) colorful.Color {
	l, chroma, hue := c.OkLch()
	step := -0.01
	if g.dark {
		step = 0.01
	}
	for ; l >= 0 && l <= 1; l += step {
		ok := true
		for _, ground := range on {
			ok = ok && contrast(c, ground) >= want+margin
		}
		if ok {
			return c
		}
		c = inGamut(l, chroma, hue)
	}
	return c
}

// readable is the text colour for a filled ground: white where it can be read.
func readable(ground colorful.Color) colorful.Color {
	white := colorful.Color{R: 1, G: 1, B: 1}
	if contrast(white, ground) >= textContrast+margin {
		return white
	}
	_, chroma, hue := ground.OkLch()
	for l := 0.25; l > 0; l -= 0.01 {
		if dark := inGamut(l, min(chroma, 0.05), hue); contrast(dark, ground) >= textContrast+margin {
			return dark
		}
	}
	return colorful.Color{}
}

// inGamut gives up chroma, never lightness or hue, for a colour that screens have.
func inGamut(l, chroma, hue float64) colorful.Color {
	for ; chroma > 0; chroma -= 0.004 {
		if c := colorful.OkLch(l, chroma, hue); c.IsValid() {
			return c
		}
	}
	return colorful.OkLch(l, 0, hue).Clamped()
}

// contrast is the ratio of WCAG 2, from 1 to 21.
func contrast(a, b colorful.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c colorful.Color) float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func mustHex(hex string) colorful.Color {
	c, err := colorful.Hex(hex)
	if err != nil {
		panic("page: a colour of the program is malformed: " + hex)
	}
	return c
}

// css writes the palette as custom properties.
func (p palette) css() string {
	return ":root{color-scheme:light dark;" + p.light.css() + "}\n" +
		"@media (prefers-color-scheme:dark){:root{" + p.dark.css() + "}}\n"
}

func (s scheme) css() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "--%s:%s;", name, s[name])
	}
	return b.String()
}

// keys returns the colours under names that templates can write: accentMark.
func (s scheme) keys() map[string]string {
	keys := make(map[string]string, len(s))
	for name, value := range s {
		first, second, _ := strings.Cut(name, "-")
		if second != "" {
			second = strings.ToUpper(second[:1]) + second[1:]
		}
		keys[first+second] = value
	}
	return keys
}
