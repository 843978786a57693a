package check

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseCookie(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]parsedCookie{
		"a=b":                      {name: "a", value: "b", size: 2},
		" a b =\t\"c d\" ":         {name: "a b", value: `"c d"`, size: 8},
		"a=b=c":                    {name: "a", value: "b=c", size: 4},
		"only":                     {value: "only", size: 4},
		"a=; SECURE; httponly=no":  {name: "a", size: 1, secure: true, httpOnly: true},
		"a=b; SameSite=LAX; x; =y": {name: "a", value: "b", size: 2, stated: true, sameSite: "lax"},
		"a=b; samesite=Maybe":      {name: "a", value: "b", size: 2, stated: true, sameSite: "Maybe"},
		"a=b; Domain=..Shop.EXAMPLE; Domain=.Shop.Example": {name: "a", value: "b", size: 2, domain: "shop.example"},
		"a=b; Path=/x; Path=y":                             {name: "a", value: "b", size: 2},
		"a=b; Path=y; Path=/x":                             {name: "a", value: "b", size: 2, path: "/x"},
		"a=b; Max-Age=60; Max-Age=1h":                      {name: "a", value: "b", size: 2, maxAge: 60, aged: true},
		"a=b; Max-Age=":                                    {name: "a", value: "b", size: 2},
		"a=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT":       {name: "a", value: "b", size: 2, expires: time.Date(2026, 10, 21, 7, 28, 0, 0, time.UTC)},
		"a=b; Domain=" + strings.Repeat("x", 1025):         {name: "a", value: "b", size: 2},
	} {
		got, ok := parseCookie(in)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(parsedCookie{})); !ok || diff != "" {
			t.Errorf("parseCookie(%q): %v (-want +got):\n%s", in, ok, diff)
		}
	}
	for _, in := range []string{"", " ", "=", "; Secure", "a=b\x00", "a\x7f=b", "a=b; Path=/\n"} {
		if got, ok := parseCookie(in); ok {
			t.Errorf("parseCookie(%q) = %+v, want none", in, got)
		}
	}
}

func TestCookieDeletes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"a=b": false, "a=b; Max-Age=1": false, "a=b; Max-Age=0": true, "a=b; Max-Age=-99999999999999999999999": true, "a=b; Max-Age=99999999999999999999999": false,
		"a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT": true, "a=b; Expires=never": false, "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9": false,
	} {
		c, ok := parseCookie(in)
		if got := c.deletes(fuzzNow); !ok || got != want {
			t.Errorf("%q deletes = %v, %v", in, got, ok)
		}
	}
}
