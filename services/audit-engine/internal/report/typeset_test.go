package report

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func testTypesetter(t testing.TB) *typesetter {
	t.Helper()
	lib, err := loadLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return newTypesetter(lib)
}

func plain(lines [][]setRune) []string {
	var out []string
	for _, l := range lines {
		var b strings.Builder
		for _, r := range l {
			b.WriteRune(r.r)
		}
		out = append(out, b.String())
	}
	return out
}

func TestWrap(t *testing.T) {
	st := style{face: mono, size: 10} // 6 points a letter
	for _, c := range []struct {
		name, in string
		letters  float64
		want     []string
	}{
		{"fits", "one two", 7, []string{"one two"}},
		{"at spaces", "one two three", 8, []string{"one two", "three"}},
		{"spaces at the break go", "one    two", 4, []string{"one", "two"}},
		{"line breaks stay", "a\n\nb\n", 9, []string{"a", "", "b", ""}},
		{"long token at its marks", "x /usr/local/share/a", 11, []string{"x", "/usr/local/", "share/a"}},
		{"long token without marks", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"indentation stays", "  indented word", 10, []string{"  indented", "word"}},
		{"narrower than a letter", "abc", 0.1, []string{"a", "b", "c"}},
		{"empty", "", 5, []string{""}},
		{"only spaces", "     ", 2, []string{""}},
		{"trailing space", "abc ", 3, []string{"abc"}},
	} {
		got := plain(testTypesetter(t).wrap(st, c.in, c.letters*6+0.01))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: wrap(%q) (-want +got):\n%s", c.name, c.in, diff)
		}
	}
}

func TestWrapIsLinear(t *testing.T) {
	ts := testTypesetter(t)
	st := style{face: regular, size: 10}
	for _, s := range []string{strings.Repeat("abc", 1<<17), strings.Repeat("   ", 1<<17), strings.Repeat("ab ", 1<<17), strings.Repeat("中", 1<<17)} {
		start := time.Now()
		ts.wrap(st, s, 400)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("wrapping %d bytes of %q took %s", len(s), s[:3], took)
		}
	}
}

// FuzzWrap asks of any text: the wrapper ends, loses nothing but spaces, and no
// line is wider than the column unless it is a single letter.
func FuzzWrap(f *testing.F) {
	f.Add("plain words", 80.0)
	f.Add("\x00\xff\u202e 中文😀\t\n\n   x", 3.0)
	f.Add(strings.Repeat("https://host.example/path?query=", 40), 50.0)
	f.Add("`code` and `more", -1.0)
	ts := testTypesetter(f)
	st := style{face: regular, size: 9, spacing: 0.2}
	f.Fuzz(func(t *testing.T, s string, width float64) {
		s = cleanText(s)
		if !utf8.ValidString(s) {
			t.Fatalf("cleanText left invalid UTF-8 in %q", s)
		}
		lines := ts.wrap(st, s, width)
		squeeze := strings.NewReplacer(" ", "", "\n", "")
		var want strings.Builder
		for _, r := range squeeze.Replace(s) {
			want.WriteRune(ts.choose(st.face, r).r)
		}
		if got := squeeze.Replace(strings.Join(plain(lines), "")); got != want.String() {
			t.Fatalf("wrap(%q) = %q, loses text", s, got)
		}
		for _, l := range lines {
			if len(l) > 1 && st.measure(l) > width+0.01 {
				t.Fatalf("a line of %q is %.2f wide, more than %.2f", s, st.measure(l), width)
			}
		}
	})
}

func TestOneLine(t *testing.T) {
	ts := testTypesetter(t)
	st := style{face: semibold, size: 12}
	for _, s := range []string{"short", strings.Repeat("long ", 20), strings.Repeat("W", 5000), "中文" + strings.Repeat("字", 90), ""} {
		fitted, shown := ts.oneLine(st, s, 120, 9)
		if w := ts.width(fitted, shown); w > 120 || fitted.size < 9 || fitted.size > 12 {
			t.Errorf("oneLine(%.20q) is %.1f wide at size %.1f", s, w, fitted.size)
		}
		if ts.width(style{face: semibold, size: 9}, s) <= 119 && shown != s {
			t.Errorf("oneLine(%q) = %q, though it fits", s, shown)
		}
	}
}

func TestFacesAndKerning(t *testing.T) {
	ts := testTypesetter(t)
	for r, want := range map[rune]faceID{'A': regular, 'Ω': regular, 'Ж': regular, '→': regular, '中': cjk, '한': cjk, '😀': symbols, '█': symbols} {
		if got := ts.choose(regular, r).face; got != want {
			t.Errorf("%c is set in %s, want %s", r, got.family(), want.family())
		}
	}
	if ts.choose(regular, '\U00012000').r != substitute || len(ts.missing) != 1 {
		t.Error("a rune that no face has is not counted and replaced")
	}
	for _, id := range []faceID{regular, semibold, bold, italic} {
		single := ts.width(style{face: id, size: 1000}, "A") + ts.width(style{face: id, size: 1000}, "V")
		if pair := ts.width(style{face: id, size: 1000}, "AV"); pair > single-20 {
			t.Errorf("%s does not kern AV: %.0f of %.0f", id.family(), pair, single)
		}
	}
	if ts.width(style{face: mono, size: 10}, "AV") != 12 {
		t.Error("the monospaced face is kerned")
	}
}

func TestSplitLines(t *testing.T) {
	for _, c := range []struct{ total, room, want int }{
		{5, 9, 5}, {5, 5, 5}, {5, 4, 3}, {5, 3, 3}, {5, 1, 0}, {3, 2, 0}, {2, 1, 0}, {1, 0, 0}, {4, 3, 2}, {9, -1, 0},
	} {
		if got := splitLines(c.total, c.room); got != c.want {
			t.Errorf("splitLines(%d, %d) = %d, want %d", c.total, c.room, got, c.want)
		}
	}
}
