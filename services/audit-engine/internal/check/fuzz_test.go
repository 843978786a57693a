package check

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/guard"
)

func FuzzPolicy(f *testing.F) {
	for _, seed := range []string{
		"", "default-src 'self'", "script-src 'nonce-abc' 'strict-dynamic' https:;; object-src", "script-src https://*.github.io:443/a?b, sandbox",
		"script-src 'unsafe-inline' ‘self’ http://[::1]:80/ \x00\xff", "img-src x:y:z:// */* *.: :", strings.Repeat("a;", 300), "\x10-srC \"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		page := &guard.Response{URL: &url.URL{Scheme: "https", Host: "shop.example", Path: "/"}, Status: 200,
			Header: http.Header{"Content-Type": {"text/html"}, "Content-Security-Policy": {text}}}
		for _, run := range []func(*Site) Result{
			func(s *Site) Result { return runCSPPresent(t.Context(), s) },
			func(s *Site) Result { return runCSPStrength(t.Context(), s) },
			func(s *Site) Result { return runCSPCompleteness(t.Context(), s) },
			func(s *Site) Result { return runCSPBypass(t.Context(), s) },
			func(s *Site) Result { return runCSPSyntax(t.Context(), s) },
		} {
			checkResult(t, run(&Site{Page: page}))
		}
		for _, p := range policies(&Site{Page: page}) {
			// What one policy stops no other can allow.
			twice := limits([]policy{p, {"script-src": {"'none'"}}}, scriptElements)
			if everywhere(twice, sources.allowsInline) || everywhere(twice, sources.isBroad) {
				t.Errorf("%q opens what script-src 'none' closes", text)
			}
		}
	})
}

// checkResult holds for whatever a site sends.
func checkResult(t *testing.T, r Result) {
	t.Helper()
	for _, finding := range r.Findings {
		if finding.Title == "" || finding.Evidence == "" || len(finding.Evidence) > 16<<10 {
			t.Errorf("%q has %d bytes of evidence", finding.Title, len(finding.Evidence))
		}
		if strings.ContainsFunc(finding.Evidence, func(c rune) bool { return c < ' ' && c != '\n' || c == 0x7f }) {
			t.Errorf("%q shows control characters: %q", finding.Title, finding.Evidence)
		}
	}
}

func FuzzCookie(f *testing.F) {
	for _, seed := range []string{
		"", "=", ";", "sid=1; Secure; HttpOnly; SameSite=Lax", "__Host-a=b; path=/; secure", "a=b; Max-Age=-99999999999999999999; Expires=x",
		"a=b; domain=.; DOMAIN=co.uk; domain=..shop.example", "a\x00=b", "\t a \t= \tb ;;;=;=;", strings.Repeat("x", 5000),
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		c, ok := parseCookie(text)
		if ok && (c.size != len(c.name)+len(c.value) || c.size == 0 || strings.ContainsAny(c.name, ";=") || strings.Contains(c.value, ";")) {
			t.Errorf("parseCookie(%q) = %+v", text, c)
		}
		if c.path != "" && c.path[0] != '/' || c.domain != strings.ToLower(c.domain) {
			t.Errorf("parseCookie(%q): path %q, domain %q", text, c.path, c.domain)
		}
		site := &Site{Now: fuzzNow, Page: &guard.Response{URL: &url.URL{Scheme: "https", Host: "shop.example"}, Status: 200, Header: http.Header{"Set-Cookie": {text}}}}
		for _, kept := range cookies(site) {
			if kept.domain != "" && kept.domain != "shop.example" {
				t.Errorf("%q was kept for the domain %q", text, kept.domain)
			}
		}
		checkResult(t, runCookieAccepted(t.Context(), site))
		checkResult(t, runCookieScope(t.Context(), site))
	})
}

func FuzzHSTS(f *testing.F) {
	for _, seed := range []string{"", "max-age=1", `max-age="31536000" ; includeSubDomains; preload`, "max-age=1; max-age=2", "max-age=\"", "max-age=99999999999999999999", ";=;", "includeSubDomains=;max-age=0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHSTS(text)
		if err != nil && h != (hsts{}) {
			t.Errorf("parseHSTS(%q) = %+v with %v", text, h, err)
		}
		if err == nil && !strings.Contains(strings.ToLower(text), "max-age") {
			t.Errorf("parseHSTS(%q) found a max-age", text)
		}
		if again, errAgain := parseHSTS(text + ";x"); err == nil && (errAgain != nil || again != h) {
			t.Errorf("%q: a directive that nobody knows changes %+v to %+v", text, h, again)
		}
	})
}

func FuzzStructuredField(f *testing.F) {
	for _, seed := range []string{
		"", "camera=()", `geolocation=(self "https://a.example"), usb=*;report-to="x"`, "a,b,c", "a=(", `a=("`, "a=1.5;b=?1, c=:aGk=:, d=@12", "same-origin; report-to=\"coop\"", "a=(b c  d)", "a=(b\"c\")", ",",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := parseDictionary(text)
		if err != nil && fields != nil {
			t.Errorf("parseDictionary(%q) = %v with %v", text, fields, err)
		}
		for key, field := range fields {
			if !field.list && len(field.values) != 1 || key == "" {
				t.Errorf("parseDictionary(%q): %q = %+v", text, key, field)
			}
		}
		if value, err := parseItem(text); err == nil && (value == "" || !strings.Contains(text, value)) {
			t.Errorf("parseItem(%q) = %q", text, value)
		}
	})
}

// fuzzNow is when the tests of this package play.
var fuzzNow = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
