package check

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
)

// fuzzedHeaders are those that a check reads.
var fuzzedHeaders = []string{
	"Content-Security-Policy", "Content-Security-Policy-Report-Only", "Strict-Transport-Security", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Feature-Policy",
	"Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Content-Type", "Set-Cookie",
	"Cache-Control", "Server", "X-Powered-By", "X-XSS-Protection", "Expect-CT", "Public-Key-Pins", "SourceMap", "Link", "Vary",
}

// FuzzHeaders: whatever stands in a header, each check of the browser's side and of
// cookies passes, fails within its severity or is skipped, and does so again.
func FuzzHeaders(f *testing.F) {
	for i, value := range []string{
		"frame-ancestors *", "default-src 'none'", "max-age=1", "ALLOW-FROM https://a.example", "nosniff, nosniff", "unsafe-url, x", "camera=*", "camera *", "same-origin; report-to=\"x\"", "require-corp", "cross-origin",
		"*", "true", "text/html; charset=\"", "sid=1; SameSite", "no-store, private=\"x", "nginx/1.18.0 (Ubuntu) \x00", "PHP/5.4", "1; mode=block", "max-age=0", "pin-sha256=\"\"", "/a.map", "<x>; rel=preload", "Origin",
	} {
		f.Add(uint8(i), value)
	}
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		name := fuzzedHeaders[int(which)%len(fuzzedHeaders)]
		for _, c := range All() {
			if c.Area != AreaBrowser && c.Area != AreaCookies {
				continue
			}
			result := c.Run(t.Context(), headerSite(name, value))
			checkResult(t, result)
			if len(result.Findings) > 0 && result.Skipped != "" {
				t.Errorf("%s: skipped (%s) with findings", c.ID, result.Skipped)
			}
			for _, finding := range result.Findings {
				if slices.Index(auditapi.Severities(), finding.Severity) < slices.Index(auditapi.Severities(), c.Severity) {
					t.Errorf("%s: %q is %s, and the check gives %s at most", c.ID, finding.Title, finding.Severity, c.Severity)
				}
			}
			if diff := cmp.Diff(result, c.Run(t.Context(), headerSite(name, value))); diff != "" {
				t.Errorf("%s, %s: %q: the second run differs:\n%s", c.ID, name, value, diff)
			}
		}
	})
}

// headerSite answers every question with one page, which has the header.
func headerSite(name, value string) *Site {
	header := http.Header{"Content-Type": {"text/html"}}
	header[name] = []string{value}
	page := &guard.Response{URL: &url.URL{Scheme: "https", Host: "shop.example", Path: "/"}, Status: 200, Header: header, Body: []byte("<p>shop<script src=a.js></script>")}
	ask := func(context.Context, string, string, http.Header) (*guard.Response, error) { return page, nil }
	return &Site{
		Now: fuzzNow, Host: "shop.example", Page: page, Canary: func() string { return "zq7canary" }, Ask: ask,
		Post: func(context.Context, string, http.Header, url.Values) (*guard.Response, error) {
			return page, nil
		},
		Query: func(context.Context, string, []byte) (*guard.Response, error) { return page, nil },
	}
}

// FuzzSetCookie: what net/http, which is strict, reads as a cookie is the same to
// parseCookie, except that control characters spoil it and no white space begins a value.
func FuzzSetCookie(f *testing.F) {
	for _, seed := range []string{"sid=1; Secure; HttpOnly; SameSite=Lax; Path=/; Domain=.Shop.example; Max-Age=9", `a="b c"; secure=1`, "a=; httponly", "a=b=c; ; Secure ;", "a= b", "__Host-a=b\t; HTTPONLY", "a=b; x=\x01; secure"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := http.ParseSetCookie(text)
		if err != nil {
			return
		}
		got, ok := parseCookie(text)
		if !ok {
			if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("parseCookie(%q): no cookie, want %v", text, want)
			}
			return
		}
		value := want.Value
		if want.Quoted {
			value = `"` + value + `"`
		}
		if got.name != want.Name || got.value != trimSpace(value) {
			t.Errorf("parseCookie(%q) = %q, %q; want %q, %q", text, got.name, got.value, want.Name, trimSpace(value))
		}
		if (want.Secure && !got.secure || want.HttpOnly && !got.httpOnly) && len(text) < maxAttribute {
			t.Errorf("parseCookie(%q) = %+v, want %v", text, got, want)
		}
	})
}

// FuzzSplitPolicy: a policy that is written anew from its parts is the same; a
// directive that comes again, or in upper case, changes nothing.
func FuzzSplitPolicy(f *testing.F) {
	for _, seed := range []string{"", "default-src 'self'; IMG-src *", "script-src\x0c'nonce-abc'\ta;;script-src b", " ;object-src;\n", "ｓcript-src x; K-src y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > maxPolicy/4 {
			return // what is written anew must not be cut
		}
		parts := splitPolicy(text)
		var anew, again strings.Builder
		for _, d := range parts {
			anew.WriteString(d.name + " " + strings.Join(d.values, " ") + " ; ")
			again.WriteString(asciiUpper(d.name) + " 'none';")
		}
		if diff := cmp.Diff(parts, splitPolicy(anew.String()), cmp.AllowUnexported(directive{}), emptyIsNil); diff != "" {
			t.Errorf("%q written anew:\n%s", text, diff)
		}
		if diff := cmp.Diff(parsePolicy(text), parsePolicy(text+";"+again.String())); diff != "" {
			t.Errorf("%q with every directive again:\n%s", text, diff)
		}
	})
}

// emptyIsNil compares values without a difference between none and an empty list.
var emptyIsNil = cmp.Transformer("len", func(values []string) string { return strings.Join(values, "\n") })

func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
