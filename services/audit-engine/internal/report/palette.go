package report

import (
	"math"
	"strconv"
	"strings"

	"doorstep.example/pkg/auditapi"
)

// rgb is a colour as the PDF stores it.
type rgb struct{ r, g, b uint8 }

var (
	white = rgb{255, 255, 255}

	// defaultBrand is used when the seller names no colour.
	defaultBrand = rgb{0x0f, 0x76, 0x6e}
)

// palette is every colour of a document. All but the severities are derived from
// the seller's, in OKLCH, where equal steps look equal and hue stays put.
type palette struct {
	night  rgb // the cover's ground
	arc    rgb // lines on night, hardly there
	glow   rgb // the brand on night
	dim    rgb // small text on night
	brand  rgb // the brand on white
	ink    rgb // headings
	text   rgb // body
	muted  rgb // labels
	rule   rgb // hairlines
	panel  rgb // grounds of boxes
	stripe rgb // edge of evidence
}

// readable is the contrast that WCAG asks of small text.
const readable = 4.5

func newPalette(color string) palette {
	base, ok := parseColor(color)
	if !ok {
		base = defaultBrand
	}
	brand := toOKLCH(base)
	tinted := func(l, chroma float64) rgb { // a neutral with a breath of the brand
		return oklch{l, min(chroma, brand.c), brand.h}.rgb()
	}
	p := palette{
		night: tinted(0.235, 0.045), arc: tinted(0.32, 0.055), dim: tinted(0.80, 0.02),
		ink: tinted(0.235, 0.04), text: tinted(0.30, 0.02), muted: tinted(0.50, 0.02),
		rule: tinted(0.905, 0.008), panel: tinted(0.972, 0.006), stripe: tinted(0.80, 0.03),
	}
	p.brand = brand.until(white, readable, -0.01)
	p.glow = oklch{max(brand.l, 0.70), min(brand.c, 0.15), brand.h}.until(p.night, 6, +0.01)
	p.muted = toOKLCH(p.muted).until(p.panel, readable, -0.01)
	return p
}

// tone is the set of colours of one severity or grade: strong for fills under
// white text and for text, soft for grounds.
type tone struct{ strong, soft rgb }

var tones = map[auditapi.Severity]tone{
	auditapi.Critical: {rgb{0xa8, 0x16, 0x1d}, rgb{0xfc, 0xee, 0xed}},
	auditapi.High:     {rgb{0xc2, 0x41, 0x0c}, rgb{0xfd, 0xf1, 0xea}},
	auditapi.Medium:   {rgb{0x94, 0x60, 0x0a}, rgb{0xfb, 0xf4, 0xe3}},
	auditapi.Low:      {rgb{0x1d, 0x5f, 0xb8}, rgb{0xec, 0xf3, 0xfc}},
	auditapi.Info:     {rgb{0x53, 0x60, 0x70}, rgb{0xf0, 0xf2, 0xf5}},
}

var good = tone{rgb{0x15, 0x74, 0x45}, rgb{0xea, 0xf6, 0xef}}

// toneOf gives an unknown severity the look of information.
func toneOf(s auditapi.Severity) tone {
	if t, ok := tones[s]; ok {
		return t
	}
	return tones[auditapi.Info]
}

// gradeTone colours the ring: green is earned by A only.
func gradeTone(grade string) tone {
	switch firstLetter(grade) {
	case 'A':
		return good
	case 'B':
		return tones[auditapi.Low]
	case 'C':
		return tones[auditapi.Medium]
	case 'D':
		return tones[auditapi.High]
	}
	return tones[auditapi.Critical]
}

func firstLetter(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

func parseColor(s string) (rgb, bool) {
	hex, ok := strings.CutPrefix(strings.TrimSpace(s), "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	if !ok || len(hex) != 6 {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return rgb{}, false
	}
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// mix goes the part t of the way from a to b.
func mix(a, b rgb, t float64) rgb {
	f := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return rgb{f(a.r, b.r), f(a.g, b.g), f(a.b, b.b)}
}

// contrast is WCAG's ratio, 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c rgb) float64 {
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// oklch is lightness 0–1, chroma and hue in radians.
type oklch struct{ l, c, h float64 }

// until moves the lightness by step until c stands out from ground.
func (c oklch) until(ground rgb, ratio, step float64) rgb {
	for ; c.l > 0 && c.l < 1; c.l += step {
		if out := c.rgb(); contrast(out, ground) >= ratio {
			return out
		}
	}
	return oklch{l: min(max(c.l, 0), 1)}.rgb()
}

func toOKLCH(c rgb) oklch {
	r, g, b := linear(c.r), linear(c.g), linear(c.b)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	x := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	y := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	return oklch{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, math.Hypot(x, y), math.Atan2(y, x)}
}

// rgb converts back; a colour that screens cannot show loses chroma until they can.
func (c oklch) rgb() rgb {
	for {
		out, inGamut := c.convert()
		if inGamut || c.c <= 0 {
			return out
		}
		c.c = max(0, c.c-0.005)
	}
}

func (c oklch) convert() (rgb, bool) {
	x, y := c.c*math.Cos(c.h), c.c*math.Sin(c.h)
	cube := func(v float64) float64 { return v * v * v }
	l := cube(c.l + 0.3963377774*x + 0.2158037573*y)
	m := cube(c.l - 0.1055613458*x - 0.0638541728*y)
	s := cube(c.l - 0.0894841775*x - 1.2914855480*y)
	r, rok := gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s)
	g, gok := gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s)
	b, bok := gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)
	return rgb{r, g, b}, rok && gok && bok
}

func gamma(v float64) (uint8, bool) {
	const slack = 0.002
	inGamut := v >= -slack && v <= 1+slack
	v = min(max(v, 0), 1)
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(math.Round(v * 255)), inGamut
}
