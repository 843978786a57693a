package exposed

import (
	"strings"
	"testing"
)

func TestRobots(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text       string
		disallowed string // of the paths below, those that must not be asked for
	}{
		"empty":                  {"", ""},
		"everything":             {"User-agent: *\nDisallow: /", "/a /a/b /b.sql"},
		"nothing":                {"User-agent: *\nDisallow:", ""},
		"one folder":             {"User-agent: *\nDisallow: /a", "/a /a/b"},
		"folder with a slash":    {"User-agent: *\nDisallow: /a/", "/a/b"},
		"another visitor's":      {"User-agent: Googlebot\nDisallow: /", ""},
		"ours wins":              {"User-agent: *\nDisallow: /\n\nUser-agent: DoorstepAudit/1.0\nDisallow: /b", "/b.sql"},
		"the longest wins":       {"User-agent: *\nDisallow: /\nAllow: /a/b", "/a /b.sql"},
		"allow wins a tie":       {"User-agent: *\nDisallow: /a\nAllow: /a", ""},
		"a star":                 {"User-agent: *\nDisallow: /*.sql", "/b.sql"},
		"the end":                {"User-agent: *\nDisallow: /a$", "/a"},
		"a star and the end":     {"User-agent: *\nDisallow: /*b$", "/a/b"},
		"two names for a group":  {"User-agent: x\nUser-agent: *\nDisallow: /a/b", "/a/b"},
		"a new group":            {"User-agent: *\nDisallow: /b\nUser-agent: x\nDisallow: /a", "/b.sql"},
		"comments and case":      {"\ufeffUSER-AGENT : * # all\r\n disallow: /a/b # no\r\n", "/a/b"},
		"a page":                 {"<!doctype html><title>Shop</title>", ""},
		"rules before any group": {"Disallow: /", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, path := range []string{"/a", "/a/b", "/b.sql"} {
				if parseRobots(test.text).disallows(path) {
					got = append(got, path)
				}
			}
			if list := strings.Join(got, " "); list != test.disallowed {
				t.Errorf("disallowed %q, want %q", list, test.disallowed)
			}
		})
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*$\nAllow: /", "/a/b")
	f.Add("user-agent:doorstepaudit\ndisallow:*", "/.git/HEAD")
	f.Fuzz(func(t *testing.T, text, path string) {
		r := parseRobots(text)
		if len(r.rules) > 2*maxRules {
			t.Errorf("%d rules", len(r.rules))
		}
		if r.disallows(path) && len(r.rules) == 0 {
			t.Error("disallowed by no rule")
		}
	})
}
