package check

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/guard"
)

func parseURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// describe writes down what is in d, a line each.
func describe(d Document) []string {
	var out []string
	for _, r := range d.Resources {
		line := r.Tag + " " + r.Rel + " " + r.URL.String()
		if r.Active {
			line += " active"
		}
		if r.Integrity != "" {
			line += " " + r.Integrity
		}
		out = append(out, line)
	}
	for _, f := range d.Forms {
		line := "form " + f.Method + " " + f.Action.String()
		for _, i := range f.Inputs {
			line += " " + i.Type + ":" + i.Name + "=" + i.Value
		}
		out = append(out, line)
	}
	for _, a := range d.Anchors {
		line := "a " + a.URL.String() + " " + a.Target + " " + strings.Join(a.Rel, ",")
		if a.Action {
			line += " acts"
		}
		out = append(out, line)
	}
	for _, m := range d.Metas {
		out = append(out, "meta "+m.Name+" "+m.Content)
	}
	for _, group := range []struct {
		name  string
		texts []string
	}{{"comment", d.Comments}, {"script", d.Scripts}, {"handler", d.Handlers}, {"policy", d.Policies}} {
		for _, text := range group.texts {
			out = append(out, group.name+" "+text)
		}
	}
	if d.Charset != "" {
		out = append(out, "charset "+d.Charset)
	}
	if d.Password {
		out = append(out, "password")
	}
	return out
}

func TestParseDocument(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"empty", "", nil},
		{"text", "just text, 1 < 2 & 3 > 2", nil},
		{"scripts", `<script src=a.js integrity=x></script><SCRIPT TYPE=module SRC="//cdn.example/b.js"></SCRIPT><script type="application/json" src="c.json">{}</script><script>f("</p>")</script>`,
			[]string{"script  https://shop.example/dir/a.js active x", "script  https://cdn.example/b.js active", "script {}", `script f("</p>")`}},
		{"links", `<link rel="preload stylesheet" href=a.css><link rel=icon href=i.png><link rel=modulepreload href=m.js><link rel=canonical href=/>`,
			[]string{"link stylesheet https://shop.example/dir/a.css active", "link icon https://shop.example/dir/i.png", "link modulepreload https://shop.example/dir/m.js active"}},
		{"media and frames", `<img src=a><video src=b></video><iframe src=c></iframe><object data=d></object><embed src=e><img>`,
			[]string{"img  https://shop.example/dir/a", "video  https://shop.example/dir/b", "iframe  https://shop.example/dir/c active", "object  https://shop.example/dir/d active", "embed  https://shop.example/dir/e active"}},
		{"first base alone", `<base target=_blank><base href="/x/"><base href="/y/"><img src=a>`, []string{"img  https://shop.example/x/a"}},
		{"first attribute counts", `<img src=a src=b>`, []string{"img  https://shop.example/dir/a"}},
		{"forms", `<form method=POST action=login><input type=Password name=p><input name=q value=1></form><input name=outside><form onsubmit="x()"></form>`,
			[]string{"form post https://shop.example/dir/login password:p= :q=1", "form  https://shop.example/dir/page", "handler onsubmit", "password"}},
		{"forms do not nest", `<form action=a><form action=b><input name=x></form>`, []string{"form  https://shop.example/dir/a :x="}},
		{"password outside of a form", `<input type=password>`, []string{"password"}},
		{"anchors", `<a href=x target=_BLANK rel="Opener ugc">x</a><a>y</a><a href=z rel=nofollow>z</a><a href=# onclick=f()>w</a><area href=m download>`,
			[]string{"a https://shop.example/dir/x _blank opener,ugc", "a https://shop.example/dir/z  nofollow acts", "a https://shop.example/dir/page   acts", "a https://shop.example/dir/m   acts", "handler onclick"}},
		{"meta", `<meta name=Generator content="X 1.2"><meta charset=" UTF-8 "><meta http-equiv=Content-Security-Policy content="default-src 'self'">`,
			[]string{"meta generator X 1.2", "policy default-src 'self'", "charset utf-8"}},
		{"comments", `<!-- one --><!-- <img src=a> --><p><!two>`, []string{"comment  one ", "comment  <img src=a> ", "comment two"}},
		{"templates are left out", `<template><img src=a><template><input type=password></template><a href=x></a></template><img src=b>`, []string{"img  https://shop.example/dir/b"}},
		{"text areas hold text", `<textarea><img src=a></textarea><title><a href=b></title>`, nil},
		{"addresses that are none", `<img src="http://[::1"><img src="   "><a href="%zz">x</a>`, nil},
		{"a very long address", `<img src="` + strings.Repeat("a", maxAddress+1) + `">`, nil},
	} {
		got := describe(parseDocument(parseURL(t, "https://shop.example/dir/page"), []byte(test.body)))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestHostilePages: each of these is 5 MiB or near it. What counts is that little of
// it is kept, and that what follows a flood of one kind is still seen, unless a
// single tag or text is longer than what is read of one.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	const size = 5 << 20
	fill := func(text string) string { return strings.Repeat(text, size/len(text)) }
	const end = `<form><input type=password></form>`
	for name, test := range map[string]struct {
		body string
		seen bool // the form at the end
	}{
		"links":            {fill(`<a href="/x?y">z</a>`) + end, true},
		"forms":            {fill(`<form action=a><input>`) + "</form>" + end, true},
		"inputs":           {fill(`<input name=a>`) + end, true},
		"scripts":          {fill(`<script>a</script>`) + end, true},
		"comments":         {fill(`<!-- a -->`) + end, true},
		"deep nesting":     {fill(`<div>`) + end, true},
		"open templates":   {strings.Repeat(`<template>`, 100_000) + strings.Repeat(`</template>`, 100_000) + end, true},
		"attributes":       {`<p ` + fill(`a=b `) + `>` + end, false},
		"attribute":        {`<p a="` + fill(`b`) + `">` + end, false},
		"open comment":     {`<!--` + fill(`-`), false},
		"open script":      {`<script>` + fill(`<!--<script>`), false},
		"less-than signs":  {fill(`<`) + end, false},
		"invalid UTF-8":    {fill("\xff\xc3<p \xff=\xfe>") + end, true},
		"null bytes":       {fill("\x00<\x00p>") + end, false},
		"character signs":  {fill("&lt;&#0;&bogus;") + end, false},
		"handlers":         {fill(`<p onclick=a>`) + end, true},
		"end tags":         {fill(`</form>`) + end, true},
		"CDATA and PIs":    {fill(`<![CDATA[x]]><?php x?>`) + end, true},
		"half a megabyte":  {`<script>` + strings.Repeat("x", 1<<19) + `</script>` + end, true},
		"base after base":  {fill(`<base href=/a/>`) + end, true},
		"meta after meta":  {fill(`<meta name=a content=b>`) + end, true},
		"unclosed quote":   {`<a href="` + fill(`x>`), false},
		"doctypes":         {fill(`<!doctype html>`) + end, true},
		"raw text, opened": {fill(`<title>`), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := parseDocument(parseURL(t, "https://shop.example/"), []byte(test.body))
			if d.Password != test.seen {
				t.Errorf("the form at the end was seen: %v, want %v", d.Password, test.seen)
			}
			withinBounds(t, d)
		})
	}
}

