package check

import (
	"net/http"
	"net/url"
	"testing"

	"doorstep.example/services/audit-engine/internal/guard"
)

func TestRefreshIsReadAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"0; url=https://a.invalid/":          "https://a.invalid/",
		" 5.5 , URL = 'https://a.invalid/'x": "https://a.invalid/",
		"0;\"https://a.invalid/\" more":      "https://a.invalid/",
		"0 https://a.invalid/":               "https://a.invalid/",
		".;url=//a.invalid":                  "//a.invalid",
		"1\n;\turl\n=\n//a.invalid":          "//a.invalid",
		"0; url='//a.invalid":                "//a.invalid",
		"0; url //a.invalid":                 "url //a.invalid",
		"0; up/and/away":                     "up/and/away",
		"0;url=":                             "",
		"0;":                                 "",
		"30":                                 "",
		"url=//a.invalid":                    "",
		"-1; url=//a.invalid":                "",
		"0url=//a.invalid":                   "",
	} {
		if got := refreshTo(value); got != want {
			t.Errorf("refreshTo(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestLeavingATextOfAScript(t *testing.T) {
	t.Parallel()
	const sent = `w"wd=1 'ws=1 wn=1 `
	for script, want := range map[string]bool{
		`var q = "` + sent + `";`:                             true,
		`var q = 'w&quot;wd=1 'ws=1 ';`:                       true,
		"/* it's */ // don't\n<!-- can't\nf('\\'', \"" + sent: true,
		`var q = "w\"wd=1 'ws=1 wn=1 ";`:                      false,
		`var q = "w\\"wd=1 ";`:                                true, // the mark that was to be saved is not
		`var q = 'x="w"wd=1 ';`:                               false,
		`// "` + sent:                                         false,
		`/* "` + sent + `*/`:                                  false,
		`/* never ends "` + sent:                              false,
		"var q = `" + `"` + sent + "`":                        false, // a template
		"var q = `\nw`wt=1 `;":                                true,
		"var q = `${f(`a`)} w`wt=1 `;":                        false, // with script in it
		`var p = /"/, q = "w\"wd=1 ";`:                        false, // an expression
		"var q = 'a line ends\n" + `"` + sent:                 false,
		"// \u2028 var q = '\n" + `"` + sent + "';":           false,
		`var q = "elsewhere";`:                                false,
		`var a = "w`:                                          false,
		`var a = "w\`:                                         false,
	} {
		if got := leavesText(script, "w"); got != want {
			t.Errorf("leavesText(%q) = %t, want %t", script, got, want)
		}
	}
}

func TestWhereAScriptGoes(t *testing.T) {
	t.Parallel()
	const host = "w.invalid"
	page, err := url.Parse("https://shop.example/")
	if err != nil {
		t.Fatal(err)
	}
	for script, want := range map[string]bool{
		`location = "https://w.invalid/"`:                                  true,
		`top.location.replace('\/\/w.invalid\/')`:                          true,
		`setTimeout(function(){document.location.href="//w.invalid"}, 9)`:  true,
		`window.location.assign( "https:\u002f\u002fw.invalid")`:           true,
		`location.href = "/login?next=https://w.invalid/"`:                 false,
		`var app = {"location": "https://w.invalid/"}`:                     false,
		`data.location = "https://w.invalid/"`:                             false,
		`function(){ var location = "https://w.invalid/" }`:                false,
		`if (location == "https://w.invalid/") { go() }`:                   false,
		`function leave() { location = "https://w.invalid/" }`:             false,
		`b.addEventListener("click", () => location="https://w.invalid/")`: false,
		`b.onclick = () => { location = "https://w.invalid/" }`:            false,
	} {
		answer := &guard.Response{URL: page, Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte("<script>" + script + "</script>")}
		if got := wayTo(answer, host) != ""; got != want {
			t.Errorf("wayTo(%q) = %t, want %t", script, got, want)
		}
	}
}

func TestWhatAnAddressShows(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/api/orders": true, "/api/address": true, "/search": true, "/api/settings": true,
		"/api/order": false, "/cart/add": false, "/api/deleteItem": false, "/users/7/edit": false, "/Logout": false,
	} {
		if got := (parameter{path: path}).shows(); got != want {
			t.Errorf("parameter{path: %q}.shows() = %t, want %t", path, got, want)
		}
	}
}
