package check

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseHost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]host{
		"https:":                        {scheme: "https"},
		"HTTPS://Shop.Example:443/A/":   {scheme: "https", name: "shop.example", path: "/A/"},
		"shop.example":                  {name: "shop.example"},
		"shop.example:*":                {name: "shop.example"},
		"*:8080":                        {name: "*"},
		"*.shop.example/a.js":           {name: "*.shop.example", path: "/a.js"},
		"https://[2001:db8::1]:8443/":   {scheme: "https", name: "[2001:db8::1]", path: "/"},
		"http://[2001:db8::1]":          {scheme: "http", name: "[2001:db8::1]"},
		"://":                           {},
		"https://https://shop.example/": {scheme: "https", name: "https", path: "//shop.example/"},
	} {
		if diff := cmp.Diff(want, parseHost(in), cmp.AllowUnexported(host{})); diff != "" {
			t.Errorf("parseHost(%q) (-want +got):\n%s", in, diff)
		}
	}
}

func TestHostMatches(t *testing.T) {
	t.Parallel()
	const name, path = "cdn.shop.example", "/npm/a.js"
	for source, want := range map[string]bool{
		"*": true, "cdn.shop.example": true, "https://cdn.shop.example/": true, "*.shop.example": true, "*.example": true, "cdn.shop.example/npm/": true, "cdn.shop.example/npm/a.js": true,
		"shop.example": false, "*.cdn.shop.example": false, "xcdn.shop.example": false, "cdn.shop.example/npm": false, "cdn.shop.example/NPM/": false, "cdn.shop.example/npm/a.js/": false,
	} {
		if got := parseHost(source).matches(name, path); got != want {
			t.Errorf("%q matches %s%s = %v", source, name, path, got)
		}
	}
}

func TestBypassesAreWellFormed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, b := range bypasses {
		if b.name != strings.ToLower(b.name) || strings.ContainsAny(b.name, "*/: ") || !strings.Contains(b.name, ".") || !strings.HasPrefix(b.path, "/") || b.kind == "" || seen[b.name] {
			t.Errorf("%+v", b)
		}
		seen[b.name] = true
	}
}
