package lang

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/number"
)

// Day writes a date, in UTC: 2 January 2006, 2. Januar 2006.
func (t *Texts) Day(at time.Time) string {
	year, month, monthDay := at.UTC().Date()
	return t.T("format.day", "day", monthDay, "month", t.months[month-1], "year", strconv.Itoa(year))
}

// Moment writes a date and time: 2 January 2006, 15:04 UTC.
func (t *Texts) Moment(at time.Time) string {
	return t.T("format.moment", "day", t.Day(at), "time", at.UTC().Format("15:04"))
}

// Clock writes a time of day to the second: 15:04:05 UTC.
func (t *Texts) Clock(at time.Time) string {
	return t.T("format.clock", "time", at.UTC().Format("15:04:05"))
}

// Number writes a whole number with the language's separators: 1,299 or 1.299.
func (t *Texts) Number(n int64) string { return t.printer.Sprint(number.Decimal(n)) }

// symbols are the signs that stand for a currency everywhere.
var symbols = map[string]string{"usd": "$", "eur": "€", "gbp": "£"}

// withoutMinor are Stripe's currencies without minor units that we can meet.
var withoutMinor = map[string]bool{"jpy": true, "krw": true, "vnd": true, "clp": true}

// Money writes an amount in a currency's minor units, without them where they are
// zero: $1,299 and €19.50, 1.299 $ and 19,50 €, 1,200 CHF.
func (t *Texts) Money(amount int64, currency string) string {
	currency = strings.ToLower(currency)
	units, decimals := math.Abs(float64(amount)), 0
	if !withoutMinor[currency] {
		units /= 100
		if amount%100 != 0 {
			decimals = 2
		}
	}
	text := t.printer.Sprint(number.Decimal(units, number.Scale(decimals)))
	if symbol := symbols[currency]; symbol != "" {
		text = t.T("format.money.symbol", "amount", text, "symbol", symbol)
	} else {
		text = t.T("format.money.code", "amount", text, "code", strings.ToUpper(currency))
	}
	if amount < 0 {
		return "-" + text
	}
	return text
}

// Size writes a number of bytes for people, in powers of 1024 as browsers count
// them: 999 bytes, 12 KB, 2.5 MB.
func (t *Texts) Size(bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	switch {
	case bytes < kilo:
		return t.T("format.size.byte", "count", bytes)
	case bytes < mega:
		return t.T("format.size.unit", "amount", t.Number((bytes+kilo/2)/kilo), "unit", "KB")
	default:
		megabytes := t.printer.Sprint(number.Decimal(float64(bytes)/mega, number.Scale(1)))
		return t.T("format.size.unit", "amount", megabytes, "unit", "MB")
	}
}

const (
	day = 24 * time.Hour
	// hourly is how long a duration is written in hours: "36 hours" says more
	// than "1 day 12 hours".
	hourly = 2 * day
)

// Duration writes a length of time in its one or two largest units: 45 seconds,
// 15 minutes, 1 hour 30 minutes, 3 days.
func (t *Texts) Duration(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d.Round(time.Second) < time.Minute:
		return t.units(d.Round(time.Second), "minute", time.Minute, "second", time.Second)
	case d.Round(time.Minute) < hourly:
		return t.units(d.Round(time.Minute), "hour", time.Hour, "minute", time.Minute)
	default:
		return t.units(d.Round(time.Hour), "day", day, "hour", time.Hour)
	}
}

// units writes d, a multiple of the small unit, without a unit that is zero.
func (t *Texts) units(d time.Duration, large string, inLarge time.Duration, small string, inSmall time.Duration) string {
	l, s := int64(d/inLarge), int64(d%inLarge/inSmall)
	switch {
	case l == 0:
		return t.T("format.duration."+small, "count", s)
	case s == 0:
		return t.T("format.duration."+large, "count", l)
	default:
		return t.T("format.duration.pair",
			"large", t.T("format.duration."+large, "count", l), "small", t.T("format.duration."+small, "count", s))
	}
}
