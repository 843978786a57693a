package page

import (
	"fmt"
	"strings"

	"golang.org/x/text/currency"
)

var symbols = map[string]string{"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}

// Money writes an amount of a currency's smallest unit for people: $1,234.50.
func Money(amount int64, code string) string {
	digits := 2
	if unit, err := currency.ParseISO(code); err == nil {
		digits, _ = currency.Standard.Rounding(unit)
	}
	sign := ""
	if amount < 0 {
		sign, amount = "−", -amount
	}
	text := fmt.Sprintf("%0*d", digits+1, amount)
	whole, fraction := text[:len(text)-digits], text[len(text)-digits:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if symbol, ok := symbols[code]; ok {
		return sign + symbol + whole
	}
	return sign + strings.ToUpper(code) + " " + whole
}
