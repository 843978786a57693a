package robots

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/guard"
)

func TestRobots(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		allowed    string // paths, by space
		refused    string
	}{
		{"empty", "", "/ /a", ""},
		{"page in place of it", "<!doctype html><p>Disallow: /</p>", "/ /a", ""},
		{"everything", "User-agent: *\nDisallow: /", "", "/ /a"},
		{"empty disallow", "User-agent: *\nDisallow:", "/ /a", ""},
		{"prefix", "user-agent:*\r\ndisallow:/admin # inner\r\n", "/ /adm /a/admin", "/admin /admin/x /administrator"},
		{"longest wins", "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c", "/a/b /a/bx", "/a /a/c /a/b/c"},
		{"allow wins a draw", "User-agent: *\nDisallow: /a*\nAllow: /a/", "/a/", "/ab"},
		{"stars and end", "User-agent: *\nDisallow: /*.php$\nDisallow: /*/print/", "/x.php5 /x.php?a=1 /print/", "/x.php /a/b.php /a/print/b"},
		{"last piece at the end", "User-agent: *\nDisallow: /a*a$", "/a", "/aa /aba"},
		{"query", "User-agent: *\nDisallow: /*?", "/a", "/a?b=c"},
		{"our group instead of all", "User-agent: *\nDisallow: /\n\nUser-agent: DoorstepAudit/1.0\nDisallow: /private", "/ /a", "/private/"},
		{"shared group", "User-agent: other\nUser-agent: doorstepaudit\nDisallow: /x\n\nUser-agent: *\nDisallow: /y", "/y", "/x"},
		{"groups that name us are one", "User-agent: doorstepaudit\nDisallow: /x\nUser-agent: *\nDisallow: /\nUser-agent: DOORSTEPAUDIT\nDisallow: /z", "/y", "/x /z"},
		{"other lines do not end a group", "User-agent: *\nSitemap: https://shop.example/s.xml\nCrawl-delay: 5\nDisallow: /x", "/y", "/x"},
		{"rules before any group", "Disallow: /x\nUser-agent: *\nDisallow: /y", "/x", "/y"},
		{"two spellings", "User-agent: *\nDisallow: /%7eu\nDisallow: /b\u00fccher\nDisallow: /%2f", "/", "/~u /%7Eu /b%c3%bccher /%2Fx"},
		{"byte order mark", "\ufeffUser-agent: *\nDisallow: /x", "/y", "/x"},
	} {
		r := Parse([]byte(test.text))
		for path := range strings.FieldsSeq(test.allowed) {
			if !r.Allows(path) {
				t.Errorf("%s: %s is refused", test.name, path)
			}
		}
		for path := range strings.FieldsSeq(test.refused) {
			if r.Allows(path) {
				t.Errorf("%s: %s is allowed", test.name, path)
			}
		}
	}
}

func TestDisallowedPathsOfEveryGroup(t *testing.T) {
	t.Parallel()
	got := Parse([]byte("User-agent: a\nDisallow: /x\nDisallow: /x\nUser-agent: *\nDisallow: /y # why\nAllow: /z\nDisallow:\n"))
	if diff := cmp.Diff([]string{"/x", "/y"}, got.Disallowed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A site that cannot say what it allows is left alone; one that has no robots.txt is not.
func TestAsk(t *testing.T) {
	t.Parallel()
	for status, closed := range map[int]bool{http.StatusOK: false, http.StatusNotFound: false, http.StatusForbidden: false, http.StatusTooManyRequests: true, http.StatusBadGateway: true} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "User-agent: *\nDisallow: /x\n")
		}))
		t.Cleanup(server.Close)
		g, err := guard.New(guard.Config{Ports: []uint16{80}, Lab: []netip.AddrPort{netip.MustParseAddrPort(server.Listener.Addr().String())}})
		if err != nil {
			t.Fatal(err)
		}
		target, err := g.Admit(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		f := Ask(t.Context(), g.Client("test"), target)
		if f.Closed != closed || f.Allows("/y") == closed || f.Allows("/x") != (status == http.StatusNotFound || status == http.StatusForbidden) {
			t.Errorf("%d: %+v", status, f)
		}
		if lifted := f.Lift(); !lifted.Allows("/x") || len(lifted.Disallowed) != len(f.Disallowed) {
			t.Errorf("%d, lifted: %+v", status, lifted)
		}
	}
}

func TestRobotsIsBounded(t *testing.T) {
	t.Parallel()
	r := Parse([]byte("User-agent: *\nDisallow: /" + strings.Repeat("a", maxRuleLength) + "\n" + strings.Repeat("Allow: /a\n", 200_000)))
	if len(r.rules) != maxRules || len(r.Disallowed) != 0 {
		t.Errorf("%d rules, %d disallowed", len(r.rules), len(r.Disallowed))
	}
	many := strings.Repeat("*a", 1000)
	if matches("/"+many+"b", "/"+strings.Repeat("a", 5000)) {
		t.Error("matches without the last letter")
	}
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*a*b$\nAllow: /%7e\n"), "/xaxb?c=%7E")
	f.Add([]byte("\ufeffuser-agent:doorstepaudit/2\r\rdisallow: \xff\xfe"), "/\xff")
	f.Add([]byte("User-agent: *\nDisallow: $\nDisallow: *\nDisallow: *$"), "")
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		r := Parse(text)
		r.Allows(path)
		if len(r.rules) > maxRules || len(r.Disallowed) > maxRules {
			t.Errorf("%d rules, %d paths", len(r.rules), len(r.Disallowed))
		}
		if once := normal(path); normal(once) != once {
			t.Errorf("normal(%q) = %q, and once more %q", path, once, normal(once))
		}
		for _, rule := range r.rules {
			if !strings.ContainsAny(rule.path, "*$") && !matches(rule.path, rule.path) {
				t.Errorf("%q does not match itself", rule.path)
			}
		}
	})
}
