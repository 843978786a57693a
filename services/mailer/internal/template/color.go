package template

import (
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strconv"
)

// shades are the colours of a mail, all readable: WCAG AA, 4.5 to 1 for text.
type shades struct {
	Brand  template.CSS // the seller's colour: button and stripe
	OnDark template.CSS // the same hue as text or line on the dark card
	Text   template.CSS // on Brand: white or near black
	Link   template.CSS // as text on the white card
}

const (
	defaultBrand = "#1f5f8b"
	minContrast  = 4.5
)

var (
	white    = rgb{255, 255, 255}
	ink      = rgb{17, 22, 29}
	darkCard = rgb{27, 32, 40}
	hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

type rgb struct{ r, g, b float64 }

// palette derives readable colours from the seller's. One that is not #rrggbb
// gives the house's own: a wrong setting must not hold up a receipt.
func palette(color string) shades {
	if !hexColor.MatchString(color) {
		color = defaultBrand
	}
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		panic("template: a checked colour cannot be read: " + err.Error())
	}
	brand := rgb{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}
	text := white
	if contrast(brand, white) < minContrast {
		text = ink
	}
	return shades{
		Brand: brand.css(), Text: text.css(),
		Link:   brand.until(white, rgb{}).css(),
		OnDark: brand.until(darkCard, white).css(),
	}
}

// until moves c towards another colour until it is readable on the background.
func (c rgb) until(background, towards rgb) rgb {
	mixed := c
	for step := 0.0; step <= 1 && contrast(mixed, background) < minContrast; step += 0.05 {
		mixed = rgb{c.r + (towards.r-c.r)*step, c.g + (towards.g-c.g)*step, c.b + (towards.b-c.b)*step}
	}
	return mixed
}

func (c rgb) css() template.CSS {
	// Built from three numbers; nothing of the input is left in it.
	return template.CSS(fmt.Sprintf("#%02x%02x%02x", uint8(c.r), uint8(c.g), uint8(c.b)))
}

// contrast is WCAG's contrast ratio.
func contrast(a, b rgb) float64 {
	la, lb := a.luminance(), b.luminance()
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func (c rgb) luminance() float64 {
	linear := func(v float64) float64 {
		v /= 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}
