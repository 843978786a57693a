package check

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/grade"
	"doorstep.example/services/audit-engine/internal/guard"
)

// siteWith is a page over https with these headers and this body.
func siteWith(body string, header http.Header) *Site {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	u := &url.URL{Scheme: "https", Host: "www.shop.example", Path: "/"}
	return &Site{Host: u.Host, Now: fuzzNow, Page: &guard.Response{URL: u, Status: 200, Header: header, Body: []byte(body)}}
}

func TestPolicyFacts(t *testing.T) {
	t.Parallel()
	const nonce = "'nonce-Zm9vYmFyYmF6cXV4MTIzNA=='"
	for _, test := range []struct {
		header []string
		want   grade.PolicyFacts
	}{
		{nil, grade.PolicyFacts{}},
		{[]string{" ; "}, grade.PolicyFacts{}},
		{[]string{"default-src 'none'"}, grade.PolicyFacts{Sent: true, NoneByDefault: true}},
		{[]string{"DEFAULT-SRC 'NONE'; frame-ancestors 'self'"}, grade.PolicyFacts{Sent: true, NoneByDefault: true, FrameAncestors: true}},
		{[]string{"default-src 'self'"}, grade.PolicyFacts{Sent: true}},
		{[]string{"img-src 'self'"}, grade.PolicyFacts{Sent: true, Unsafe: true, UnsafeStyle: true}},
		{[]string{"default-src 'self'; style-src 'unsafe-inline'"}, grade.PolicyFacts{Sent: true, UnsafeStyle: true}},
		{[]string{"default-src 'self'; object-src https:"}, grade.PolicyFacts{Sent: true, Unsafe: true}},
		{[]string{"default-src 'self'; script-src 'self' data:"}, grade.PolicyFacts{Sent: true, Unsafe: true}},
		{[]string{"default-src 'self'; script-src 'unsafe-inline' " + nonce}, grade.PolicyFacts{Sent: true}},
		{[]string{"default-src 'none'; script-src 'unsafe-inline' https: http: 'self' 'strict-dynamic' " + nonce}, grade.PolicyFacts{Sent: true, NoneByDefault: true}},
		{[]string{"default-src 'self'; script-src 'strict-dynamic'"}, grade.PolicyFacts{Sent: true, Invalid: true}},
		{[]string{"default-src 'self'; script-src 'self' 'unsafe-eval'"}, grade.PolicyFacts{Sent: true, Eval: true}},
		{[]string{"default-src 'self'; connect-src http://api.shop.example"}, grade.PolicyFacts{Sent: true, PlainActive: true}},
		{[]string{"default-src 'self'; img-src http://img.shop.example"}, grade.PolicyFacts{Sent: true, PlainPassive: true}},
		{[]string{"default-src 'self'; default-src 'none'"}, grade.PolicyFacts{Sent: true, Invalid: true}},
		{[]string{"default-src 'self'; frame-ancestors 'none'; img-src a.example; img-src b.example"}, grade.PolicyFacts{Sent: true, Invalid: true}},
		{[]string{"default-src 'self'; report-uri /a; report-uri /b"}, grade.PolicyFacts{Sent: true, ReportTwice: true}},
		{[]string{"script-src 'unsafe-inline' 'self'; object-src 'none'", "script-src 'self'; style-src 'self'"}, grade.PolicyFacts{Sent: true}},
		{[]string{"default-src *, default-src 'self'"}, grade.PolicyFacts{Sent: true, NoneByDefault: true}},
	} {
		got := siteWith("", http.Header{"Content-Security-Policy": test.header}).policyFacts()
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.header, diff)
		}
	}
	reporting := siteWith("", http.Header{"Content-Security-Policy-Report-Only": {"default-src 'self'"}})
	if got := reporting.policyFacts(); got != (grade.PolicyFacts{ReportOnly: true}) {
		t.Errorf("report only: %+v", got)
	}
	markup := siteWith(`<meta http-equiv=Content-Security-Policy content="default-src 'none'; frame-ancestors 'none'">`, nil)
	if got := markup.policyFacts(); got != (grade.PolicyFacts{Sent: true, NoneByDefault: true}) {
		t.Errorf("in the markup: %+v", got)
	}
}

