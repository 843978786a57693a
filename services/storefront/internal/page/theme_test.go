package page

import "testing"

// TestContrast holds the palette of any brand colour to WCAG AA, in both themes.
func TestContrast(t *testing.T) {
	t.Parallel()
	for _, brand := range []string{"#000000", "#ffffff", "#ffff00", "#ff0000", "#0f766e", "#777777", "#00ff00", "#1e3a8a"} {
		p, err := newPalette(brand)
		if err != nil {
			t.Fatal(err)
		}
		for theme, s := range map[string]scheme{"light": p.light, "dark": p.dark} {
			for _, pair := range []struct {
				text, ground string
				want         float64
			}{
				{"ink", "paper", textContrast}, {"ink", "surface", textContrast}, {"muted", "paper", textContrast}, {"muted", "sunk", textContrast},
				{"accent-text", "paper", textContrast}, {"accent-text", "surface", textContrast}, {"poor-text", "surface", textContrast},
				{"faint", "paper", textContrast}, {"faint", "surface", textContrast}, {"fair-text", "fair-tint", textContrast}, {"poor-text", "poor-tint", textContrast}, {"ink", "good-tint", textContrast},
				{"on-button", "button", textContrast}, {"control", "surface", markContrast},
			} {
				if got := contrast(mustHex(s[pair.text]), mustHex(s[pair.ground])); got < pair.want {
					t.Errorf("%s, %s: %s on %s has %.2f, want %.1f", brand, theme, pair.text, pair.ground, got, pair.want)
				}
			}
		}
	}
}
