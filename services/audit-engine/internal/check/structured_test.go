package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDictionary(t *testing.T) {
	t.Parallel()
	type fields = map[string]field
	for in, want := range map[string]fields{
		"":                         {},
		"a":                        {"a": {values: []string{"?1"}}},
		"a=(), b=*":                {"a": {list: true}, "b": {values: []string{"*"}}},
		`a=(self "https://b.c");d`: {"a": {values: []string{"self", `"https://b.c"`}, list: true}},
		"a=1,a=2":                  {"a": {values: []string{"2"}}},
		"a=( b  c )\t,  d=?0;e=1":  {"a": {values: []string{"b", "c"}, list: true}, "d": {values: []string{"?0"}}},
	} {
		got, err := parseDictionary(in)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(field{})); err != nil || diff != "" {
			t.Errorf("parseDictionary(%q): %v\n%s", in, err, diff)
		}
	}
	for _, in := range []string{"A=1", "a=", "a=(", "a=(b", `a=(b"c")`, "a,", "a;;b", "a b", `a="\x"`, "camera 'none'", "a=(b,c)", "a=1;B"} {
		if got, err := parseDictionary(in); err == nil {
			t.Errorf("parseDictionary(%q) = %v, want an error", in, got)
		}
	}
}