func TestScriptFacts(t *testing.T) {
	t.Parallel()
	own := grade.ScriptFacts{Encrypted: true}
	for markup, want := range map[string]grade.ScriptFacts{
		`<script>1</script>`:                                                           {Inline: true},
		`<script src="/a.js"></script>`:                                                own,
		`<script src="a.js" integrity="sha384-x"></script>`:                            {Encrypted: true, Integrity: true},
		`<script src="https://static.shop.example/a.js"></script>`:                     own,
		`<script src="http://www.shop.example/a.js"></script>`:                         {},
		`<script src="https://cdn.example/a.js"></script>`:                             {Foreign: true, Encrypted: true},
		`<script src="http://cdn.example/a.js" integrity="sha384-x"></script>`:         {Foreign: true, Integrity: true},
		`<script src="//www.shop.example/a.js" integrity="sha384-x"></script>`:         {Foreign: true, Integrity: true},
		`<!-- <script src=//x.example></script> --><SCRIPT SRC='https://[/'></SCRIPT>`: own,
	} {
		got := siteWith(markup, nil).SiteFacts().Scripts
		if diff := cmp.Diff([]grade.ScriptFacts{want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", markup, diff)
		}
	}
}

func TestRedirectionFact(t *testing.T) {
	t.Parallel()
	way := func(addresses ...string) Plain {
		r := &guard.Response{Status: 200}
		for i, address := range addresses {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if r.URL = u; i < len(addresses)-1 {
				r.Hops = append(r.Hops, guard.Hop{URL: u})
			}
		}
		return Plain{Response: r}
	}
	for _, test := range []struct {
		plain Plain
		want  grade.Redirection
	}{
		{Plain{Closed: true}, grade.NoHTTP},
		{Plain{Unknown: "outside"}, grade.RedirectionUnknown},
		{way("http://a.example/"), grade.NoRedirect},
		{way("http://a.example/", "http://a.example/en"), grade.NeverHTTPS},
		{way("http://a.example/", "https://a.example/", "https://www.a.example/"), grade.RedirectsToHTTPS},
		{way("http://a.example/", "http://www.a.example/", "https://www.a.example/"), grade.HTTPFirst},
		{way("http://a.example/", "https://www.a.example/"), grade.OffHostFirst},
	} {
		site := siteWith("", nil)
		site.Plain = test.plain
		if got := site.redirectionFact(); got != test.want {
			t.Errorf("%+v: %d, want %d", test.plain, got, test.want)
		}
	}
}

func TestSharingFact(t *testing.T) {
	t.Parallel()
	for want, header := range map[grade.Sharing]http.Header{
		grade.NotShared:             {},
		grade.SharedWithAll:         {"Access-Control-Allow-Origin": {"*"}},
		grade.SharedWithSome:        {"Access-Control-Allow-Origin": {"https://app.shop.example"}, "Access-Control-Allow-Credentials": {"true"}},
		grade.SharedWithCredentials: {"Access-Control-Allow-Origin": {foreignOrigin}, "Access-Control-Allow-Credentials": {"true"}},
	} {
		site := siteWith("", nil)
		site.foreignAnswer = &guard.Response{Header: header}
		if got := site.sharingFact(); got != want {
			t.Errorf("%v: %d, want %d", header, got, want)
		}
	}
	if got := siteWith("", nil).sharingFact(); got != grade.SharingUnknown {
		t.Errorf("never asked: %d", got)
	}
}

// TestSiteFactsToGrade follows three sites from their answers to the letter.
func TestSiteFactsToGrade(t *testing.T) {
	t.Parallel()
	good := http.Header{
		"Content-Security-Policy": {"default-src 'none'; script-src 'self'; frame-ancestors 'none'"}, "Strict-Transport-Security": {"max-age=31536000"},
		"X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"}, "Cross-Origin-Resource-Policy": {"same-origin"},
		"Set-Cookie": {"sessid=1; Secure; HttpOnly; SameSite=Strict", "heroku-session-affinity=1"},
	}
	weak := http.Header{"Set-Cookie": {"PHPSESSID=1"}}
	middling := http.Header{
		"Content-Security-Policy": {"default-src 'self' 'unsafe-inline'"}, "Strict-Transport-Security": {"max-age=abc"},
		"X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"},
	}
	for _, test := range []struct {
		name   string
		site   *Site
		score  int
		letter string
	}{
		{"good", siteWith(`<script src=/a.js></script>`, good), 135, "A+"},
		{"middling", siteWith("", middling), 60, "C+"}, // -20 policy, -20 HSTS
		{"weak", siteWith(`<script src="http://cdn.example/a.js"></script>`, weak), 0, "F"},
	} {
		score, letter, tests := grade.Observatory(test.site.SiteFacts())
		if score != test.score || letter != test.letter {
			t.Errorf("%s: %d, %s (%+v); want %d, %s", test.name, score, letter, tests, test.score, test.letter)
		}
	}
}
