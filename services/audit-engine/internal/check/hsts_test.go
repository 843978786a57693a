package check

import (
	"net/url"
	"strings"
	"testing"

	"doorstep.example/services/audit-engine/internal/guard"
)

// The preload list takes registered names alone, and wants the way from http to begin
// with https on the same name.
func TestPreloadNeeds(t *testing.T) {
	t.Parallel()
	way := func(addresses ...string) *guard.Response {
		r := &guard.Response{}
		for _, address := range addresses {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			r.Hops = append(r.Hops, guard.Hop{URL: u})
			r.URL = u
		}
		r.Hops = r.Hops[:len(r.Hops)-1]
		return r
	}
	for name, test := range map[string]struct {
		page  string
		plain Plain
		want  string
	}{
		"as it should be": {"https://example.com/", Plain{Response: way("http://example.com/", "https://example.com/")}, ""},
		"nothing on http": {"https://example.com/", Plain{Closed: true}, ""},
		"not known":       {"https://example.com/", Plain{Unknown: "outside"}, ""},
		"name below":      {"https://www.example.co.uk/", Plain{}, "example.co.uk"},
		"served on http":  {"https://example.com/", Plain{Response: way("http://example.com/")}, "redirect"},
		"detour":          {"https://example.com/", Plain{Response: way("http://example.com/", "https://www.example.com/")}, "redirect"},
		"port of its own": {"https://example.com:8443/", Plain{Response: way("http://example.com/")}, ""},
		"address":         {"https://192.0.2.1/", Plain{}, ""},
	} {
		site := &Site{Page: way(test.page), Plain: test.plain}
		got := strings.Join(preloadNeeds(site), "\n")
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
