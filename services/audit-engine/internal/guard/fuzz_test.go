package guard

import (
	"strings"
	"testing"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

// FuzzLocation: a redirect is refused with a code, or leads to a public name on an
// allowed port: the one that net/url sees, once backslashes are slashes, and the same site where none is written.
func FuzzLocation(f *testing.F) {
	for _, seed := range []string{
		"/", "", "../up?x#y", "//example.org/", "https://example.org:8443/a", "\\\\example.org\\", "/\\example.org/", "///example.org", "http:example.org", "https:/example.org", " //127.0.0.1/",
		"//user@example.org/", "?a=http://x/", "a:b", "./a:b", "http://[::1]/", "//2130706433/", "gopher://example.org/", "\t/\t/example.org", "//ｅxample.org/", "%2f%2fexample.org/", ":80/",
	} {
		f.Add(seed)
	}
	g := newGuard(f, testConfig())
	from, err := g.Admit("https://www.example.com/a/b?c=d")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string) {
		target, err := g.admitLocation(from, location)
		if err != nil {
			if e := errs.From(err); e.Kind != errs.Unprocessable || e.Code == "" {
				t.Errorf("%q: %v", location, err)
			}
			return
		}
		if scheme := target.URL().Scheme; !target.Public() || (scheme != "http" && scheme != "https") || target.URL().User != nil {
			t.Fatalf("%q leads to %s", location, target.URL())
		}
		if again, err := g.Admit(target.URL().String()); err != nil || again.URL().String() != target.URL().String() {
			t.Errorf("%q leads to %s, which is then %v, %v", location, target.URL(), again.url, err)
		}
		seen, err := from.url.Parse(slashed(strings.TrimSpace(location)))
		if err != nil {
			return
		}
		if name, err := names.ToASCII(seen.Hostname()); err == nil && name != target.Host() {
			t.Errorf("%q leads to %s, and for net/url to %s", location, target.Host(), seen.Hostname())
		}
		if _, err := g.admitLocation(target, "//127.0.0.1/"); errs.From(err).Code != auditapi.CodeForbiddenAddress {
			t.Errorf("from %s to loopback: %v", target.URL(), err)
		}
	})
}
