package lang

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	englishFile = `
language:
  name: English
order:
  sent: "{product} is on its way."
  plain: "100 % <b>safe</b> {{"
  files:
    one: "one file for {name}"
    other: "{count} files for {name}"
`
	germanFile = `
language:
  name: Deutsch
order:
  sent: "{product} ist unterwegs."
  plain: "100 % <b>sicher</b>"
  files:
    one: "eine Datei für {name}"
    other: "{count} Dateien für {name}"
`
)

// files makes a file system of message files; english and german may be changed
// by pairs of an old and a new text.
func files(t *testing.T, english, german string) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{
		"en.yaml":        {Data: []byte(english)},
		"de.yaml":        {Data: []byte(german)},
		"notes.txt":      {Data: []byte("not a message file")},
		"deeper/fr.yaml": {Data: []byte("not: read")},
	}
}

func load(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load(fstest.MapFS{
		"en.yaml": {Data: []byte(strings.ReplaceAll(englishFile, " {{", ""))},
		"de.yaml": {Data: []byte(germanFile)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	c := load(t)
	want := []Language{{Tag: "en", Name: "English"}, {Tag: "de", Name: "Deutsch"}}
	if diff := cmp.Diff(want, c.Languages()); diff != "" {
		t.Errorf("languages (-want +got):\n%s", diff)
	}
	for tag, known := range map[string]bool{"en": true, "de": true, "fr": false, "": false, "DE": false} {
		if c.Has(tag) != known {
			t.Errorf("Has(%q) = %v", tag, !known)
		}
	}
	if got := c.In("tlh").Tag(); got != "en" {
		t.Errorf("an unknown language gives %q, want English", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	good := strings.ReplaceAll(englishFile, " {{", "")
	for name, test := range map[string]struct {
		change [2]string // in the German file
		want   []string
	}{
		"missing and surplus keys": {[2]string{"sent:", "went:"}, []string{"de.yaml", `missing keys ["order.sent"]`, `surplus keys ["order.went"]`}},
		"another placeholder":      {[2]string{"{product}", "{produkt}"}, []string{"de.yaml", "order.sent", `["produkt"]`, `["product"]`}},
		"a lost placeholder":       {[2]string{"{product} ist", "Es ist"}, []string{"order.sent", `["product"]`}},
		"no plural form one":       {[2]string{"    one: \"eine Datei für {name}\"\n", ""}, []string{"order.files", "plural form for 1"}},
		"an extra plural form":     {[2]string{"one: \"eine", "two: \"eine"}, []string{"order.files", "plural form for 1"}},
		"a stray brace":            {[2]string{"{product} ist", "{product} {Ist}"}, []string{"order.sent", "brace"}},
		"no text":                  {[2]string{`"{product} ist unterwegs."`, `""`}, []string{"order.sent", "no text"}},
		"no name":                  {[2]string{"language:\n  name: Deutsch", "sprache:\n  name: Deutsch"}, []string{"language.name"}},
		"a key twice":              {[2]string{"  plain:", "  sent: x\n  plain:"}, []string{"de.yaml", "sent"}},
		"a number":                 {[2]string{`"{product} ist unterwegs."`, "17"}, []string{"de.yaml"}},
		"a message among a group":  {[2]string{"  plain:", "  other: \"x\"\n  plain:"}, []string{"de.yaml", "reserved"}},
		"a key of this package":    {[2]string{"order:\n", "format:\n  day: \"{day}\"\norder:\n"}, []string{"de.yaml", "format.day"}},
		"not YAML":                 {[2]string{"order:", "order: ["}, []string{"de.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(germanFile, test.change[0]) {
				t.Fatalf("the change %q changes nothing", test.change)
			}
			_, err := Load(files(t, good, strings.Replace(germanFile, test.change[0], test.change[1], 1)))
			if err == nil {
				t.Fatal("loaded")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q:\n%v", want, err)
				}
			}
		})
	}
	for name, fsys := range map[string]fstest.MapFS{
		"no English":             {"de.yaml": {Data: []byte(germanFile)}},
		"an unknown language":    {"en.yaml": {Data: []byte(good)}, "deutsch.yaml": {Data: []byte(germanFile)}},
		"a language in capitals": {"en.yaml": {Data: []byte(good)}, "DE.yaml": {Data: []byte(germanFile)}},
		"no formats":             {"en.yaml": {Data: []byte(good)}, "fr.yaml": {Data: []byte(germanFile)}},
		"a brace in English":     {"en.yaml": {Data: []byte(englishFile)}},
		"nothing":                {},
		"an empty file":          {"en.yaml": {}},
	} {
		if _, err := Load(fsys); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	c := load(t)
	long := strings.Repeat("fr-FR,", 40)
	for _, test := range []struct{ chosen, accept, want string }{
		{"", "", "en"},
		{"de", "", "de"},
		{"de", "en", "de"},
		{"en", "de", "en"},
		{"fr", "de", "de"},
		{"", "de-AT,de;q=0.9,en;q=0.8", "de"},
		{"", "de-CH", "de"},
		{"", "fr-FR,fr;q=0.9,de;q=0.3", "de"},
		{"", "en-GB,de;q=0.9", "en"},
		{"", "en;q=0.1,de;q=0.9", "de"},
		{"", "de;q=0,en;q=0.1", "en"},
		{"", "ja", "en"},
		{"", "*", "en"},
		{"", "de;q=x", "en"},
		{"../de", "\x00\xff", "en"},
		{"", "de," + long, "de"},
		{"", long + "de", "en"},
		{"", strings.Repeat("d", 1<<20), "en"},
		{strings.Repeat("d", 1<<20), "de", "de"},
	} {
		if got := c.Match(test.chosen, test.accept); got != test.want {
			t.Errorf("Match(%.30q, %.30q) = %q, want %q", test.chosen, test.accept, got, test.want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	c := load(f)
	for _, seed := range [][2]string{{"", "de-AT,de;q=0.9"}, {"de", ""}, {"xx", "en;q=0.1, *;q=0"}, {"", strings.Repeat("de-", 100)}, {"\x00", "x-private,,;;q=="}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, chosen, accept string) {
		got := c.Match(chosen, accept)
		if !c.Has(got) {
			t.Errorf("Match(%q, %q) = %q, a language without texts", chosen, accept, got)
		}
		if c.Has(chosen) && got != chosen {
			t.Errorf("Match(%q, %q) = %q, not the chosen language", chosen, accept, got)
		}
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, test := range []struct {
		tag, key string
		args     []any
		want     string
	}{
		{"en", "order.sent", []any{"product", "Audit"}, "Audit is on its way."},
		{"de", "order.sent", []any{"product", "Audit"}, "Audit ist unterwegs."},
		{"en", "order.sent", []any{"product", "{product} {{.}} %s {name}", "name", "Eve"}, "{product} {{.}} %s {name} is on its way."},
		{"de", "order.sent", []any{"product", 1299}, "1.299 ist unterwegs."},
		{"en", "order.sent", []any{"product", time.UTC}, "UTC is on its way."},
		{"en", "order.plain", nil, "100 % <b>safe</b>"},
		{"en", "order.files", []any{"count", 1, "name", "Ada"}, "one file for Ada"},
		{"de", "order.files", []any{"count", int64(1), "name", "Ada"}, "eine Datei für Ada"},
		{"de", "order.files", []any{"count", 0, "name", "Ada"}, "0 Dateien für Ada"},
		{"de", "order.files", []any{"name", "{count}", "count", 12345}, "12.345 Dateien für {count}"},
	} {
		if got := c.In(test.tag).T(test.key, test.args...); got != test.want {
			t.Errorf("%s: T(%q, %v) = %q, want %q", test.tag, test.key, test.args, got, test.want)
		}
	}
	if err := c.Check(); err != nil {
		t.Errorf("right uses are remembered as wrong: %v", err)
	}
}

func TestWrongUses(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, test := range []struct {
		key  string
		args []any
	}{
		{"order.lost", nil},
		{"order", nil},
		{"order.sent", nil},
		{"order.sent", []any{"product"}},
		{"order.sent", []any{7, "product"}},
		{"order.files", []any{"name", "Ada"}},
		{"order.files", []any{"count", 2}},
		{"order.files", []any{"count", struct{}{}, "name", "Ada"}},
	} {
		if got, want := c.In("de").T(test.key, test.args...), "⟦"+test.key+"⟧"; got != want {
			t.Errorf("T(%q, %v) = %q, want %q", test.key, test.args, got, want)
		}
	}
	got := strings.Split(c.Check().Error(), "\n")
	if len(got) != 7 { // two are alike: pairs
		t.Errorf("%d wrong uses are remembered:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i := range 2 * maxMistakes {
		c.In("en").T(fmt.Sprint("made.up.", i))
	}
	if got := strings.Count(c.Check().Error(), "\n") + 1; got != maxMistakes {
		t.Errorf("%d wrong uses are remembered, want at most %d", got, maxMistakes)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	c := load(t)
	berlin := time.FixedZone("CET", 3600)
	at := time.Date(2026, 3, 2, 0, 4, 5, 0, berlin) // 1 March in UTC
	en, de := c.In("en"), c.In("de")
	for _, test := range []struct{ name, got, want string }{
		{"en day", en.Day(at), "1 March 2026"},
		{"de day", de.Day(at), "1. März 2026"},
		{"en moment", en.Moment(at), "1 March 2026, 23:04 UTC"},
		{"de moment", de.Moment(at), "1. März 2026, 23:04 UTC"},
		{"clock", de.Clock(at), "23:04:05 UTC"},
		{"en december", en.Day(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)), "31 December 2026"},
		{"en number", en.Number(-1234567), "-1,234,567"},
		{"de number", de.Number(1234567), "1.234.567"},
		{"en bytes", en.Size(1), "1 byte"},
		{"de bytes", de.Size(1023), "1.023 Bytes"},
		{"en kilobytes", en.Size(12 << 10), "12 KB"},
		{"de megabytes", de.Size(5 << 19), "2,5 MB"},
		{"en megabytes", en.Size(3 << 30), "3,072.0 MB"},
	} {
		if test.got != test.want {
			t.Errorf("%s = %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, test := range []struct {
		amount   int64
		currency string
		en, de   string
	}{
		{129900, "usd", "$1,299", "1.299 $"},
		{1950, "eur", "€19.50", "19,50 €"},
		{1905, "gbp", "£19.05", "19,05 £"},
		{0, "usd", "$0", "0 $"},
		{7, "usd", "$0.07", "0,07 $"},
		{120000, "chf", "1,200 CHF", "1.200 CHF"},
		{120050, "chf", "1,200.50 CHF", "1.200,50 CHF"},
		{15000, "jpy", "15,000 JPY", "15.000 JPY"},
		{1950, "EUR", "€19.50", "19,50 €"},
		{-1950, "eur", "-€19.50", "-19,50 €"},
		{123456789012345, "usd", "$1,234,567,890,123.45", "1.234.567.890.123,45 $"},
	} {
		if en, de := c.In("en").Money(test.amount, test.currency), c.In("de").Money(test.amount, test.currency); en != test.en || de != test.de {
			t.Errorf("Money(%d, %q) = %q and %q, want %q and %q", test.amount, test.currency, en, de, test.en, test.de)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, test := range []struct {
		d      time.Duration
		en, de string
	}{
		{-time.Hour, "0 seconds", "0 Sekunden"},
		{time.Second, "1 second", "1 Sekunde"},
		{59 * time.Second, "59 seconds", "59 Sekunden"},
		{59*time.Second + 600*time.Millisecond, "1 minute", "1 Minute"},
		{2 * time.Minute, "2 minutes", "2 Minuten"},
		{15 * time.Minute, "15 minutes", "15 Minuten"},
		{time.Hour, "1 hour", "1 Stunde"},
		{90 * time.Minute, "1 hour 30 minutes", "1 Stunde 30 Minuten"},
		{24 * time.Hour, "24 hours", "24 Stunden"},
		{48*time.Hour - time.Second, "2 days", "2 Tage"},
		{72 * time.Hour, "3 days", "3 Tage"},
		{73*time.Hour + 10*time.Minute, "3 days 1 hour", "3 Tage 1 Stunde"},
		{math.MaxInt64, "106,751 days 23 hours", "106.751 Tage 23 Stunden"},
	} {
		if en, de := c.In("en").Duration(test.d), c.In("de").Duration(test.d); en != test.en || de != test.de {
			t.Errorf("Duration(%v) = %q and %q, want %q and %q", test.d, en, de, test.en, test.de)
		}
	}
}

// One catalogue serves all requests at once; the race detector judges.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := load(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			texts := c.In(c.Match("", []string{"de", "en"}[i%2]))
			want := map[string]string{"de": "1.299,50 CHF 3 Tage 2 Dateien für Ada", "en": "1,299.50 CHF 3 days 2 files for Ada"}[texts.Tag()]
			for range 50 {
				got := texts.Money(129950, "chf") + " " + texts.Duration(72*time.Hour) + " " + texts.T("order.files", "count", 2, "name", "Ada")
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				texts.T("order.lost")
			}
		})
	}
	group.Wait()
}