// withinBounds holds for every document.
func withinBounds(t *testing.T, d Document) {
	t.Helper()
	inputs := 0
	for _, f := range d.Forms {
		inputs += len(f.Inputs)
		if f.Action == nil {
			t.Error("a form without a target")
		}
	}
	for kind, n := range map[string]int{
		"resources": len(d.Resources), "scripts": len(d.Scripts), "handlers": len(d.Handlers), "forms": len(d.Forms), "inputs": inputs,
		"anchors": len(d.Anchors), "comments": len(d.Comments), "metas": len(d.Metas), "policies": len(d.Policies),
	} {
		if n > maxItems {
			t.Errorf("%d %s", n, kind)
		}
	}
}

func TestSightings(t *testing.T) {
	t.Parallel()
	var s sightings
	if !s.empty() {
		t.Error("a new one is not empty")
	}
	first := &guard.Response{URL: parseURL(t, "https://shop.example/a?token=secret")}
	second := &guard.Response{URL: parseURL(t, "https://shop.example/b")}
	s.add(first, "one")
	s.add(second, "one")
	s.add(second, "two")
	if diff := cmp.Diff("one\n    in https://shop.example/a and 1 more\ntwo\n    in https://shop.example/b", s.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range 50 {
		s.add(first, strings.Repeat("x", i))
	}
	if text := s.String(); !strings.HasSuffix(text, "\nand 42 more") || strings.Count(text, "\n") != 2*maxSightings {
		t.Errorf("%s", text)
	}
}

func FuzzParseDocument(f *testing.F) {
	f.Add(`<base href="/a/"><script src=b.js integrity=x>c</script><form action=d method=post><input type=password name=e></form><a href=f rel=opener target=_blank onclick=g>`)
	f.Add("<template><img src=a></template><!-- \xff --><meta charset=utf-8><link rel=stylesheet href=//x/y.css>")
	f.Add(`<form><form></form><iframe src="http://[::1"></iframe><svg><a xlink:href=x><title>`)
	f.Add("<script><!--<script></script>--></script><textarea><a href=b>")
	page := parseURL(f, "https://shop.example/dir/page?x=1")
	f.Fuzz(func(t *testing.T, body string) {
		d := parseDocument(page, []byte(body))
		withinBounds(t, d)
		for _, text := range describe(d) {
			if !utf8.ValidString(quote(text)) {
				t.Errorf("%q is not valid when quoted", text)
			}
		}
		if diff := cmp.Diff(describe(d), describe(parseDocument(page, []byte(body)))); diff != "" {
			t.Errorf("read twice, it differs:\n%s", diff)
		}
	})
}
